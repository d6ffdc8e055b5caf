"""The bodies of the tasks that load market data. What a person must set right fails at once, without retries."""
# ruff: noqa: PLC0415

from pathlib import Path

from reos.core.clock import SystemClock
from reos_airflow.figures import Figures, figures
from reos_airflow.provider_settings import task_settings
from reos_airflow.reference import failing_for_good
from reos_airflow.tasks import pipeline_connection


def list_research_files(name: str | None) -> list[str]:
    """Return the names of Zillow's research files that are loaded each month, or only `name`."""
    from reos.pipeline.load_market_zillow import research_files

    return [name] if name else research_files()


def load_zillow(name: str, *, path: str | None, accept_drop: bool) -> Figures:
    """Load one research file, from `path` when given."""
    from reos.pipeline import load_market_zillow

    with pipeline_connection() as conn, failing_for_good():
        report = load_market_zillow.load_zillow(
            conn,
            name,
            settings=task_settings(),
            clock=SystemClock(),
            path=Path(path) if path else None,
            accept_drop=accept_drop,
        )
    return figures(report)


def list_areas(areas: str | None) -> list[str]:
    """Return the areas of the Census's survey that are kept, or only `areas`."""
    from reos.pipeline.load_market_acs import acs_areas

    if areas:
        return [areas]
    with pipeline_connection() as conn:
        return acs_areas(conn)


def load_acs(areas: str, *, year: int | None, accept_drop: bool) -> Figures:
    """Load one set of areas of the latest year, or of `year`."""
    from reos.pipeline import load_market_acs

    with pipeline_connection() as conn, failing_for_good():
        report = load_market_acs.load_acs(
            conn, areas, settings=task_settings(), clock=SystemClock(), year=year, accept_drop=accept_drop
        )
    return figures(report)
