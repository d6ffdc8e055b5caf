#!/bin/sh
# Airflow's metadata: a role and a database of its own. Our roles are made by `python -m reos.db`, which knows them all.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$AIRFLOW_DB_PASSWORD" --username postgres --dbname postgres <<'SQL'
create role airflow login password :'password';
create database airflow owner airflow;
revoke all on database airflow from public;
SQL
