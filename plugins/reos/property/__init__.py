"""The property record: what identifies it, how it is found or inserted, and how lists of it are read."""
