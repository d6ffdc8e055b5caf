"""The record as a file: CSV for spreadsheets, NDJSON for programs."""
