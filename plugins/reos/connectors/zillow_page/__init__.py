"""Reads a saved page of Zillow. It is off, and the policy prohibits it. See README.md beside this file."""
