#!/bin/sh
# The one-shot before everything else: roles and schema, Airflow's metadata, the first build of the marts. Safe to repeat.
set -eu
python -m reos.db
airflow db migrate
python -m reos_local.stack.warehouse_build
