"""Matches: pairs of properties that may be one home, shown side by side and decided by a person."""
