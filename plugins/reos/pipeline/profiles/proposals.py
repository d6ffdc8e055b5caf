"""A profile for a file that none is known for, to be confirmed by a person: which column seems to be what, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import yaml

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files import MAX_BYTES, LeadFile, open_table
from reos.pipeline.profiles import ColumnRule, Profile, fitting, load_profile
from reos.pipeline.profiles.column_values import date_formats
from reos.pipeline.profiles.converters import Kind
from reos.pipeline.profiles.left_out import LeftOut, left_out
from reos.pipeline.profiles.matching import Match, Matcher

PROPOSED = "proposed"
_KNOWN = "It is a file of the profile {}, which comes with the platform."
_UNREAD = "the profile {} does not read it"
_SAMPLE_ROWS = 200
_SHOWN = 60
_LICENCE = "as agreed with whoever supplied the file"
_COUNTY = (
    "A parcel number is unique only inside its county, and no column names one: add the county's code, as in "
    '`constants: {county_fips: "53033"}`.'
)


@dataclass(frozen=True)
class Mapped:
    """A proposed line of the mapping; `sample` is the first filled cell."""

    columns: tuple[str, ...]
    to: str
    kind: Kind
    why: str
    sample: str


@dataclass(frozen=True)
class Proposal:
    """A profile that reads the file, line by line with reasons, the columns left out, and what a person must settle."""

    profile: Profile
    mapped: tuple[Mapped, ...]
    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...]

    @property
    def unused(self) -> tuple[str, ...]:
        """The names of the columns left out."""
        return tuple(each.column for each in self.left_out)

    def as_yaml(self) -> str:
        """Return the profile as a file for `--profile`; what is left out, and what is to be settled, as comments."""
        notes = [*self.remarks, *(f"Left out: {each.column}: {each.why}." for each in self.left_out)]
        return "".join(f"# {' '.join(note.split())}\n" for note in notes) + yaml.safe_dump(
            as_document(self.profile), sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
        )


def propose(path: Path, *, constants: Mapping[str, str] | None = None, max_bytes: int = MAX_BYTES) -> Proposal:
    """Look at the file at `path` and return a profile for it; `constants` are values that every row has, by our names.

    Raises `InvalidInputError` when the file is no table, or no column seems to be a parcel number or an address.
    """
    file = open_table(path, max_bytes=max_bytes)
    return propose_for(file, constants=constants or {})


def propose_for(file: LeadFile, *, constants: Mapping[str, str]) -> Proposal:
    """Do the same for a file that is open. A profile of the platform that fits it in full is what is proposed."""
    samples = _samples(file)
    known = next((each for each in map(load_profile, fitting(file.header)) if not each.needs), None)
    if known is not None:
        return _of_profile(known, file, samples)
    matches = Matcher(file.header, samples).matches()
    found = {match.to for match in matches}
    if not found & {"apn", "address"}:
        raise InvalidInputError(
            f"No column of {file.path.name} seems to be a parcel number or an address.",
            remedy=f"Write a profile (generic.yml explains it). Its columns are: {', '.join(file.header)[:500]}.",
        )
    rules = {rule.to: rule for rule in load_profile("generic").columns}
    mapped = tuple(_mapped(match, rules[match.to], file.header, samples) for match in sorted(matches, key=_first))
    profile = Profile(
        name=PROPOSED,
        title=f"Proposed for {file.path.name}"[:200],
        licence=_LICENCE,
        constants=dict(constants),
        needs=tuple(name for name in ("apn", "address") if name in found),
        columns=tuple(_rule(line, rules[line.to], samples, file.header) for line in mapped),
    )
    rest = _unread(file.header, matches)
    return Proposal(profile, mapped, left_out(file.header, samples, matches, rest), _remarks(found | set(constants)))


def _of_profile(profile: Profile, file: LeadFile, samples: Sequence[Sequence[str]]) -> Proposal:
    positions = profile.positions(file.header)
    matches = [Match(rule.to, positions[rule.to], f"the profile {profile.name}") for rule in profile.columns]
    rules = {rule.to: rule for rule in profile.columns}
    mapped = tuple(_mapped(match, rules[match.to], file.header, samples) for match in matches)
    unknown = profile.unknown(file.header)
    unread = tuple(LeftOut(column, _UNREAD.format(profile.name)) for column in unknown)
    return Proposal(profile, mapped, unread, (_KNOWN.format(profile.name),))


def as_document(profile: Profile) -> dict[str, object]:
    """Return the profile as plain data in the form of a profile file, defaults left out."""
    return profile.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _unread(header: Sequence[str], matches: Sequence[Match]) -> list[int]:
    read = {index for match in matches for index in match.columns}
    return [index for index in range(len(header)) if index not in read]


def _first(match: Match) -> tuple[int, ...]:
    return match.columns


def _samples(file: LeadFile) -> list[list[str]]:
    rows = [row.cells for row in islice(file.rows(), _SAMPLE_ROWS) if row.fault is None]
    columns = zip(*rows, strict=True) if rows else ([] for _ in file.header)
    return [[cell.strip() for cell in column if cell.strip()] for column in columns]


def _mapped(match: Match, rule: ColumnRule, header: Sequence[str], samples: Sequence[Sequence[str]]) -> Mapped:
    shown = " ".join(samples[index][0] for index in match.columns if samples[index])
    return Mapped(tuple(header[index] for index in match.columns), match.to, rule.kind, match.why, shown[:_SHOWN])


def _rule(line: Mapped, rule: ColumnRule, samples: Sequence[Sequence[str]], header: Sequence[str]) -> ColumnRule:
    source = line.columns[0] if len(line.columns) == 1 else line.columns
    formats = date_formats(samples[header.index(line.columns[0])]) if rule.kind is Kind.DATE else rule.formats
    return rule.model_copy(update={"sources": (source,), "formats": tuple(formats)})


def _remarks(found: set[str]) -> tuple[str, ...]:
    return (_COUNTY,) if "apn" in found and not found & {"county_fips", "county"} else ()
