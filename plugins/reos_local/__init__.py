"""The single-machine stack: embedded PostgreSQL, Valkey, provider sandbox, Airflow, API; and the `reos` command."""
