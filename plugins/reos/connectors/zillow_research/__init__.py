"""Zillow's published research files: monthly home values and rents of areas. See README.md beside this file."""
