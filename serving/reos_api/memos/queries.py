"""SQL of the memo routes; JSON is built by PostgreSQL."""

from uuid import UUID

from reos.property.queries import Query

_MEMO = """
memo_id, property_id, score_version, encode(inputs_hash, 'hex') as inputs_hash, template_version,
encode(document_sha256, 'hex') as document_sha256, byte_size, page_count, created_at,
'/v1/memos/' || memo_id || '/pdf' as pdf_url
"""


def memos_of(property_id: UUID) -> Query:
    """Query the memos of a property, newest first, as JSON text."""
    return Query(
        f"""
        select json_build_object('items', coalesce(json_agg(to_json(m) order by m.created_at desc), '[]'))::text
          from (select {_MEMO} from app.memo where property_id = $1) m
        """,  # noqa: S608 (constants)
        (property_id,),
    )


def memo(memo_id: UUID) -> Query:
    """Query one memo as JSON text."""
    sql = f"select to_json(m)::text from (select {_MEMO} from app.memo where memo_id = $1) m"  # noqa: S608 (constants)
    return Query(sql, (memo_id,))


def document(memo_id: UUID) -> Query:
    """Query where a memo's document lies (`storage_key`) and what it must be (`sha256`)."""
    return Query("select storage_key, document_sha256 as sha256 from app.memo where memo_id = $1", (memo_id,))
