"""Schemas with their owners, who may look into them, and what dbt's relations grant by default.

Views of `staging` are read by the app as invoker, so it may select there; policies of the tables below still hold.
"""

from reos.db.ddl import execute
from reos.db.roles import APP, DBT, DEFINER, PIPELINE, QUALITY

revision = "0001_schemas"
down_revision = None
branch_labels = None
depends_on = None

_OURS = ("app", "raw")
_OF_DBT = ("staging", "intermediate", "marts", "bi", "audit")
_USAGE = {
    "app": (APP, PIPELINE, DBT, QUALITY, DEFINER),
    "raw": (APP, PIPELINE, DBT, QUALITY),
    "staging": (APP, PIPELINE, QUALITY),
    "intermediate": (QUALITY,),
    "marts": (APP, PIPELINE, QUALITY),
}
_READERS = {
    "staging": (APP, PIPELINE, QUALITY),
    "intermediate": (QUALITY,),
    "marts": (APP, PIPELINE, QUALITY),
}


def upgrade() -> None:
    execute(f"create schema {name}" for name in _OURS)
    # The owner has CREATE on the database and may act as reos_dbt, so the schema can be given to it.
    execute(f"create schema {name} authorization {DBT}" for name in _OF_DBT)
    execute(f"grant usage on schema {name} to {', '.join(roles)}" for name, roles in _USAGE.items() if name in _OURS)
    execute(["alter default privileges revoke execute on functions from public", f"set local role {DBT}"])
    execute(f"grant usage on schema {name} to {', '.join(roles)}" for name, roles in _USAGE.items() if name in _OF_DBT)
    for name, roles in _READERS.items():
        execute([f"alter default privileges in schema {name} grant select on tables to {', '.join(roles)}"])
    execute(["reset role"])


def downgrade() -> None:
    execute([f"set local role {DBT}"])
    execute(f"drop schema {name} cascade" for name in _OF_DBT)
    execute(["reset role", "alter default privileges grant execute on functions to public"])
    execute(f"drop schema {name}" for name in reversed(_OURS))
