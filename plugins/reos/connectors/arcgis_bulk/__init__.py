"""Whole ArcGIS layers, page by page. See README.md beside this file."""
