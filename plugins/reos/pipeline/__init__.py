"""Use-cases: each module is one thing the platform does and opens its own transactions."""
