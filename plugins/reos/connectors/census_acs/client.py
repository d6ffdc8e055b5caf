"""Asks the Census Bureau's data API for the five-year survey: some variables of all areas of a kind, one call a table.

The key is part of the URL, as the API wants it; it is masked wherever a URL may show.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reos.connectors.census_acs.answers import AreaFact, read_table
from reos.connectors.census_acs.settings import SPEC
from reos.connectors.census_acs.variables import known_variables
from reos.connectors.egress import Egress, EgressPolicy, EgressRequest, EgressResponse
from reos.connectors.errors import (
    ConnectorError,
    InvalidRequestError,
    ProviderAuthError,
    ProviderUnavailableError,
    QuotaError,
    RecordNotFoundError,
    SchemaDriftError,
)
from reos.connectors.guard import Destination
from reos.connectors.retry import RetryRule
from reos.connectors.values import parse_json
from reos.core.errors import ConfigurationError, InvalidInputError

MOST_VARIABLES = 50  # in one call, the name of the area and the margins included
_OK, _NO_CONTENT, _BAD_REQUEST, _NOT_FOUND = 200, 204, 400, 404
_REDIRECTS = range(300, 400)
_AUTH = frozenset({401, 403})
_KEY_REMEDY = "Set REOS_CENSUS_API_KEY; a key is free at api.census.gov/data/key_signup.html."


@dataclass(frozen=True)
class Areas:
    """All areas of a kind: ZIP code areas of the country, counties (of a state), or tracts of a county or state."""

    geo_type: str
    state: str | None = None
    county: str | None = None

    def __post_init__(self) -> None:
        wrong = (
            self.geo_type not in {"zcta", "county", "tract"}
            or (self.geo_type == "zcta" and self.state is not None)
            or (self.geo_type == "tract" and self.state is None)
            or (self.county is not None and self.geo_type != "tract")
        )
        if wrong:
            raise InvalidInputError(
                f"{self} are no areas that can be asked for.",
                remedy="Write them as zcta, county, county:53, tract:53 or tract:53033.",
            )

    @classmethod
    def named(cls, name: str) -> "Areas":
        """Return the areas that are written as in `zcta`, `county:53` or `tract:53033`."""
        geo_type, _, code = name.partition(":")
        if not (code == "" or (code.isascii() and code.isdecimal() and len(code) in {2, 5})):
            raise InvalidInputError(f"{code!r} is no code of a state or county.", remedy="Write two or five digits.")
        return cls(geo_type, code[:2] or None, code[2:] or None)

    def __str__(self) -> str:
        code = (self.state or "") + (self.county or "")
        return f"{self.geo_type}:{code}" if code else self.geo_type

    @property
    def query(self) -> dict[str, str]:
        """The API's `for` and `in`."""
        what = "zip code tabulation area" if self.geo_type == "zcta" else self.geo_type
        where = [f"{name}:{code}" for name, code in (("state", self.state), ("county", self.county)) if code]
        return {"for": f"{what}:*"} | ({"in": " ".join(where)} if where else {})


@dataclass(frozen=True)
class CensusAcs:
    """The survey below `base`, which ends in `/data`, with our key."""

    egress: Egress
    base: str
    key: str | None

    async def latest_year(self, year: int, back: int = 3) -> int:
        """Return the latest year there is, from `year` on and at most `back` years before.

        Raises `RecordNotFoundError` when there is none.
        """
        for candidate in range(year, year - back - 1, -1):
            try:
                await self._ask(candidate, {"get": "NAME", "for": "us:1"})
            except RecordNotFoundError:
                continue
            return candidate
        raise _error(RecordNotFoundError, f"has no year from {year - back} to {year}", _NOT_FOUND)

    async def ask(self, year: int, variables: Sequence[str], areas: Areas) -> bytes:
        """Return the table of `variables` (without suffix; estimates and margins come) of `areas`, to be read later.

        The answer has been read once, so that `facts_of` raises nothing new. It is empty when there are no such areas.
        Raises `InvalidInputError` for a variable that is not declared or too many of them, and `ConnectorError`.
        """
        known = known_variables()
        for code in variables:
            known.class_of(code)
        columns = ["NAME", *(f"{code}{suffix}" for code in variables for suffix in "EM")]
        if len(columns) > MOST_VARIABLES:
            raise InvalidInputError(f"{len(columns)} variables are too many.", remedy=f"At most {MOST_VARIABLES}.")
        return await self._ask(year, {"get": ",".join(columns), **areas.query}, frozenset(variables))

    async def _ask(self, year: int, query: dict[str, str], wanted: frozenset[str] = frozenset()) -> bytes:
        if not self.key:
            raise ConfigurationError("The Census Bureau's data API needs a key.", remedy=_KEY_REMEDY)
        policy = EgressPolicy(
            SPEC.provider,
            (Destination.below(self.base),),
            secrets=(self.key,),
            max_bytes=100_000_000,
            read_s=120,
            attempt_s=240,
            retry=RetryRule(attempts=3, max_total_s=300),
            reads_redirects=True,  # a wrong key is answered with one, to a page that says so
        )
        request = EgressRequest("GET", f"{self.base}/{year}/acs/acs5", params={**query, "key": self.key})
        return await self.egress.send(policy, request, lambda answer: _judged(answer, year, wanted))


def chunks(variables: Sequence[str]) -> list[list[str]]:
    """Split variables into what one call takes: each is two columns, and the area's name is one."""
    size = (MOST_VARIABLES - 1) // 2
    return [list(variables[start : start + size]) for start in range(0, len(variables), size)]


def facts_of(body: bytes, year: int) -> Iterator[AreaFact]:
    """Yield the figures of an answer of `CensusAcs.ask`."""
    return read_table(parse_json(body), year) if body else iter(())


def _judged(answer: EgressResponse, year: int, wanted: frozenset[str]) -> bytes:
    _refuse(answer)
    if answer.status == _NO_CONTENT or not answer.body.strip():
        return b""
    try:
        document = parse_json(answer.body)
    except ValueError:
        raise _not_json(answer) from None
    if isinstance(document, dict):
        raise _error(ProviderUnavailableError, f"says {str(document)[:120]}", answer.status)
    got = {fact.variable for fact in read_table(document, year)}
    if got and wanted - got:
        raise _error(SchemaDriftError, f"leaves out {', '.join(sorted(wanted - got))}", answer.status)
    return answer.body


def _refuse(answer: EgressResponse) -> None:
    """Raise what a status other than success means."""
    status, text = answer.status, answer.body.decode("utf-8", errors="replace").strip()
    if status in {_OK, _NO_CONTENT}:
        return
    if status in _AUTH or (status in _REDIRECTS and "key" in answer.headers.get("location", "")):
        raise _error(ProviderAuthError, f"does not accept our key (HTTP {status})", status, _KEY_REMEDY)
    if status == _NOT_FOUND:
        raise _error(RecordNotFoundError, "has no such year or data set", status)
    if status == _BAD_REQUEST and "unknown variable" in text:
        raise _error(SchemaDriftError, f"says {text[:200]!r}", status, "Correct connectors/census_acs/variables.yml.")
    if status == _BAD_REQUEST and "invalid key" in text.lower():
        raise _error(ProviderAuthError, "does not accept our key", status, _KEY_REMEDY)
    if "limit" in text.lower() and "exceed" in text.lower():
        raise _error(QuotaError, "says that today's requests are used up", status)
    raise _error(InvalidRequestError, f"refuses the request (HTTP {status}: {text[:200]})", status)


def _not_json(answer: EgressResponse) -> ConnectorError:
    """Return what a 200 that is no JSON means: a page about the key, or an answer that was cut or replaced."""
    page = answer.body[:4_000].lower()
    if page.lstrip().startswith(b"<") and b"key" in page:
        return _error(ProviderAuthError, "does not accept our key", answer.status, _KEY_REMEDY)
    return _error(ProviderUnavailableError, "sends something that is no JSON", answer.status)


def _error(kind: type[ConnectorError], what: str, status: int, remedy: str | None = None) -> ConnectorError:
    return kind(f"The Census Bureau's data API {what}.", provider=SPEC.provider, http_status=status, remedy=remedy)
