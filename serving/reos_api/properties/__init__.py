"""Properties: list, detail, intake, score, provenance and history."""
