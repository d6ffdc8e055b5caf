"""Regrid parcel data (Parcel API v2). See README.md beside this file."""
