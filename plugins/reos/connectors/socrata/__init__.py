"""Whole Socrata data sets, page by page. See README.md beside this file."""
