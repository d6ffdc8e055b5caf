"""The database: connections, tenant-scoped transactions, roles, row-level security, tables and migrations."""

from reos.db.connection import assert_safe_role, confine, connect, tenant_transaction, transaction

__all__ = ["assert_safe_role", "confine", "connect", "tenant_transaction", "transaction"]
