"""Zillow's estimates over the licensed Bridge interface. See README.md beside this file."""
