"""From the survey's answers to its two tables: staged in one, then parted by the class of each variable."""

from collections.abc import Iterable

from reos.connectors.census_acs.client import Areas, facts_of
from reos.connectors.census_acs.settings import SPEC
from reos.connectors.census_acs.variables import VariableClass, known_variables
from reos.connectors.errors import SchemaDriftError
from reos.db.connection import Connection
from reos.pipeline.load_market import MarketLoad, Written
from reos.reference.publish import LoadRefusedError

_DROP = 0.1  # areas change from one census to the next, by less than this
_STAGE = """
create temporary table _facts (
  geo_type text not null, geoid text not null, variable text not null, estimate double precision,
  margin double precision, reason text
) on commit drop
"""
_COPY = "copy _facts (geo_type, geoid, variable, estimate, margin, reason) from stdin"
_TWICE = "select geoid, variable from _facts group by geoid, variable having count(*) > 1 limit 1"
_VOLUME = """
with last as (
  select year, count(distinct geoid) as areas from raw.census_acs
   where geo_type = %(geo_type)s and geoid like %(within)s group by year order by year desc limit 1
)
select (select count(*) from _facts) as figures, (select count(distinct geoid) from _facts) as now,
       coalesce((select areas from last), 0) as before
"""
_HOUSING = """
with merged as (
  merge into raw.census_acs o
  using (select * from _facts where variable = any(%(housing)s)) n
     on o.geo_type = n.geo_type and o.geoid = n.geoid and o.year = %(year)s and o.variable = n.variable
   when matched and (o.estimate, o.margin, o.reason) is distinct from (n.estimate, n.margin, n.reason)
   then update set estimate = n.estimate, margin = n.margin, reason = n.reason, load_id = %(load_id)s,
                   fetched_at = %(at)s
   when not matched
   then insert (geo_type, geoid, year, variable, estimate, margin, reason, load_id, fetched_at)
        values (n.geo_type, n.geoid, %(year)s, n.variable, n.estimate, n.margin, n.reason, %(load_id)s, %(at)s)
  returning merge_action() as action
)
select count(*) filter (where action = 'INSERT') as added, count(*) filter (where action = 'UPDATE') as changed
  from merged
"""
# Without a word of the key that it meets: naming it would take the right to read the table, which nobody here has.
_PEOPLE = """
insert into audit.census_demographic (geo_type, geoid, year, variable, estimate, margin, reason, load_id, fetched_at)
select geo_type, geoid, %(year)s, variable, estimate, margin, reason, %(load_id)s, %(at)s
  from _facts where variable <> all(%(housing)s)
    on conflict do nothing
"""


def stage(conn: Connection, bodies: Iterable[bytes], year: int, areas: Areas) -> None:
    """Copy the figures of `bodies` into a table of the open transaction; areas of another kind are drift."""
    conn.execute(_STAGE)
    with conn.cursor() as cursor, cursor.copy(_COPY) as copy:
        for body in bodies:
            for fact in facts_of(body, year):
                if fact.geo_type != areas.geo_type:
                    raise SchemaDriftError(
                        f"Asked about {areas}, the Census Bureau answers about a {fact.geo_type}.",
                        provider=SPEC.provider,
                        remedy="Compare an answer with connectors/census_acs/README.md.",
                    )
                copy.write_row((fact.geo_type, fact.geoid, fact.variable, fact.estimate, fact.margin, fact.reason))
    conn.execute("analyze _facts")


def publish(work: MarketLoad, year: int, areas: Areas, *, accept_drop: bool) -> Written:
    """Check what is staged and write what differs, in the open transaction; `LoadRefusedError` when a check fails."""
    codes = known_variables().codes
    params = {
        "geo_type": areas.geo_type,
        "within": f"{areas.state or ''}{areas.county or ''}%",
        "year": year,
        "housing": [code for code, kind in codes.items() if kind is VariableClass.HOUSING_STOCK],
        "load_id": work.load.load_id,
        "at": work.clock.now(),
    }
    figures = _check(work, params, accept_drop=accept_drop)
    merged = work.conn.execute(_HOUSING, params).fetchone() or {"added": 0, "changed": 0}
    people = work.conn.execute(_PEOPLE, params).rowcount
    if merged["added"] or merged["changed"]:
        work.conn.execute("analyze raw.census_acs")
    return Written(figures, merged["added"] + people, merged["changed"])


def _check(work: MarketLoad, params: dict[str, object], *, accept_drop: bool) -> int:
    """Return how many figures are staged; raise when they are of too few areas to be believed."""
    name, found = work.load.source, work.conn.execute(_VOLUME, params).fetchone() or {}
    twice = work.conn.execute(_TWICE).fetchone()
    if twice:
        raise LoadRefusedError(f"{name} has {twice['variable']} of {twice['geoid']} twice.", remedy="Load it again.")
    if not found["figures"]:
        raise LoadRefusedError(f"{name} holds no area.", remedy="Check the code of the state or county.")
    if found["now"] < found["before"] * (1 - _DROP) and not accept_drop:
        raise LoadRefusedError(
            f"{name} has {found['now']:,} areas where it had {found['before']:,}, and more than {_DROP:.0%} fewer are "
            "not believed.",
            remedy="Check at the Census Bureau whether that is right; if so, load again and accept the drop.",
        )
    return int(found["figures"])
