"""From staged rows to readers: checks first, then one transaction that merges, and redraws the areas of the ZIP codes.

Readers see all of a load or nothing of it. A row that has not changed is not touched, so loading the same file twice
writes nothing. Only a full load removes what the source no longer has.
"""

from typing import LiteralString, NamedTuple

from psycopg import sql

from reos.core.errors import ReosError
from reos.db.connection import Connection
from reos.reference.ledger import Load
from reos.reference.point import Point
from reos.reference.source import Limits

_COLUMNS = [name for name in Point._fields if name != "source_id"]
_DISTINCT = """
create temporary table _points on commit drop as
select distinct on (source_id) * from app.address_point_stage where load_id = %(load_id)s order by source_id, line
"""
_KEY = "create unique index on _points (source_id)"
_VOLUME = """
select (select count(*) from _points) as now,
       (select count(*) from app.address_point where source = %(source)s and %(full)s) as before
"""
# The ZIP codes of everything that comes, changes or goes, taken before it does.
_TOUCHED = """
create temporary table _zips on commit drop as
select n.zip5 from _points n left join app.address_point o on o.source = %(source)s and o.source_id = n.source_id
 where o.body_sha256 is distinct from n.body_sha256
union
select o.zip5 from _points n join app.address_point o on o.source = %(source)s and o.source_id = n.source_id
 where o.body_sha256 <> n.body_sha256
union
select o.zip5 from app.address_point o
 where o.source = %(source)s and %(full)s and not exists (select from _points n where n.source_id = o.source_id)
"""
_REMOVE = """
delete from app.address_point o
 where o.source = %(source)s and not exists (select from _points n where n.source_id = o.source_id)
"""
_MERGE = sql.SQL("""
with merged as (
  merge into app.address_point o
  using _points n on o.source = %(source)s and o.source_id = n.source_id
   when matched and o.body_sha256 <> n.body_sha256
   then update set {assignments}, load_id = n.load_id
   when not matched
   then insert (source, source_id, {columns}, load_id) values (%(source)s, n.source_id, {values}, n.load_id)
  returning merge_action() as action
)
select count(*) filter (where action = 'INSERT') as added, count(*) filter (where action = 'UPDATE') as changed
  from merged
""")
# The median is where a ZIP code lies even when some of its points are far off. Distances are plane ones, with degrees
# of longitude shortened by the latitude: within a ZIP code that is exact to a thousandth.
_AREAS = """
with point as (
  select p.zip5, p.latitude, p.longitude from app.address_point p
   where p.zip5 in (select zip5 from _zips) and p.latitude is not null
),
centre as (
  select zip5, percentile_cont(0.5) within group (order by latitude) as latitude,
         percentile_cont(0.5) within group (order by longitude) as longitude, count(*) as points
    from point group by zip5
),
area as (
  select c.zip5, c.latitude, c.longitude, c.points,
         percentile_cont(0.99) within group (
           order by 111195 * sqrt(pow(p.latitude - c.latitude, 2)
                                  + pow((p.longitude - c.longitude) * cos(radians(c.latitude)), 2))) as radius_m
    from point p join centre c using (zip5) group by c.zip5, c.latitude, c.longitude, c.points
)
merge into app.zip_area o
using (select z.zip5, a.latitude, a.longitude, a.radius_m, a.points
         from _zips z left join area a using (zip5) where z.zip5 is not null) n on o.zip5 = n.zip5
 when matched and n.points is null then delete
 when matched and (o.latitude, o.longitude, o.radius_m, o.points)
                  is distinct from (n.latitude, n.longitude, n.radius_m, n.points)
 then update set latitude = n.latitude, longitude = n.longitude, radius_m = n.radius_m, points = n.points
 when not matched and n.points is not null
 then insert (zip5, latitude, longitude, radius_m, points)
      values (n.zip5, n.latitude, n.longitude, n.radius_m, n.points)
"""
_ANALYZE: tuple[LiteralString, ...] = ("analyze app.address_point", "analyze app.zip_area")


class LoadRefusedError(ReosError):
    """A load was stopped by a check: the data are those of the last good load."""

    status = 409
    code = "reference_load_refused"


class Published(NamedTuple):
    """What a load changed. `repeated` rows had the key of an earlier row of the same load and were left out."""

    added: int
    changed: int
    removed: int
    repeated: int


def publish(conn: Connection, load: Load, limits: Limits, *, accept_drop: bool = False) -> Published:
    """Check what `load` staged and merge it in the open transaction; `LoadRefusedError` when a check fails.

    `accept_drop` is a person's word that a source may shrink beyond its limit this time.
    """
    params = {"load_id": load.load_id, "source": load.source, "full": load.mode == "full"}
    conn.execute("analyze app.address_point_stage")
    conn.execute(_DISTINCT, params)
    conn.execute(_KEY)
    conn.execute("analyze _points")
    now = _check(conn, load, limits, params, accept_drop=accept_drop)
    conn.execute(_TOUCHED, params)
    removed = conn.execute(_REMOVE, params).rowcount if load.mode == "full" else 0
    merged = conn.execute(_merge(), params).fetchone() or {}
    conn.execute(_AREAS)
    if removed or any(merged.values()):
        for statement in _ANALYZE:
            conn.execute(statement)
    return Published(merged["added"], merged["changed"], removed, load.progress.get("staged", 0) - now)


def _check(conn: Connection, load: Load, limits: Limits, params: dict[str, object], *, accept_drop: bool) -> int:
    """Return how many distinct rows there are; raise when they are too few, or too many could not be read."""
    volume = conn.execute(_VOLUME, params).fetchone() or {"now": 0, "before": 0}
    now, before = int(volume["now"]), int(volume["before"])
    rows, rejected = load.progress.get("rows", 0), load.progress.get("rejected", 0)
    if rows and rejected > limits.rejected * rows:
        raise LoadRefusedError(
            f"{load.source}: {rejected:,} of {rows:,} rows could not be read, more than {limits.rejected:.0%}.",
            remedy="Compare the samples in app.reference_load.rejections with the field map of the source.",
        )
    if load.mode == "full" and now == 0:
        raise LoadRefusedError(
            f"{load.source} gave no usable row.", remedy="Check at the source whether it is empty, then load again."
        )
    if load.mode == "full" and not accept_drop and now < before * (1 - limits.drop):
        raise LoadRefusedError(
            f"{load.source} has {now:,} rows where it had {before:,}: {1 - now / before:.0%} fewer, and more than "
            f"{limits.drop:.0%} is not believed.",
            remedy="Check at the source whether that is right; if so, load again and accept the drop.",
        )
    return now


def _merge() -> sql.Composed:
    names = [sql.Identifier(name) for name in _COLUMNS]
    return _MERGE.format(
        assignments=sql.SQL(", ").join(sql.SQL("{0} = n.{0}").format(name) for name in names),
        columns=sql.SQL(", ").join(names),
        values=sql.SQL(", ").join(sql.SQL("n.{}").format(name) for name in names),
    )
