"""Fetches a research file to disk, unless it is still the one that was loaded last."""

from dataclasses import dataclass
from pathlib import Path

from reos.connectors.egress import Egress, EgressPolicy, EgressRequest, EgressResponse
from reos.connectors.errors import InvalidRequestError, RecordNotFoundError
from reos.connectors.guard import Destination
from reos.connectors.zillow_research.settings import SPEC, ResearchFile

_OK, _NOT_MODIFIED = 200, 304
_NOT_THERE = frozenset({403, 404})  # the file store answers 403 for names that it does not know
_MAX_BYTES = 1_000_000_000
# What the file store says of a file's version: the header it comes in, and the one that it is asked with.
_MARKS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


@dataclass(frozen=True)
class ResearchStore:
    """The file store at `base`; it needs no key."""

    egress: Egress
    base: str

    async def fetch(self, file: ResearchFile, path: Path, known: str | None = None) -> str | None:
        """Write `file` to `path` and return its version, which is empty where the store does not say one.

        `known` is the version that was loaded last: when the file still has it, nothing is written and None returned.
        Raises `ConnectorError`; `path` then holds no half of a file.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        request = EgressRequest("GET", f"{self.base}/{file.path}", headers=_condition(known))
        try:
            version = await self.egress.send(self._policy(), request, _judge, into=part)
            if version is not None:
                part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return version

    def _policy(self) -> EgressPolicy:
        return EgressPolicy(
            SPEC.provider,
            (Destination.below(self.base),),
            max_bytes=_MAX_BYTES,
            attempt_s=1_200,
            reads_redirects=True,  # "not modified" is of their class
        )


def _condition(known: str | None) -> dict[str, str]:
    mark, _, value = (known or "").partition(":")
    return {_MARKS[mark]: value} if mark in _MARKS else {}


def _judge(answer: EgressResponse) -> str | None:
    """Return the version of a file that came (empty where the store gives none), None when it has not changed."""
    if answer.status == _NOT_MODIFIED:
        return None
    if answer.status == _OK:
        return next((f"{mark}:{answer.headers[mark]}" for mark in _MARKS if answer.headers.get(mark)), "")
    kind = RecordNotFoundError if answer.status in _NOT_THERE else InvalidRequestError
    raise kind(
        f"Zillow has no such research file (HTTP {answer.status}).",
        provider=SPEC.provider,
        http_status=answer.status,
        remedy="Look its name up at zillow.com/research/data and correct connectors/zillow_research/files.yml.",
    )
