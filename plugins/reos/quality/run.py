"""One run of a suite by Great Expectations, in an ephemeral context: no project folder, no state but Data Docs.

GX is imported inside the functions: it takes seconds, and most processes that import us never run a gate.
"""
# ruff: noqa: PLC0415

import logging
import warnings
from collections.abc import Iterator
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


def run_suite(url: str, checkpoint: Checkpoint, suite: Suite, batch_id: str, docs: Path) -> list[Outcome]:
    """Validate the suite's relation as the role of `url` (libpq URL); `docs` shows what is broken, as Data Docs."""
    with warnings.catch_warnings(), _one_moment(url) as snapshot:
        warnings.simplefilter("ignore")  # GX and what it imports warn about themselves, not about our data
        return _run(url, checkpoint, suite, batch_id, docs, snapshot)


@contextmanager
def _one_moment(url: str) -> Iterator[str]:
    """Hold a snapshot open and yield its id: GX counts by several statements, which must not see rows come and go."""
    with connect(url, application_name="reos-quality") as conn:
        conn.isolation_level = IsolationLevel.REPEATABLE_READ
        row = conn.execute("select pg_export_snapshot() as snapshot").fetchone()
        yield str(row["snapshot"]) if row else ""


def _run(url: str, checkpoint: Checkpoint, suite: Suite, batch_id: str, docs: Path, snapshot: str) -> list[Outcome]:
    import great_expectations as gx

    site = docs / suite.name
    context = _context(site)
    batch = _batch(context, url, suite, snapshot)
    expectations = context.suites.add(
        gx.ExpectationSuite(
            name=suite.name,
            expectations=[rule.as_expectation(number) for number, rule in enumerate(suite.rules)],
        )
    )
    validation = context.validation_definitions.add(
        gx.ValidationDefinition(name=suite.name, data=batch, suite=expectations)
    )
    runnable = context.checkpoints.add(
        gx.Checkpoint(
            name=f"{checkpoint.name}_{suite.name}",
            validation_definitions=[validation],
            result_format={
                "result_format": checkpoint.result_format,
                "unexpected_index_column_names": list(suite.keys),
                "return_unexpected_index_query": True,
            },
        )
    )
    found = runnable.run(run_id=gx.RunIdentifier(run_name=batch_id))
    (validated,) = found.run_results.values()
    if not found.success or not (site / "index.html").exists():
        context.build_data_docs(site_names=[_SITE])  # takes a second: only when there is something to see
        _write_index(docs)
    # GX returns results in an order of its own and rewrites kwargs, so each carries the number of its rule.
    return [_outcome(suite.rules[_number(result)], result) for result in validated.results]


def _write_index(docs: Path) -> None:
    """GX empties a site before it builds it, so each suite has one, and this page leads to them."""
    suites = sorted(page.parent.name for page in docs.glob("*/index.html"))
    links = "".join(f'<li><a href="{name}/index.html">{name}</a></li>' for name in suites)
    page = f'<!doctype html><html lang="en"><title>Data Docs</title><h1>Data Docs</h1><ul>{links}</ul></html>\n'
    (docs / "index.html").write_text(page, encoding="utf-8")


def _context(site: Path) -> "AbstractDataContext":
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


def _batch(context: "AbstractDataContext", url: str, suite: Suite, snapshot: str) -> "BatchDefinition[Any]":
    import sqlalchemy

    # GX knows psycopg2 only; dbt brings it.
    scheme, _, rest = url.partition("://")
    source = context.data_sources.add_postgres(name="reos", connection_string=f"{scheme}+psycopg2://{rest}")

    def look_at_the_same_moment(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql("set transaction isolation level repeatable read")
        connection.exec_driver_sql(f"set transaction snapshot '{snapshot}'")

    sqlalchemy.event.listen(source.get_execution_engine().engine, "begin", look_at_the_same_moment)
    asset = source.add_table_asset(name=suite.name, table_name=suite.table, schema_name=suite.schema)
    return asset.add_batch_definition_whole_table("arrived")


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
