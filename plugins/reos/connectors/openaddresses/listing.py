"""What OpenAddresses has: one entry a source and layer, with its latest job, as the batch service lists it.

Reference: `api/schema/res.ListData.json` and `res.Job.json` of the `openaddresses/batch` repository.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_OUTPUTS = ("cache", "output", "preview", "validated", "pmtiles")
_LONGEST = 500

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Dataset:
    """One entry of the list: a place's `layer`, and the job whose file is the latest that succeeded.

    `outputs` are the kinds of files that there are (`output` is the one we read), `size` is in bytes. `latest_job` is
    the last job whatever its end: when it is another, the last run has failed.
    """

    id: int
    source: str
    layer: str
    name: str
    job: int
    latest_job: int
    updated: datetime | None
    size: int
    outputs: frozenset[str]

    @property
    def downloadable(self) -> bool:
        """Whether there is a file to read."""
        return "output" in self.outputs


def read_dataset(entry: Entry) -> Dataset:
    """Type one entry; `ValueError` names the key that is missing or does not fit."""
    job = _whole(entry, "job")
    updated = entry.get("updated")
    outputs = entry.get("output")
    if not isinstance(outputs, dict) or not all(isinstance(each, bool) for each in outputs.values()):
        raise ValueError(f"`output` is {outputs!r}")
    if updated is not None and not isinstance(updated, int):
        raise ValueError(f"`updated` is {updated!r}")
    return Dataset(
        id=_whole(entry, "id"),
        source=_text(entry, "source"),
        layer=_text(entry, "layer"),
        name=_text(entry, "name"),
        job=job,
        latest_job=_whole(entry, "latest_job") if entry.get("latest_job") is not None else job,
        updated=None if updated is None else _moment(updated),
        size=_whole(entry, "size"),
        outputs=frozenset(name for name in _OUTPUTS if outputs.get(name)),
    )


def licence_text(job: Entry) -> str | None:
    """Return the licence that a job's source names, in one line; None when it names none.

    It is an object (`text`, `url`, `attribution name`, flags), a text, or a flag that says no more.
    """
    told = job.get("license")
    if isinstance(told, str):
        return told.strip()[:_LONGEST] or None
    if not isinstance(told, dict):
        return None
    parts = [str(told[name]) for name in ("text", "url") if told.get(name)]
    owner = told.get("attribution name")
    if owner or told.get("attribution") is True:
        parts.append(f"attribution: {owner or 'required'}")
    if told.get("share-alike") is True:
        parts.append("share alike")
    return "; ".join(parts)[:_LONGEST] or None


def _whole(entry: Entry, name: str) -> int:
    value = entry.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"`{name}` is {value!r}")  # noqa: TRY004 - callers catch one error
    return value


def _text(entry: Entry, name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"`{name}` is {value!r}")
    return value


def _moment(milliseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"`updated` is {milliseconds!r}") from None
