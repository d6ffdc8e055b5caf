"""Takes one file of the drop folder through the import use-case and puts it away with its report."""

from uuid import UUID

from airflow.sdk import ObjectStoragePath

from reos.core.clock import Clock
from reos.core.errors import InvalidInputError, NotFoundError
from reos.db import transaction
from reos.db.connection import Connection
from reos.pipeline.import_leads import ImportReport, Source, publish, stage
from reos.pipeline.profiles import Profile, load_profile, parse_profile
from reos.pipeline.profiles.proposals import propose
from reos_airflow.figures import Figures, figures
from reos_airflow.inbox import OWN_PROFILE, InboxFile, claim, finish, named, on_disk


def import_waiting_file(
    conn: Connection, inbox: ObjectStoragePath, relative: str, *, clock: Clock, max_bytes: int
) -> Figures:
    """Import `<inbox>/<relative>` for the tenant and by the profile that its folders name, and return the counts.

    A file that is at fault (`InvalidInputError`, or `NotFoundError` for its tenant) goes to `.failed`, and its error is
    raised again. After any other error it stays claimed, so that a retry or the next sweep continues with it.
    """
    file = named(inbox, relative)
    try:
        tenant_id = _tenant_id(conn, file.tenant)
        with on_disk(claim(file)) as path:
            staged = stage(conn, tenant_id, Source(path, _profile(file), max_bytes=max_bytes), clock=clock)
            report = publish(conn, tenant_id, staged.batch_id, clock=clock)
    except NotFoundError as error:
        finish(file, "failed", [str(error)], at=clock.now())
        raise
    except InvalidInputError as error:
        finish(file, "failed", [str(error), *_proposal_lines(file, max_bytes)], at=clock.now())
        raise
    kept = finish(file, "done", _report_lines(report), at=clock.now())
    return {**figures(report), "kept_as": kept.path.removeprefix(inbox.path).lstrip("/")}


def _tenant_id(conn: Connection, slug: str) -> UUID:
    with transaction(conn):
        row = conn.execute("select tenant_id from app.tenant where slug = %s", (slug,)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no tenant `{slug}`.", remedy="Name the inbox folder after a tenant's slug.")
    tenant_id: UUID = row["tenant_id"]
    return tenant_id


def _profile(file: InboxFile) -> Profile:
    own = file.own_profile()
    return parse_profile(f"{file.profile}/{OWN_PROFILE}", own) if own is not None else load_profile(file.profile)


def _proposal_lines(file: InboxFile, max_bytes: int) -> list[str]:
    """Return a mapping for a file that its profile does not read, where its columns let one be guessed at."""
    if not file.claimed.is_file():
        return []
    try:
        with on_disk(file.claimed) as path:
            proposal = propose(path, max_bytes=max_bytes)
    except InvalidInputError:
        return []
    head = f"Its columns look as if this would read it; check it and save it as {OWN_PROFILE} in its folder:"
    return ["", head, *proposal.remarks, "", proposal.as_yaml().rstrip()]


def _report_lines(report: ImportReport) -> list[str]:
    """Say what became of the file, and which rows were refused."""
    taken = report.rows - report.rejected_count
    head = f"Rows taken: {taken:,} of {report.rows:,}. New properties: {report.properties_created:,}."
    again = ["This very file was imported before: nothing was added."] if report.repeated else []
    unknown = [f"Columns that were not read: {', '.join(report.unknown_columns)}."] if report.unknown_columns else []
    lines = [f"line {row.line}: {row.reason}" for row in report.rejected]
    unlisted = report.rejected_count - len(lines)
    more = [f"and {unlisted:,} more: see app.import_rejection, batch {report.batch_id}."] if unlisted else []
    return [head, *again, *unknown, *lines, *more]
