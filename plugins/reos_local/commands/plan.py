"""`reos plan`: what enriching properties now would ask, of whom, why, and what it would cost; nothing is asked."""

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reos import db
from reos.core.clock import SystemClock
from reos.core.money import MicroUsd, format_usd
from reos.core.settings import get_settings
from reos.db.connection import Connection, tenant_transaction
from reos.db.seed import tenant_id_of
from reos.pipeline.enrich_plan import QUIET
from reos.pipeline.enrich_preview import MOST_PROPERTIES, PlanPreview, PropertyPlan, preview
from reos.pipeline.enrich_reason import because
from reos_local.commands import screen

_NEWEST = """
select property_id from app.property
 where tenant_id = %s and deleted_at is null and merged_into is null order by created_at desc, property_id limit %s
"""


def plan(
    property_ids: Annotated[
        list[UUID] | None, typer.Argument(help="Properties; without any, the newest.", show_default=False)
    ] = None,
    tenant: Annotated[str, typer.Option(help="For which tenant, by its slug.")] = "demo",
    newest: Annotated[int, typer.Option(min=1, max=MOST_PROPERTIES, help="How many of the newest.")] = 100,
    show: Annotated[int, typer.Option(min=0, help="How many properties' plans to print in full.")] = 3,
    force: Annotated[bool, typer.Option("--force", help="As if nothing had been asked before.")] = False,  # noqa: FBT002
) -> None:
    """Show which sources would be asked about properties now, why, and what it would cost. Nobody is asked."""
    with screen.failing_clearly(), _connection() as conn:
        tenant_id = tenant_id_of(tenant)
        wanted = property_ids or _newest(conn, tenant_id, newest)
        made = preview(conn, tenant_id, wanted, settings=get_settings(), clock=SystemClock(), force=force)
        show_plan(screen.make_console(), made, show)


def show_plan(console: Console, made: PlanPreview, shown: int) -> None:
    """Print the cost, a line a source, and the first `shown` properties' steps with their reasons."""
    cost, most = (format_usd(MicroUsd(each)) for each in (made.cost_microusd, made.cost_at_most_microusd))
    console.print(f"{made.properties:,} properties: {cost} sure, {most} at most")
    if made.unknown:
        console.print(f"{len(made.unknown):,} are unknown here, deleted or merged")
    console.print(_sources(made))
    for each in made.plans[:shown]:
        _show_property(console, each)


def _sources(made: PlanPreview) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("source", "a record", "asked", "at most", "cost", "budget left", "otherwise"):
        table.add_column(name, justify="left" if name in {"source", "otherwise"} else "right", overflow="fold")
    for each in made.sources:
        if not each.asks_at_most and each.skipped.keys() <= QUIET:
            continue
        left = each.budget_left_microusd
        why = ", ".join(f"{count:,} {because(code)}" for code, count in sorted(each.skipped.items()))
        table.add_row(
            *(each.source, format_usd(MicroUsd(each.price_microusd)) if each.price_microusd else "free"),
            *(f"{each.asks:,}", f"{each.asks_at_most:,}", format_usd(MicroUsd(each.cost_microusd))),
            *("" if left is None else format_usd(MicroUsd(left)), escape(why)),
        )
    return table


def _show_property(console: Console, each: PropertyPlan) -> None:
    console.print(f"\n[bold]{each.property_id}[/]")
    for step in each.steps:
        mark = {"ask": "[green]→[/]", "perhaps": "[yellow]?[/]"}.get(step.choice, "[dim]-[/]")
        console.print(f"  {mark} {escape(step.reason)}", soft_wrap=True)


def _newest(conn: Connection, tenant_id: UUID, count: int) -> list[UUID]:
    with tenant_transaction(conn, tenant_id):
        return [row["property_id"] for row in conn.execute(_NEWEST, (tenant_id, count))]


def _connection() -> Connection:
    return db.connect(get_settings().required("db_pipeline_url"), application_name="reos-plan")
