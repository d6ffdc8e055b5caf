"""HTTP shell of Real Estate OS: FastAPI routes over the use-cases and queries of `reos`."""
