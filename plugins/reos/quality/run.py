"""One run of a checkpoint by Great Expectations, in an ephemeral context: no project folder, no state but Data Docs.

GX is imported inside the functions: it takes seconds, and most processes that import us never run a gate.
"""
# ruff: noqa: PLC0415

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import IsolationLevel

from reos.db.connection import connect
from reos.quality.suite import Checkpoint, Rule, Suite

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.validation_definition import ValidationDefinition
    from great_expectations.data_context.data_context.abstract_data_context import AbstractDataContext

_SITE = "quality"


@dataclass(frozen=True)
class Outcome:
    """What GX found for one rule; `failing_query` returns the keys of the failing rows, if the rule is about rows."""

    rule: Rule
    success: bool
    failing: int
    failing_query: str | None
    observed: str


Outcomes = tuple[Outcome, ...]


def run_suites(url: str, checkpoint: Checkpoint, suites: Sequence[Suite], batch_id: str, docs: Path) -> list[Outcomes]:
    """Validate the relation of each suite as the role of `url` (libpq URL), all at one moment, in the order given.

    One GX checkpoint asks all suites at once whether a rule is broken, which takes a query or two each. Only a suite
    with a broken rule is run again for the failing rows, and for Data Docs, which show it in `docs`.
    """
    with warnings.catch_warnings(), _one_moment(url) as snapshot:
        warnings.simplefilter("ignore")  # GX and what it imports warn about themselves, not about our data
        gx_run = _GxRun(url, checkpoint, batch_id, snapshot)
        sound = gx_run.ask(suites)
        return [
            found
            if all(each.success for each in found) and (docs / suite.name / "index.html").exists()
            else gx_run.explain(suite, docs)
            for suite, found in zip(suites, sound, strict=True)
        ]


@contextmanager
def _one_moment(url: str) -> Iterator[str]:
    """Hold a snapshot open and yield its id: GX counts by several statements, which must not see rows come and go."""
    with connect(url, application_name="reos-quality") as conn:
        conn.isolation_level = IsolationLevel.REPEATABLE_READ
        row = conn.execute("select pg_export_snapshot() as snapshot").fetchone()
        yield str(row["snapshot"]) if row else ""


@dataclass(frozen=True)
class _GxRun:
    """One run of a checkpoint at the moment of `snapshot`."""

    url: str
    checkpoint: Checkpoint
    batch_id: str
    snapshot: str

    def ask(self, suites: Sequence[Suite]) -> list[Outcomes]:
        """Return for each suite whether its rules hold, without details, by one GX checkpoint."""
        return self._validate(_context(), suites, {"result_format": "BOOLEAN_ONLY"})

    def explain(self, suite: Suite, docs: Path) -> Outcomes:
        """Return what is broken with the query of its rows, and write the suite's page."""
        context = _context(docs / suite.name)
        details = {
            "result_format": self.checkpoint.result_format,
            "unexpected_index_column_names": list(suite.keys),
            "return_unexpected_index_query": True,
        }
        (found,) = self._validate(context, [suite], details)
        context.build_data_docs(site_names=[_SITE])  # takes a second: only when there is something to see
        _write_index(docs)
        return found

    def _validate(
        self, context: "AbstractDataContext", suites: Sequence[Suite], result_format: dict[str, Any]
    ) -> list[Outcomes]:
        import great_expectations as gx

        batches = _batches(context, self.url, suites, self.snapshot)
        checks = [_validation(context, suite, batch) for suite, batch in zip(suites, batches, strict=True)]
        runnable = gx.Checkpoint(name=self.checkpoint.name, validation_definitions=checks, result_format=result_format)
        found = context.checkpoints.add(runnable).run(run_id=gx.RunIdentifier(run_name=self.batch_id))
        validated = {result.suite_name: result.results for result in found.run_results.values()}
        # GX returns results in an order of its own and rewrites kwargs, so each carries the number of its rule.
        return [tuple(_outcome(suite.rules[_number(each)], each) for each in validated[suite.name]) for suite in suites]


def _validation(context: "AbstractDataContext", suite: Suite, batch: "BatchDefinition[Any]") -> "ValidationDefinition":
    import great_expectations as gx

    rules = [rule.as_expectation(number) for number, rule in enumerate(suite.rules)]
    expectations = context.suites.add(gx.ExpectationSuite(name=suite.name, expectations=rules))
    return context.validation_definitions.add(gx.ValidationDefinition(name=suite.name, data=batch, suite=expectations))


def _write_index(docs: Path) -> None:
    """GX empties a site before it builds it, so each suite has one, and this page leads to them."""
    suites = sorted(page.parent.name for page in docs.glob("*/index.html"))
    links = "".join(f'<li><a href="{name}/index.html">{name}</a></li>' for name in suites)
    page = f'<!doctype html><html lang="en"><title>Data Docs</title><h1>Data Docs</h1><ul>{links}</ul></html>\n'
    (docs / "index.html").write_text(page, encoding="utf-8")


def _context(site: Path | None = None) -> "AbstractDataContext":
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    if site is None:
        return context
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)}
    context.add_data_docs_site(
        site_name=_SITE,
        site_config={
            "class_name": "SiteBuilder",
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "store_backend": store,
        },
    )
    return context


def _batches(
    context: "AbstractDataContext", url: str, suites: Sequence[Suite], snapshot: str
) -> "list[BatchDefinition[Any]]":
    import sqlalchemy

    # GX knows psycopg2 only; dbt brings it.
    scheme, _, rest = url.partition("://")
    source = context.data_sources.add_postgres(name="reos", connection_string=f"{scheme}+psycopg2://{rest}")

    def look_at_the_same_moment(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql("set transaction isolation level repeatable read")
        connection.exec_driver_sql(f"set transaction snapshot '{snapshot}'")

    sqlalchemy.event.listen(source.get_execution_engine().engine, "begin", look_at_the_same_moment)
    tables = [source.add_table_asset(name=each.name, table_name=each.table, schema_name=each.schema) for each in suites]
    return [table.add_batch_definition_whole_table("arrived") for table in tables]


def _number(result: "ExpectationValidationResult") -> int:
    config = result.expectation_config
    return int(config.meta["rule"]) if config and config.meta else 0


def _outcome(rule: Rule, result: "ExpectationValidationResult") -> Outcome:
    detail = result.result or {}
    if (result.exception_info or {}).get("raised_exception"):
        return Outcome(rule, success=False, failing=0, failing_query=None, observed="an error: it cannot be evaluated")
    failing = int(detail.get("unexpected_count") or 0)
    seen = detail.get("observed_value")
    return Outcome(
        rule,
        success=bool(result.success),
        failing=failing,
        failing_query=detail.get("unexpected_index_query"),
        observed=f"{failing} rows" if seen is None else str(seen),
    )
