"""Signing in and out, and who I am."""
