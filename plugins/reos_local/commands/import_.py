"""`reos import`: take a file of leads in, or look first at what it would bring; list imports and take one back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self
from uuid import UUID

import typer

from reos import db
from reos.core.clock import SystemClock
from reos.core.errors import NotFoundError
from reos.core.settings import get_settings
from reos.db.connection import Connection
from reos.events import Subject, wake
from reos.pipeline import import_leads
from reos.pipeline.import_leads import ImportReport, Preview, Source
from reos.pipeline.import_progress import Stopwatch
from reos.pipeline.profiles.proposals import propose
from reos_local.commands import import_screen, screen

_PANEL = "Instead of a file"


def import_file(  # noqa: PLR0913 - typer: an option is a parameter
    file: Annotated[
        Path | None,
        typer.Argument(help="The file: CSV (, ; | tab), NDJSON, GeoJSON or Excel, also gzipped.", show_default=False),
    ] = None,
    profile: Annotated[
        str, typer.Option(help="How to read it: a profile's name, or the path of a .yml file of your own.")
    ] = "generic",
    tenant: Annotated[str, typer.Option(help="For which tenant, by its slug.")] = "demo",
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report what it would bring and cost; commit or discard it later.")
    ] = False,
    proposal: Annotated[
        bool, typer.Option("--propose", help="Print a profile for the file, to be saved as a .yml file.")
    ] = False,
    commit: Annotated[
        UUID | None, typer.Option(help="Publish this dry run.", metavar="BATCH", rich_help_panel=_PANEL)
    ] = None,
    discard: Annotated[
        UUID | None, typer.Option(help="Throw this dry run away.", metavar="BATCH", rich_help_panel=_PANEL)
    ] = None,
    undo: Annotated[
        UUID | None, typer.Option(help="Take this import back.", metavar="BATCH", rich_help_panel=_PANEL)
    ] = None,
    listing: Annotated[
        bool, typer.Option("--list", help="List the imports, newest first.", rich_help_panel=_PANEL)
    ] = False,
) -> None:
    """Import a file of leads. Good rows are kept, bad ones listed; the same file again adds nothing.

    An import that was broken off goes on where it stopped when the same file is imported again.

    Exit status: 0 done, 1 refused or no row was good, 2 wrong usage.
    """
    asked = [bool(file), commit is not None, discard is not None, undo is not None, listing]
    if sum(asked) != 1:
        raise typer.BadParameter("Give a file, or one of --commit, --discard, --undo and --list.")
    with screen.failing_clearly():
        if file and proposal:
            found = propose(file, max_bytes=get_settings().import_max_bytes)
            typer.echo(found.as_yaml(), nl=False)
            import_screen.show_proposal(screen.make_console(stderr=True), found)
        elif file:
            _take(file, profile, tenant, dry_run=dry_run)
        else:
            _handle(tenant, commit, discard, undo)


def run(file: Path, profile: str, tenant: str) -> ImportReport:
    """Import with a progress bar and wake the readers of the log; raises `ReosError` when the import broke off."""
    with _desk(tenant) as desk, import_screen.progress() as progress:
        watch = Stopwatch()
        batch = desk.stage(file, profile, progress, watch)
        return desk.publish(batch.batch_id, progress, watch)


def find_tenant(conn: Connection, slug: str) -> UUID:
    """Return the id of the tenant `slug`; `NotFoundError` names those that there are."""
    with db.transaction(conn):
        tenants = {row["slug"]: row["tenant_id"] for row in conn.execute("select slug, tenant_id from app.tenant")}
    if slug not in tenants:
        known = ", ".join(sorted(tenants)) or "none yet"
        raise NotFoundError(f"There is no tenant {slug!r}.", remedy=f"Use one of: {known}.")
    tenant_id: UUID = tenants[slug]
    return tenant_id


@dataclass
class _Desk:
    """One tenant's imports over one connection."""

    conn: Connection
    tenant_id: UUID

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.conn.close()

    def stage(self, file: Path, profile: str, progress: import_leads.Progress, watch: Stopwatch) -> import_leads.Batch:
        source = Source(file, profile, max_bytes=get_settings().import_max_bytes)
        return import_leads.stage(
            self.conn, self.tenant_id, source, clock=SystemClock(), progress=progress, watch=watch
        )

    def publish(self, batch_id: UUID, progress: import_leads.Progress, watch: Stopwatch) -> ImportReport:
        report = import_leads.publish(
            self.conn, self.tenant_id, batch_id, clock=SystemClock(), progress=progress, watch=watch
        )
        self.tell(report.events)
        return report

    def preview(self, batch_id: UUID) -> Preview:
        return import_leads.preview(self.conn, self.tenant_id, batch_id, clock=SystemClock())

    def tell(self, events: int) -> None:
        if events:
            wake(get_settings().optional("redis_url"), [Subject.DISCOVERY_INTAKE])


def _desk(tenant: str) -> _Desk:
    conn = db.connect(get_settings().required("db_pipeline_url"), application_name="reos-import")
    try:
        return _Desk(conn, find_tenant(conn, tenant))
    except BaseException:
        conn.close()
        raise


def _take(file: Path, profile: str, tenant: str, *, dry_run: bool) -> None:
    console = screen.make_console()
    if not dry_run:
        report = run(file, profile, tenant)
        import_screen.show_report(console, report, tenant)
        if report.rejected_count == report.rows:
            raise typer.Exit(1)
        return
    with _desk(tenant) as desk:
        with import_screen.progress() as progress:
            watch = Stopwatch()
            batch = desk.stage(file, profile, progress, watch)
        if batch.status is not import_leads.Status.STAGED:
            import_screen.show_known(console, batch, tenant)
            return
        preview = desk.preview(batch.batch_id)
    import_screen.show_preview(console, preview, tenant)
    if preview.batch.rejected == preview.rows:
        raise typer.Exit(1)


def _handle(tenant: str, commit: UUID | None, discard: UUID | None, undo: UUID | None) -> None:
    console = screen.make_console()
    with _desk(tenant) as desk:
        if commit:
            with import_screen.progress() as progress:
                report = desk.publish(commit, progress, Stopwatch())
            import_screen.show_report(console, report, tenant)
        elif discard:
            batch = import_leads.discard(desk.conn, desk.tenant_id, discard)
            console.print(f"Discarded: {batch.rows:,} rows of {batch.file_name}. Nothing of them was published.")
        elif undo:
            with import_screen.progress() as progress:
                undone = import_leads.undo(desk.conn, desk.tenant_id, undo, clock=SystemClock(), progress=progress)
            desk.tell(undone.events)
            import_screen.show_undone(console, undone)
        else:
            import_screen.show_list(console, import_leads.batches(desk.conn, desk.tenant_id), tenant)
