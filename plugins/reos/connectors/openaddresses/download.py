"""Fetches a place's file of address points from the OpenAddresses batch service.

The list of data is public; a file needs a free login token. The service answers with a redirect to its file store,
which is taken as an answer and asked for on its own, without the token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from reos.connectors.egress import Egress, EgressPolicy, EgressRequest, EgressResponse
from reos.connectors.errors import (
    ConnectorError,
    InvalidRequestError,
    ProviderAuthError,
    ProviderUnavailableError,
    RecordNotFoundError,
    SchemaDriftError,
)
from reos.connectors.guard import Destination
from reos.connectors.openaddresses.listing import Dataset, licence_text, read_dataset

PROVIDER = "openaddresses"
FILE_STORE = "https://v2.openaddresses.io"

_OK, _NOT_FOUND = 200, 404
_AUTH = frozenset({401, 403})
_NO_FILE = frozenset({"application/json", "text/html", "application/xml", "text/xml"})
_NEVER = datetime.min.replace(tzinfo=UTC)
_MAX_BYTES = 4_000_000_000


@dataclass(frozen=True)
class OpenAddresses:
    """The batch service at `base`; `token` is the login token, which only the service itself gets to see."""

    egress: Egress
    base: str
    token: str | None = None

    async def datasets(self, source: str | None = None, layer: str | None = None) -> list[Dataset]:
        """Return what the service has, of `source` (a place, or how places begin) and `layer` when given."""
        query = {name: value for name, value in (("source", source), ("layer", layer)) if value}
        found = await self._ask("api/data", query)
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise _drift("is no list")
        try:
            return [read_dataset(each) for each in found]
        except ValueError as error:
            raise _drift(f"has an entry whose {error}") from None

    async def latest(self, place: str) -> Dataset:
        """Return the latest addresses of `place`, as in `us/wa/king`; `RecordNotFoundError` when there are none."""
        found = await self.datasets(place, "addresses")
        exact = [each for each in found if (each.source, each.layer) == (place, "addresses") and each.downloadable]
        if not exact:
            raise RecordNotFoundError(
                f"OpenAddresses has no addresses of {place}.",
                provider=PROVIDER,
                remedy="Places are written as in us/wa/king or us/tx/city_of_austin; look them up at openaddresses.io.",
            )
        return max(exact, key=lambda each: each.updated or _NEVER)

    async def licence(self, dataset: Dataset) -> str | None:
        """Return the licence of a data set in one line, as its source names it; None when it names none."""
        job = await self._ask(f"api/job/{dataset.job}", {})
        if not isinstance(job, dict):
            raise _drift("about a job is no object")
        return licence_text(job)

    async def download(self, dataset: Dataset, path: Path) -> None:
        """Write the file of `dataset` to `path`; what is there is replaced only by a whole file."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = EgressRequest("GET", f"{self.base}/api/job/{dataset.job}/output/source.geojson.gz", headers=headers)
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

    async def _ask(self, path: str, query: Mapping[str, str]) -> Any:  # noqa: ANN401 - it is what the provider sent
        policy = self._policy()
        request = EgressRequest("GET", f"{self.base}/{path}", params=query)
        return await self.egress.send(policy, request, lambda answer: _json(policy, answer))

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


def _json(policy: EgressPolicy, answer: EgressResponse) -> Any:  # noqa: ANN401 - it is what the provider sent
    _judge(answer)
    found = answer.json(policy)
    if isinstance(found, dict) and "message" in found:  # as its errors are, though it says 200
        raise ProviderUnavailableError(
            "OpenAddresses answers with an error inside a success.", provider=PROVIDER, http_status=answer.status
        )
    return found


def _location(answer: EgressResponse) -> str | None:
    """Return where the file lies when the answer is a redirect, None when it is the file."""
    if "location" in answer.headers and answer.status != _OK:
        return answer.headers["location"]
    _judge(answer)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _NO_FILE:
        raise ProviderUnavailableError(
            f"OpenAddresses sends {kind} in place of the file.", provider=PROVIDER, http_status=answer.status
        )
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
