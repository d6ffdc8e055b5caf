"""Ground layer: settings, clock, identifiers, money, errors, logging and metrics. Imports nothing else of reos."""
