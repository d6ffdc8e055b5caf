"""OpenAddresses: files of address points, downloaded a place at a time. See README.md beside this file."""
