"""The American Community Survey, five-year estimates: facts of areas. See README.md beside this file."""
