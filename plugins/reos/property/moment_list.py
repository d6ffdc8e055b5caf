"""Lists by time: one page of rows in the order of a time and an id, as SQL that builds the JSON. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reos.property.queries import Query

Condition = tuple[str, object]  # a clause with {} for its value, and the value; None leaves the criterion open


@dataclass(frozen=True)
class MomentList:
    """The rows of `table` by the columns `at` and `row_id`, oldest first unless `newest_first`.

    `item` lists what an item shows, and `where` what holds of every row, both of the row `r`. All are constants.
    """

    table: str
    at: str
    row_id: str
    item: str
    where: str = "true"
    newest_first: bool = False

    def page(self, conditions: Iterable[Condition], limit: int, after: tuple[datetime, UUID] | None) -> Query:
        """Query one page: columns `items` (JSON array as text), and `next_at` and `next_id` if more follow.

        `after` is the time and the id of the last row of the page before.
        """
        args: list[object] = [limit]
        clauses = [self.where]
        for clause, value in conditions:
            if value is not None:
                args.append(value)
                clauses.append(clause.format(f"${len(args)}"))
        if after is not None:
            args.extend(after)
            beyond = "<" if self.newest_first else ">"
            last = f"(${len(args) - 1}::timestamptz, ${len(args)}::uuid)"
            clauses.append(f"(r.{self.at}, r.{self.row_id}) {beyond} {last}")
        return Query(self._sql(" and ".join(clauses)), tuple(args))

    def _sql(self, where: str) -> str:
        direction = " desc" if self.newest_first else ""
        order = f"order by r.{self.at}{direction}, r.{self.row_id}{direction}"
        return f"""
        with page as (
          select r.*, row_number() over ({order}) as position, count(*) over () as read
            from (select * from {self.table} r where {where} {order} limit $1::int + 1) r
        )
        select coalesce(json_agg((select to_json(x) from (select {self.item}) x) order by r.position)
                          filter (where r.position <= $1::int), '[]')::text as items,
               max(r.{self.at}) filter (where r.position = $1::int and r.read > $1::int) as next_at,
               (array_agg(r.{self.row_id}) filter (where r.position = $1::int and r.read > $1::int))[1] as next_id
          from page r
        """  # noqa: S608 (constants)
