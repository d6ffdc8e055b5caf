"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a repeated write has one effect and one answer.

The answer is stored in the transaction of the effect, so neither exists without the other.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import Header
from pydantic import BaseModel

from reos.core.errors import ConflictError, InvalidInputError
from reos.db.connection import Connection
from reos_api.dependencies import Caller

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Any unique text, such as a UUID: the same key with the same body gets the same answer, once done.",
    ),
]

_LOCK = "select pg_try_advisory_xact_lock(hashtextextended(%s, 0)) as got"
_FIND = "select request_hash, status, response from app.idempotency_key where user_id = %s and key = %s"
_STORE = """
insert into app.idempotency_key (tenant_id, user_id, key, request_hash, status, response)
values (%s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write answers: status and JSON body; `replayed` when it was done before."""

    status: int
    body: bytes
    replayed: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """The header that marks a replay."""
        return {"idempotent-replayed": "true"} if self.replayed else {}


def request_hash(body: BaseModel, operation: str) -> bytes:
    """Return SHA-256 of the operation and the validated body in canonical JSON."""
    text = orjson.dumps([operation, body.model_dump(mode="json")], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).digest()


def once(conn: Connection, who: Caller, key: str | None, digest: bytes, work: Callable[[], Answer]) -> Answer:
    """Do `work` in the caller's transaction unless this key was answered before; without a key, just do it.

    Raises `ConflictError` while the same key is being worked on and `InvalidInputError` for a key used with another
    request.
    """
    if key is None:
        return work()
    row = conn.execute(_LOCK, (f"{who.tenant_id}:{who.user_id}:{key}",)).fetchone()
    if not (row and row["got"]):
        raise ConflictError("A request with this Idempotency-Key is being worked on.", remedy="Wait and repeat it.")
    known = conn.execute(_FIND, (who.user_id, key)).fetchone()
    if known is not None and bytes(known["request_hash"]) != digest:
        raise InvalidInputError("This Idempotency-Key was used for another request.", remedy="Send a new key.")
    if known is not None:
        return Answer(known["status"], bytes(known["response"]), replayed=True)
    answer = work()
    conn.execute(_STORE, (who.tenant_id, who.user_id, key, digest, answer.status, answer.body))
    return answer
