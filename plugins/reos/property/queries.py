"""Reading the record: the SQL of lists, details, scores and provenance, where PostgreSQL builds the JSON.

Pure: each function returns a `Query` (text with $1, $2 … and its values) for whoever holds a connection whose
transaction is set to a tenant; row-level security does the rest. Texts are assembled from constants only.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

UNSCORED, MAX_SCORE = -1, 100  # what has no score sorts behind every score


@dataclass(frozen=True)
class Query:
    """SQL with numbered parameters, and their values."""

    sql: str
    args: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None leaves a criterion open.

    `county` is a FIPS code, `text` matches part of the address line, city or APN whatever the case.
    """

    state: str | None = None
    county: str | None = None
    zip5: str | None = None
    stage: str | None = None
    score_min: int | None = None
    score_max: int | None = None
    text: str | None = None


def _score_key(text: str) -> int:
    key = int(text)
    if not UNSCORED <= key <= MAX_SCORE:
        raise ValueError(f"{text} is no score")
    return key


def _change_key(text: str) -> datetime:
    key = datetime.fromisoformat(text)
    if key.tzinfo is None:
        raise ValueError(f"{text} is in no time zone")
    return key


# How the text of a sort key is read; ValueError for what is none.
SORTS: Mapping[str, Callable[[str], int | datetime]] = {"score": _score_key, "updated_at": _change_key}

# What the sources say goes before what the lead said, once dbt has resolved the property.
_SUMMARY = """
p.property_id, p.stage, coalesce(d.apn, p.apn) as apn, coalesce(d.county_fips, p.county_fips) as county_fips,
coalesce(d.address_line, p.address_line) as address, p.unit, coalesce(d.city, p.city) as city,
coalesce(d.state, p.state) as state, coalesce(d.zip5, p.zip5) as zip,
case when d.property_id is null then p.latitude else d.latitude end as latitude,
case when d.property_id is null then p.longitude else d.longitude end as longitude, d.property_type, d.beds,
d.baths, d.living_sqft, d.year_built, s.score, s.confidence, s.estimated_value, p.created_at, p.updated_at
"""
_SUMMARY_NAMES = """
property_id, stage, apn, county_fips, address, unit, city, state, zip, latitude, longitude, property_type, beds, baths,
living_sqft, year_built, score, confidence, estimated_value, created_at, updated_at
"""
_FROM = """
app.property p
left join marts.dim_property d on d.tenant_id = p.tenant_id and d.property_id = p.property_id
left join marts.fct_property_score s on s.tenant_id = p.tenant_id and s.property_id = p.property_id
"""
_FACTS = """
p.version, p.zip4, p.source, d.lot_sqft, d.year_renovated, d.condition, d.grade, d.owner_name, d.owner_occupied,
d.assessed_value, d.last_sale_date, d.last_sale_price, d.zoning, d.flood_zone, d.in_flood_hazard_area, d.flood_map_date
"""
_ESTIMATES_OF_OTHERS = "d.avm_value, d.estimated_rent"  # may be shown, by some licences not taken away in a file
EXPORTED = tuple(re.findall(r"\w+", _SUMMARY_NAMES)) + tuple(re.findall(r"\.(\w+)", _FACTS))
_SCORE = """
property_id, score, confidence, model_version, weights_version, score_version, inputs_hash, as_of, market_date,
estimated_value, comparable_area, comparable_count, price_per_sqft, missing_inputs
"""
_REASONS = """
(select coalesce(json_agg(to_json(r)), '[]') from (
   select component, reason_code, label, meaning, input_value, low, high, points, max_points, missing
     from marts.property_score_reason where property_id = $1 order by component_code) r)
"""
_PROVENANCE = """
(select coalesce(json_agg(to_json(f)), '[]') from (
   select field, value, source, label, fetched_at, observed_at, licence, cost_microusd, raw_table, raw_id, rule,
          candidates
     from marts.property_field_provenance where property_id = $1 order by field) f)
"""
_SEARCHED = "concat_ws(' ', d.address_line, p.address_line, d.city, p.city, d.apn, p.apn)"
_STANDS = "p.deleted_at is null and p.merged_into is null"
_EXISTS = f"exists (select from app.property p where p.property_id = $1 and {_STANDS})"

_CRITERIA: dict[str, Callable[[str], str]] = {
    "state": lambda n: f"coalesce(d.state, p.state) = {n}",
    "county": lambda n: f"coalesce(d.county_fips, p.county_fips) = {n}",
    "zip5": lambda n: f"coalesce(d.zip5, p.zip5) = {n}",
    "stage": lambda n: f"p.stage = {n}",
    "score_min": lambda n: f"s.score >= {n}",
    "score_max": lambda n: f"s.score <= {n}",
    "text": lambda n: f"{_SEARCHED} ilike {n}",
}


def page(filters: Filters, sort: str, limit: int, after: tuple[int | datetime, UUID] | None = None) -> Query:
    """Query one page: columns `items` (JSON array as text) and, when more follow, `next_key` and `next_id`.

    `sort` is a key of `SORTS`, descending, with the id as tie-break; `after` is the sort key and id of the last row of
    the page before. Unscored properties come behind all scored ones.
    """
    args: list[Any] = [limit]
    where = _where(filters, args)
    narrow = filters.zip5 is not None or filters.text is not None
    first, rows = _matching(where) if narrow else ("", f"{_FROM} where {where}")
    if sort == "score":
        some_unscored = filters.score_min is None and filters.score_max is None
        source = _by_score(rows, after, args, some_unscored=some_unscored)
    else:
        source = _by_change(rows, after, args)
    return Query(_page_sql(first + source), tuple(args))


def export(filters: Filters, limit: int, after: UUID | None = None) -> Query:
    """Query up to `limit` properties in the order of their ids: columns `property_id` and `item` (JSON text).

    `after` is the last id of the page before.
    """
    args: list[Any] = [limit]
    where = _where(filters, args)
    if after is not None:
        args.append(after)
        where = f"{where} and p.property_id > ${len(args)}::uuid"
    return Query(
        f"""
        select property_id, to_json(x)::text as item from (
          select {_SUMMARY}, {_FACTS} from {_FROM} where {where} order by p.property_id limit $1::int) x
         order by property_id
        """,  # noqa: S608 (constants)
        tuple(args),
    )


def detail(property_id: UUID) -> Query:
    """Query one property as JSON text: identity, facts, score with its reasons, and provenance of every field."""
    return Query(
        f"""
        select to_json(x)::text from (
          select {_SUMMARY}, {_FACTS}, {_ESTIMATES_OF_OTHERS}, {_score_object()} as valuation,
                 {_PROVENANCE} as provenance
            from {_FROM} where p.property_id = $1 and {_STANDS}) x
        """,  # noqa: S608 (constants)
        (property_id,),
    )


def score(property_id: UUID) -> Query:
    """Query the current score with its reasons as JSON text; null when the property has none."""
    return Query(f"select {_score_object()}::text where {_EXISTS}", (property_id,))


def score_history(property_id: UUID) -> Query:
    """Query every version of the score, newest first, as JSON text."""
    return Query(
        f"""
        select json_build_object('items', (
          select coalesce(json_agg(to_json(h)), '[]') from (
            select {_SCORE} from marts.fct_property_score_history where property_id = $1
             order by score_version desc) h))::text
        where {_EXISTS}
        """,  # noqa: S608 (constants)
        (property_id,),
    )


def provenance(property_id: UUID) -> Query:
    """Query where each field's value comes from, with what other sources said, as JSON text."""
    sql = f"select json_build_object('items', {_PROVENANCE})::text where {_EXISTS}"
    return Query(sql, (property_id,))


def existence(property_id: UUID) -> Query:
    """Query whether the tenant has this property."""
    return Query(f"select {_EXISTS}", (property_id,))


def survivor(property_id: UUID) -> Query:
    """Query the property that this one was merged into; no row when it stands for itself, is deleted or unknown."""
    return Query(
        """
        select s.property_id from app.property p join app.property s on s.property_id = p.merged_into
         where p.property_id = $1 and s.deleted_at is null
        """,
        (property_id,),
    )


def _where(filters: Filters, args: list[Any]) -> str:
    clauses = [_STANDS]
    for name, clause in _CRITERIA.items():
        value = getattr(filters, name)
        if value is not None:
            args.append(_containing(value) if name == "text" else value)
            clauses.append(clause(f"${len(args)}"))
    return " and ".join(clauses)


def _score_object() -> str:
    # $1 is the property in every query that embeds this.
    return f"""
    (select to_json(v) from (
       select {_SCORE}, {_REASONS} as reasons from marts.fct_property_score where property_id = $1) v)
    """  # noqa: S608 (constants)


def _matching(where: str) -> tuple[str, str]:
    """Find the few that a narrow filter leaves before ordering them; the index of the order would walk them all."""
    return (
        f"matching as materialized (select p.property_id from {_FROM} where {where}),",  # noqa: S608 (constants)
        f"{_FROM} where p.property_id in (select property_id from matching)",  # noqa: S608 (constants)
    )


def _by_score(rows: str, after: tuple[Any, UUID] | None, args: list[Any], *, some_unscored: bool) -> str:
    """Walk the index of the scores, then the properties without one, and those only as far as the page has room."""
    scored, unscored = "s.score is not null", "s.property_id is null" if some_unscored else "false"
    if after is not None and after[0] == UNSCORED:
        args.append(after[1])
        scored, unscored = "false", f"{unscored} and p.property_id < ${len(args)}::uuid"
    elif after is not None:
        args.extend(after)
        scored = f"{scored} and (s.score, s.property_id) < (${len(args) - 1}::smallint, ${len(args)}::uuid)"
    return f"""
    scored as (
      select {_SUMMARY}, s.score::int as sort_key from {rows} and {scored}
       order by s.score desc, s.property_id desc limit $1::int + 1
    ), unscored as (
      select {_SUMMARY}, {UNSCORED} as sort_key from {rows} and {unscored}
       order by p.property_id desc limit (select $1::int + 1 - count(*) from scored)
    ), page as (select * from scored union all select * from unscored)
    """  # noqa: S608 (constants)


def _by_change(rows: str, after: tuple[Any, UUID] | None, args: list[Any]) -> str:
    later = "true"
    if after is not None:
        args.extend(after)
        later = f"(p.updated_at, p.property_id) < (${len(args) - 1}::timestamptz, ${len(args)}::uuid)"
    return f"""
    page as (
      select {_SUMMARY}, p.updated_at as sort_key from {rows} and {later}
       order by p.updated_at desc, p.property_id desc limit $1::int + 1
    )
    """  # noqa: S608 (constants)


def _page_sql(source: str) -> str:
    # One row more than asked for is read, so that the last page says so.
    return f"""
    with {source}, numbered as (
      select (select to_json(x) from (select {_SUMMARY_NAMES}) x) as item, sort_key::text as key, property_id as id,
             row_number() over (order by sort_key desc, property_id desc) as position, count(*) over () as read
        from page
    )
    select coalesce(json_agg(item order by position) filter (where position <= $1::int), '[]')::text as items,
           max(key) filter (where position = $1::int and read > $1::int) as next_key,
           (array_agg(id) filter (where position = $1::int and read > $1::int))[1] as next_id
      from numbered
    """  # noqa: S608 (constants)


def _containing(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
