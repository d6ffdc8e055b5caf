"""The demo's last page: counts, speed, money, the best properties with reasons that add up, and where to go next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reos.core.money import MicroUsd, format_usd
from reos.pipeline.enrich_reason import because
from reos_local.demo.findings import Best, Reason
from reos_local.demo.sources import Load, Pair, ProviderUse, SourceUse
from reos_local.demo.tally import STAGES, Content, Tally

_ERROR_WIDTH = 40
_PAIRS = 6


@dataclass(frozen=True)
class Person:
    """Somebody who can log in."""

    login: str
    role: str
    password: str


@dataclass(frozen=True)
class Summary:
    """Everything that is printed; `seconds` and `new` are work and leads of this run, by stage."""

    tallies: Mapping[str, Tally]
    rejected: Mapping[str, int]
    seconds: Mapping[str, float]
    new: Mapping[str, int]
    before: Mapping[str, Content]
    after: Mapping[str, Content]
    uses: Mapping[str, Sequence[SourceUse]]
    providers: Sequence[ProviderUse]
    loads: Sequence[Load]
    pairs: Mapping[str, Sequence[Pair]]
    best: Sequence[Best]
    memo_dir: Path
    addresses: Mapping[str, str]
    people: Sequence[Person]
    airflow_people: Sequence[Person]

    @property
    def unchanged(self) -> bool:
        """Whether this run has added nothing."""
        return self.before == self.after


def show(console: Console, summary: Summary) -> None:
    """Print the summary."""
    _heading(console, "Leads")
    console.print(_counts(summary))
    if summary.unchanged:
        _show_unchanged(console, summary)
    _heading(console, "Sources asked")
    console.print(_uses(summary.uses))
    _show_skips(console, summary.uses)
    _heading(console, "Providers")
    console.print(_providers(summary.providers))
    _show_loads(console, summary.loads)
    if any(summary.pairs.values()):
        _heading(console, "One home or two")
        _show_pairs(console, summary.pairs)
    _heading(console, "Three best properties")
    for number, best in enumerate(summary.best, start=1):
        _show_best(console, number, best, summary.memo_dir)
    _heading(console, "Where to look")
    console.print(_pairs(summary.addresses))
    _heading(console, "Who can log in")
    console.print(_people(summary))
    console.print("\nStop everything with: [bold]reos down[/]")


def _heading(console: Console, text: str) -> None:
    console.print(f"\n[bold]{text}[/]")


def _counts(summary: Summary) -> Table:
    table = _table("stage", *summary.tallies, "seconds", "leads/s")
    for stage in STAGES:
        seconds, new = summary.seconds.get(stage, 0.0), summary.new.get(stage, 0)
        speed = (f"{seconds:.1f}", _rate(new / seconds)) if seconds and new else ("-", "-")
        table.add_row(stage, *(f"{tally.of(stage):,}" for tally in summary.tallies.values()), *speed)
    if any(summary.rejected.values()):
        table.add_row("rows refused", *(f"{summary.rejected[slug]:,}" for slug in summary.tallies), "", "")
    if any(tally.held_back for tally in summary.tallies.values()):
        table.add_row("held back", *(f"{tally.held_back:,}" for tally in summary.tallies.values()), "", "")
    return table


def _rate(a_second: float) -> str:
    return f"{a_second:,.0f}" if a_second >= 10 else f"{a_second:.1f}"  # noqa: PLR2004 - two digits are enough


def _show_unchanged(console: Console, summary: Summary) -> None:
    console.print("The same files were imported again, and nothing changed. As before:")
    for slug, content in summary.after.items():
        stored = f"{content.events:,} events, {content.raw_rows:,} raw rows, {content.score_versions:,} score versions"
        console.print(f"  {slug}: {stored}, {content.memos:,} memos, {content.provider_calls:,} provider calls")


def _uses(uses: Mapping[str, Sequence[SourceUse]]) -> Table:
    titles = ("asked", "records", "not found", "failed", "spent", "budget left", "waiting")
    table = _table("source", "tenant", *titles, left=2)
    for slug, each in uses.items():
        for use in each:
            counts = (use.asked, use.records, use.not_found, use.failed)
            money = ("free", "") if use.left is None else (format_usd(use.cost), format_usd(use.left))
            waiting = f"{use.waiting:,}" if use.waiting else ""
            table.add_row(use.source, slug, *(f"{count:,}" for count in counts), *money, waiting)
    total = MicroUsd(sum(use.cost for each in uses.values() for use in each))
    table.add_row("together", "", "", "", "", "", format_usd(total), "", "")
    return table


def _show_skips(console: Console, uses: Mapping[str, Sequence[SourceUse]]) -> None:
    """Say which budgets ran out, and why else sources were not asked."""
    for slug, each in uses.items():
        for use in each:
            if use.waiting:
                console.print(
                    f"[yellow]{slug}[/]: the budget for {use.source} ran out; {use.waiting:,} wait for the next"
                )
            for reason, count in sorted(use.skipped.items()):
                console.print(f"{slug}: {use.source} not asked about {count:,}: {because(reason)}")


def _providers(providers: Sequence[ProviderUse]) -> Table:
    table = _table("provider", "health", "calls", "answered", "p95", "last error", left=2)
    for each in providers:
        state = "[green]well[/]" if each.state == "closed" else f"[red]{each.state}[/]"
        answered = f"{each.answered / each.calls:.0%}" if each.calls else ""
        p95 = f"{each.p95_ms:,} ms" if each.calls else ""
        error = escape((each.last_error or "")[:_ERROR_WIDTH])
        table.add_row(each.provider, state, f"{each.calls:,}" if each.calls else "", answered, p95, error)
    return table


def _show_loads(console: Console, loads: Sequence[Load]) -> None:
    for load in loads:
        console.print(f"{load.source}: {load.rows:,} rows loaded for all tenants, {load.status}")


def _show_pairs(console: Console, pairs: Mapping[str, Sequence[Pair]]) -> None:
    for slug, each in pairs.items():
        for pair in each[:_PAIRS]:
            verdict = "[green]merged[/]" if pair.merged else "[yellow]to be looked at[/]"
            homes = f"{escape(pair.one)} and {escape(pair.other)}"
            console.print(f"{slug}: {homes}: {verdict} ({escape(pair.reason)})")
        if len(each) > _PAIRS:
            console.print(f"{slug}: {len(each) - _PAIRS:,} more pairs at /v1/matches")


def _show_best(console: Console, number: int, best: Best, memo_dir: Path) -> None:
    value = f", estimated value ${best.estimated_value:,}" if best.estimated_value is not None else ""
    console.print(f"{number}. [bold]{escape(best.name)}[/], {escape(best.place)}: score [bold]{best.score}[/]{value}")
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for justify in ("right", "left", "left"):
        table.add_column(justify=justify, no_wrap=True)
    for reason in best.reasons:
        table.add_row(f"{reason.points:5d} of {reason.max_points:2d}", escape(reason.label), _because(reason))
    table.add_row(f"= {sum(reason.points for reason in best.reasons)} of 100", "score", "")
    console.print(table)
    if best.memo:
        console.print(f"   memo: {escape(str(memo_dir / best.memo))}", soft_wrap=True)


def _because(reason: Reason) -> str:
    """Render what was measured with its unit; shares as whole percents."""
    if reason.missing or reason.input_value is None:
        return "not known"
    if reason.unit.startswith("share "):
        return f"{reason.input_value:.0%} {reason.unit.removeprefix('share ')}"
    number = f"{reason.input_value:,.0f}"
    return f"grade {number}" if reason.unit == "grade" else f"{number} {reason.unit}"


def _people(summary: Summary) -> Table:
    table = _table("login", "role", "password", left=3)
    for person in summary.people:
        table.add_row(person.login, person.role, person.password)
    for person in summary.airflow_people:
        table.add_row(person.login, f"Airflow: {person.role}", person.password)
    return table


def _pairs(pairs: Mapping[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in pairs.items():
        table.add_row(name, value)
    return table


def _table(*titles: str, left: int = 1) -> Table:
    """Return a table whose first `left` columns are text and the others numbers."""
    table = Table(box=None, pad_edge=False)
    for index, title in enumerate(titles):
        table.add_column(title, justify="left" if index < left else "right", no_wrap=True)
    return table
