"""Fetches a place's file of address points from the OpenAddresses batch service.

The list of data is public; a file needs a free login token. The service answers with a redirect to its file store,
which is taken as an answer and asked for on its own, without the token.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from reos.connectors.egress import Egress, EgressPolicy, EgressRequest, EgressResponse
from reos.connectors.errors import (
    ConnectorError,
    InvalidRequestError,
    ProviderAuthError,
    RecordNotFoundError,
    SchemaDriftError,
)
from reos.connectors.guard import Destination

PROVIDER = "openaddresses"
FILE_STORE = "https://v2.openaddresses.io"

_OK, _NOT_FOUND = 200, 404
_AUTH = frozenset({401, 403})
_MAX_BYTES = 4_000_000_000


@dataclass(frozen=True)
class Job:
    """The latest finished run of a place: its number and when it ended (milliseconds since 1970)."""

    number: int
    updated: int


@dataclass(frozen=True)
class OpenAddresses:
    """The batch service at `base`; `token` is the login token, which only the service itself gets to see."""

    egress: Egress
    base: str
    token: str | None = None

    async def latest(self, place: str) -> Job:
        """Return the latest job of `place`, as in `us/wa/king`; `RecordNotFoundError` when there is none."""
        query = {"source": place, "layer": "addresses"}
        request = EgressRequest("GET", f"{self.base}/api/data", params=query)
        found = await self.egress.send(self._policy(), request, lambda answer: _json(self._policy(), answer))
        jobs = [_job(each) for each in found if isinstance(each, dict) and each.get("source") == place]
        if not jobs:
            raise RecordNotFoundError(
                f"OpenAddresses has no addresses of {place}.",
                provider=PROVIDER,
                remedy="Places are written as in us/wa/king or us/tx/city_of_austin; look them up at openaddresses.io.",
            )
        return max(jobs, key=lambda job: job.updated)

    async def download(self, job: Job, path: Path) -> None:
        """Write the file of `job` to `path`; what is there is replaced only by a whole file."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = EgressRequest("GET", f"{self.base}/api/job/{job.number}/output/source.geojson.gz", headers=headers)
        part = path.with_name(f"{path.name}.part")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            location = await self.egress.send(self._policy(), request, _location, into=part)
            if location is not None:
                address = str(httpx.URL(request.url).join(location))
                await self.egress.send(self._store(), EgressRequest("GET", address), _location, into=part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def _policy(self) -> EgressPolicy:
        return EgressPolicy(
            PROVIDER,
            (Destination.below(f"{self.base}/api"),),
            secrets=(self.token,) if self.token else (),
            max_bytes=_MAX_BYTES,
            attempt_s=1_800,
            reads_redirects=True,
        )

    def _store(self) -> EgressPolicy:
        """Where a redirect may lead: the public file store, or below the service's own address."""
        places = (Destination.below(FILE_STORE), Destination.below(self.base))
        return EgressPolicy(PROVIDER, places, max_bytes=_MAX_BYTES, attempt_s=1_800)


def _json(policy: EgressPolicy, answer: EgressResponse) -> list[Any]:
    _judge(answer)
    found = answer.json(policy)
    if not isinstance(found, list):
        raise _drift("is no list")
    return found


def _job(entry: dict[str, Any]) -> Job:
    try:
        return Job(int(entry["job"]), int(entry["updated"]))
    except (KeyError, TypeError, ValueError):
        raise _drift("has an entry without job or time") from None


def _location(answer: EgressResponse) -> str | None:
    """Return where the file lies when the answer is a redirect, None when it is the file."""
    if "location" in answer.headers and answer.status != _OK:
        return answer.headers["location"]
    _judge(answer)
    return None


def _judge(answer: EgressResponse) -> None:
    if answer.status == _OK:
        return
    kind: type[ConnectorError] = InvalidRequestError
    remedy = "Look up the place at openaddresses.io."
    if answer.status in _AUTH:
        kind, remedy = ProviderAuthError, "Set REOS_OPENADDRESSES_TOKEN to a (free) token of batch.openaddresses.io."
    elif answer.status == _NOT_FOUND:
        kind = RecordNotFoundError
    raise kind(
        f"OpenAddresses answers HTTP {answer.status}.", provider=PROVIDER, http_status=answer.status, remedy=remedy
    )


def _drift(what: str) -> SchemaDriftError:
    return SchemaDriftError(f"The answer of OpenAddresses {what}.", provider=PROVIDER, remedy="Compare with README.md.")
