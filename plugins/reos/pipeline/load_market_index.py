"""From a research file's wide rows to `raw.zillow_index`: copied as they are, melted and compared in the database.

A file holds the whole of its series for its types of region. What differs from the table is found in one pass: only
new months and revised values are written, a value that is gone is removed, and the same file again writes nothing.
"""

from collections.abc import Iterable
from typing import LiteralString

from reos.connectors.zillow_research.settings import ResearchFile
from reos.connectors.zillow_research.wide import Layout, WideRow
from reos.db.connection import Connection
from reos.pipeline.load_market import MarketLoad, Written
from reos.reference.publish import LoadRefusedError

_STAGE = """
create temporary table _wide (
  line bigint not null, region_type text not null, region_id bigint not null, region_name text not null, state char(2),
  city text, metro text, county_name text, county_fips char(5), size_rank integer, base_date date,
  cells double precision[] not null
) on commit drop
"""
_COPY = """
copy _wide (line, region_type, region_id, region_name, state, city, metro, county_name, county_fips, size_rank,
            base_date, cells) from stdin
"""
_TWICE = """
select region_name from _wide group by region_type, region_id, region_name having count(*) > 1 order by 1 limit 1
"""
_DELTA = """
create temporary table _delta on commit drop as
select region_type, region_id, month, n.value, n.base_date, o.value is not null as known
  from (select w.region_type, w.region_id, m.month, m.value, w.base_date
          from _wide w cross join lateral unnest(w.cells, %(months)s::date[]) as m(value, month)
         where m.value is not null) n
  full join (select region_type, region_id, month, value, base_date from raw.zillow_index
              where series = %(series)s and region_type = any(%(regions)s)) o using (region_type, region_id, month)
 where (n.value, n.base_date) is distinct from (o.value, o.base_date)
"""
_VOLUME = """
with before as (
  select count(*) as months, max(month) as latest from raw.zillow_index
   where series = %(series)s and region_type = any(%(regions)s) group by region_type, region_id
)
select (select count(*) from _wide) as regions,
       (select coalesce(sum(cardinality(array_remove(cells, null))), 0) from _wide) as now,
       count(*) as regions_before, coalesce(sum(months), 0)::bigint as before, max(latest) as latest
  from before
"""
_REMOVE = """
delete from raw.zillow_index o using _delta d
 where o.series = %(series)s and d.value is null
   and (o.region_type, o.region_id, o.month) = (d.region_type, d.region_id, d.month)
"""
_WRITE = """
insert into raw.zillow_index as o (series, region_type, region_id, month, value, base_date, load_id, fetched_at)
select %(series)s, region_type, region_id, month, value, base_date, %(load_id)s, %(at)s
  from _delta where value is not null
    on conflict (series, region_type, region_id, month)
    do update set value = excluded.value, base_date = excluded.base_date, load_id = excluded.load_id,
                  fetched_at = excluded.fetched_at
"""
_COUNT = "select count(*) filter (where known and value is not null) as changed from _delta"
_REGIONS = """
merge into raw.zillow_region o using _wide n on (o.region_type, o.region_id) = (n.region_type, n.region_id)
 when matched and %(names)s and
      (o.region_name, o.state, o.city, o.metro, o.county_name, o.county_fips, o.size_rank) is distinct from
      (n.region_name, n.state, n.city, n.metro, n.county_name, n.county_fips, n.size_rank)
 then update set (region_name, state, city, metro, county_name, county_fips, size_rank, load_id) =
             row(n.region_name, n.state, n.city, n.metro, n.county_name, n.county_fips, n.size_rank, %(load_id)s)
 when not matched
 then insert (region_type, region_id, region_name, state, city, metro, county_name, county_fips, size_rank, load_id)
      values (n.region_type, n.region_id, n.region_name, n.state, n.city, n.metro, n.county_name, n.county_fips,
              n.size_rank, %(load_id)s)
"""
_ANALYZE: tuple[LiteralString, ...] = ("analyze raw.zillow_index", "analyze raw.zillow_region")


def stage(conn: Connection, rows: Iterable[WideRow]) -> None:
    """Copy `rows` as they come into a table of the open transaction; raises what taking them raises."""
    conn.execute(_STAGE)
    with conn.cursor() as cursor, cursor.copy(_COPY) as copy:
        for line, row in enumerate(rows, start=2):
            region = row.region
            copy.write_row(
                (
                    *(line, region.region_type, region.region_id, region.region_name, region.state, region.city),
                    *(region.metro, region.county_name, region.county_fips, region.size_rank, row.base_date),
                    _array(row.values),
                )
            )
    conn.execute("analyze _wide")


def publish(work: MarketLoad, file: ResearchFile, layout: Layout, *, accept_drop: bool) -> Written:
    """Check what is staged and write what differs, in the open transaction; `LoadRefusedError` when a check fails."""
    conn = work.conn
    params = {
        "series": file.series,
        "regions": list(file.regions),
        "months": list(layout.months),
        "load_id": work.load.load_id,
        "at": work.clock.now(),
        "names": file.names_regions,
    }
    values = _check(work, file, layout, params, accept_drop=accept_drop)
    conn.execute(_REGIONS, params)
    conn.execute(_DELTA, params)
    conn.execute("analyze _delta")
    changed = (conn.execute(_COUNT).fetchone() or {"changed": 0})["changed"]
    removed = conn.execute(_REMOVE, params).rowcount
    written = conn.execute(_WRITE, params).rowcount
    if removed or written:
        for statement in _ANALYZE:
            conn.execute(statement)
    return Written(values, written - changed, changed, removed)


def _check(
    work: MarketLoad, file: ResearchFile, layout: Layout, params: dict[str, object], *, accept_drop: bool
) -> int:
    """Return how many values are staged; raise when they are too few to be believed, or older than what we have."""
    name, found = work.load.source, work.conn.execute(_VOLUME, params).fetchone() or {}
    twice = work.conn.execute(_TWICE).fetchone()
    if twice:
        raise LoadRefusedError(f"{name} has the region {twice['region_name']} twice.", remedy="Look at the file.")
    if not found["now"]:
        raise LoadRefusedError(f"{name} holds no value.", remedy="Check the file at its source, then load again.")
    if accept_drop:
        return int(found["now"])
    remedy = "Check the file at its source; if it is right, load again and accept the drop."
    if found["latest"] and max(layout.months) < found["latest"]:
        raise LoadRefusedError(
            f"{name} ends in {max(layout.months):%Y-%m}, and {found['latest']:%Y-%m} was there before.", remedy=remedy
        )
    for what, now, before in (
        ("regions", found["regions"], found["regions_before"]),
        ("values", found["now"], found["before"]),
    ):
        if now < before * (1 - file.drop):
            raise LoadRefusedError(
                f"{name} has {now:,} {what} where it had {before:,}: {1 - now / before:.0%} fewer, and more than "
                f"{file.drop:.0%} is not believed.",
                remedy=remedy,
            )
    return int(found["now"])


def _array(values: Iterable[float | None]) -> str:
    return f"{{{','.join('NULL' if value is None else repr(value) for value in values)}}}"
