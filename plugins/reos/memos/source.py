"""Reading what a memo is made from: the marts' rows of one property, as the transaction's tenant may see them.

`conn` is in a transaction that is set to the tenant; a REPEATABLE READ one gives rows of a single moment.
"""

from dataclasses import fields
from typing import Any, TypeVar
from uuid import UUID

from psycopg import sql

from reos.core.errors import NotFoundError
from reos.db.connection import Connection
from reos.memos.record import FieldRow, PropertyRow, ReasonRow, Record, ScoreRow

Row = TypeVar("Row", PropertyRow, ScoreRow, ReasonRow, FieldRow)

_OF_PROPERTY = sql.SQL("select {columns} from {table} where tenant_id = %s and property_id = %s{order}")
_REASON_ORDER = sql.SQL(" order by component_code")


def _rows(
    conn: Connection, kind: type[Row], table: str, key: tuple[UUID, UUID], order: sql.SQL | None = None
) -> list[Row]:
    query = _OF_PROPERTY.format(
        columns=sql.SQL(", ").join(sql.Identifier(field.name) for field in fields(kind)),
        table=sql.Identifier("marts", table),
        order=order or sql.SQL(""),
    )
    return [kind(**_hashable(row)) for row in conn.execute(query, key).fetchall()]


def _hashable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _tenant_name(conn: Connection, tenant_id: UUID) -> str:
    row = conn.execute("select name from app.tenant where tenant_id = %s", (tenant_id,)).fetchone()
    if row is None:
        raise NotFoundError("There is no such tenant.")
    return str(row["name"])


def read(conn: Connection, tenant_id: UUID, property_id: UUID) -> Record:
    """Return the record of one property; `NotFoundError` when it has no score (or is another tenant's)."""
    key = (tenant_id, property_id)
    scores = _rows(conn, ScoreRow, "fct_property_score", key)
    properties = _rows(conn, PropertyRow, "dim_property", key)
    if not scores or not properties:
        raise NotFoundError(
            "The property has no score, and a memo is about its score.", remedy="Wait until it has been scored."
        )
    labels = conn.execute("select source, label from marts.source").fetchall()
    return Record(
        prepared_for=_tenant_name(conn, tenant_id),
        property=properties[0],
        score=scores[0],
        reasons=tuple(_rows(conn, ReasonRow, "property_score_reason", key, _REASON_ORDER)),
        fields=tuple(_rows(conn, FieldRow, "property_field_provenance", key)),
        source_labels={row["source"]: row["label"] for row in labels},
    )
