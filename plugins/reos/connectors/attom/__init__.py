"""ATTOM property data, expanded profile. See README.md beside this file."""
