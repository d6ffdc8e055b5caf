"""Decisions: what may be done, by whom, at what price. The rules are data (Cedar, YAML), the decisions are recorded."""
