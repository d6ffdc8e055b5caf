"""The demo from files to summary, on a stack that runs: the work itself is Airflow's."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from reos.core.errors import InvalidInputError
from reos_local.demo import leads, waiting
from reos_local.demo.airflow_rest import LOADS, PIPELINE, STAGE_OF, AirflowRest
from reos_local.demo.findings import Reader
from reos_local.demo.leads import LeadFile
from reos_local.demo.sources import SourceReader
from reos_local.demo.summary import Person, Summary
from reos_local.demo.tally import STAGES, Counter, Tally
from reos_local.stack import airflow_home, environment
from reos_local.stack.layout import Layout
from reos_local.stack.people import ACME, DEMO, ROLES, TENANTS
from reos_local.stack.ports import HOST, Ports
from reos_local.stack.secrets import Secrets

BEST = 3
MAILED = {DEMO.slug: 24, ACME.slug: 8}  # homes by address alone: no county can be asked, so their facts are bought


@dataclass(frozen=True)
class Request:
    """What to load: rows of the sandbox's export, or of a file of the user's."""

    rows: int | None
    second_rows: int
    file: Path | None
    profile: str


@dataclass(frozen=True)
class Demo:
    """A running stack and what is needed to work with it."""

    layout: Layout
    ports: Ports
    secrets: Secrets

    @property
    def app_url(self) -> str:
        """The application role's URL: the demo looks at the data as the API does."""
        return environment.role_urls(self.ports, self.secrets, "app")["REOS_DB_APP_URL"]

    def airflow(self) -> AirflowRest:
        """Return a client logged in as Airflow's admin."""
        password = airflow_home.password_of(self.secrets, "admin")
        return AirflowRest(f"http://{HOST}:{self.ports.airflow}", "admin", password, self.layout.airflow / "logs")


def run(demo: Demo, request: Request, console: Console) -> Summary:
    """Load the files, wait until Airflow has taken the leads as far as they go, and return what there is to tell."""
    slugs = [tenant.slug for tenant in TENANTS]
    airflow = demo.airflow()
    airflow.wait_for_dags()
    with closing(Counter(demo.app_url)) as counter:
        before = {slug: counter.content(slug) for slug in slugs}
        start = {slug: counter.tally(slug) for slug in slugs}
        files = prepare_files(demo, request)
        began = datetime.now(UTC)
        for file in files:
            leads.drop(demo.layout.inbox, file)
            console.print(f"{file.rows:,} rows for {file.tenant}: {escape(file.path.name)} is in the inbox")
        for dag_id in (PIPELINE[0], *LOADS[:-1]):
            airflow.trigger(dag_id)
        _wait(demo, airflow, counter, files, began, console)
        tallies = {slug: counter.tally(slug) for slug in slugs}
        after = {slug: counter.content(slug) for slug in slugs}
    with closing(Reader(demo.app_url)) as reader, closing(SourceReader(demo.app_url)) as sources:
        now = datetime.now(UTC)
        return Summary(
            tallies=tallies,
            rejected={slug: reader.rejected(slug) for slug in slugs},
            seconds={STAGE_OF[dag_id]: airflow.seconds_worked(dag_id, began) for dag_id in PIPELINE},
            new={stage: sum(tallies[s].of(stage) - start[s].of(stage) for s in slugs) for stage in STAGES},
            before=before,
            after=after,
            uses={slug: sources.uses(slug, now) for slug in slugs},
            providers=sources.providers(slugs),
            loads=sources.loads(),
            pairs={slug: sources.pairs(slug) for slug in slugs},
            best=reader.best(DEMO.slug, BEST),
            memo_dir=demo.layout.memos,
            addresses=_addresses(demo.ports),
            people=_people(demo.secrets),
            airflow_people=_airflow_people(demo.secrets),
        )


def prepare_files(demo: Demo, request: Request) -> list[LeadFile]:
    """Return the two tenants' files; the second's parcels are among the first's, yet neither sees the other's.

    From the sandbox each gets a mailing list too, with homes that its other file has under their numbers.
    """
    folder = demo.layout.demo
    if request.file is None:
        sandbox = f"http://{HOST}:{demo.ports.sandbox}"
        rows = request.rows or 0
        wanted = [(DEMO.slug, rows), (ACME.slug, min(rows, request.second_rows))]
        exports = [leads.exported(sandbox, slug, count, folder) for slug, count in wanted]
        return exports + [leads.mailing_list(sandbox, slug, homes, folder) for slug, homes in MAILED.items()]
    if not request.file.is_file():
        raise InvalidInputError(f"{request.file} is not a file.", remedy="Check the path.")
    return [
        leads.taken_from(request.file, DEMO.slug, request.profile, request.rows, folder),
        leads.taken_from(request.file, ACME.slug, request.profile, request.second_rows, folder),
    ]


def _wait(
    demo: Demo, airflow: AirflowRest, counter: Counter, files: Sequence[LeadFile], began: datetime, console: Console
) -> None:
    def tallies() -> Mapping[str, Tally]:
        return {tenant.slug: counter.tally(tenant.slug) for tenant in TENANTS}

    later = list(LOADS[-1:])  # asks which counties have properties, so it comes after the import

    def working() -> bool:
        waiting_files = [file for file in files if leads.is_waiting(demo.layout.inbox, file)]
        while later and not waiting_files:
            airflow.trigger(later.pop())
        for file in files:
            if file not in waiting_files and (why := leads.refusal(demo.layout.inbox, file)):
                raise InvalidInputError(
                    f"{file.path.name} was refused: {why}", remedy="Choose another file or profile."
                )
        return bool(waiting_files) or airflow.is_busy()

    def failures() -> list[str]:
        return [str(task) for task in airflow.failed_tasks(began)]

    def explain(stage: str) -> str:
        dag_id = next(dag for dag, reached in STAGE_OF.items() if reached == stage)
        failed = [str(task.log) for task in airflow.failed_tasks(began) if task.dag_id == dag_id]
        where = f"read {failed[-1]}" if failed else f"look at the DAG {dag_id} at http://{HOST}:{demo.ports.airflow}"
        return f"reos status; then {where}"

    with waiting.display(console) as show:
        watch = waiting.Watch(tallies, working, failures, explain)
        waiting.wait(watch, show, lambda text: console.print(f"[yellow]![/] {escape(text)}", soft_wrap=True))


def _addresses(ports: Ports) -> dict[str, str]:
    return {
        "API": f"http://{HOST}:{ports.api}/docs",
        "Airflow": f"http://{HOST}:{ports.airflow}",
        "Provider sandbox": f"http://{HOST}:{ports.sandbox}/_health",
        "PostgreSQL": f"{HOST}:{ports.postgres}, database {environment.DATABASE}",
    }


def _people(secrets: Secrets) -> list[Person]:
    emails = [(tenant.email_of(role), role) for tenant in TENANTS for role in ROLES]
    return [Person(email, role, secrets.password_of(email)) for email, role in emails]


def _airflow_people(secrets: Secrets) -> list[Person]:
    return [Person(who, role, airflow_home.password_of(secrets, who)) for who, role in airflow_home.PEOPLE.items()]
