"""FEMA's National Flood Hazard Layer, asked point by point. See README.md beside this file."""
