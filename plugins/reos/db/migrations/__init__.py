"""Alembic scripts; revisions are numbered and split by family of tables."""
