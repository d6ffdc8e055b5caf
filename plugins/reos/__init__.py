"""Real Estate OS domain library: plain Python and SQL, no framework inside.

Layers, each importing only downwards: pipeline → connectors, outreach, memos, valuation, vector, timeline,
cache, quality → property → address, policy → events → db → core.
"""
