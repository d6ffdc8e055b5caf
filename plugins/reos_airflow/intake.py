"""Takes one file of the inbox through the import use-case and puts it away with its report."""

from pathlib import Path
from uuid import UUID

from reos.core.clock import Clock
from reos.core.errors import InvalidInputError, NotFoundError
from reos.db import transaction
from reos.db.connection import Connection
from reos.pipeline.import_leads import ImportReport, import_file
from reos_airflow.figures import Figures, figures
from reos_airflow.inbox import finish, inside, settle


def import_waiting_file(conn: Connection, inbox: Path, relative: str, *, clock: Clock) -> Figures:
    """Import `<inbox>/<relative>` for the tenant and by the profile that its folders name, and return the counts.

    A file that is at fault (`InvalidInputError`, or `NotFoundError` for its tenant) goes to `.failed`, and its error is
    raised again. After any other error the file stays where it is, so that a retry finds it.
    """
    file = inside(inbox, relative)
    try:
        settle(file)
        report = import_file(conn, _tenant_id(conn, file.tenant), file.path, file.profile, clock=clock)
    except (InvalidInputError, NotFoundError) as error:
        finish(file, "failed", [str(error)], at=clock.now())
        raise
    kept = finish(file, "done", _report_lines(report), at=clock.now())
    return {**figures(report), "kept_as": str(kept.relative_to(inbox))}


def _tenant_id(conn: Connection, slug: str) -> UUID:
    with transaction(conn):
        row = conn.execute("select tenant_id from app.tenant where slug = %s", (slug,)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no tenant `{slug}`.", remedy="Name the inbox folder after a tenant's slug.")
    tenant_id: UUID = row["tenant_id"]
    return tenant_id


def _report_lines(report: ImportReport) -> list[str]:
    """Say which rows were refused; nothing when all were taken."""
    if not report.rejected_count:
        return []
    head = f"{report.rejected_count} of {report.rows} rows were refused; the others are kept."
    lines = [f"line {row.line}: {row.reason}" for row in report.rejected]
    unlisted = report.rejected_count - len(lines)
    return [head, *lines, *([f"and {unlisted} more: see app.import_rejection."] if unlisted else [])]
