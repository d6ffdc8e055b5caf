"""Connectors: which providers there are, how they do, what they cost, and what enrichment would buy of them."""
