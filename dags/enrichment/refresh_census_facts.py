"""Load the Census's facts of areas, when a new year of the survey is out.

## What it does
At 06:40 UTC on the 5th of each month, asks the Census Bureau which year of the American Community Survey is the latest
(it comes once a year, in winter) and loads it for all ZIP code areas and counties, and for the tracts of the counties
that have properties. One mapped task a set of areas; a year that has been loaded is not asked for again.

What describes buildings (year built, vacancy, tenure, rents, values, taxes, units) goes to `raw.census_acs`, which all
tenants share. **What describes people** (race, origin, sex, age, family, income, poverty, work) goes to
`audit.census_demographic`, which this DAG may fill and not read, and which no score, list or filter can be built on:
only the fairness check reads it. Which variable is which stands in `connectors/census_acs/variables.yml`; one that is
not listed is not asked for. `app.reference_load` has the policy's decisions.

**By hand:** *Trigger* opens a form with one set of areas (as in `county:53` or `tract:53033`), a year, and whether to
accept that there are far fewer areas. The logical date does not change what is loaded; name the year to go back.

## Owner
data-platform

## If it fails
*Unknown variable* means that the Bureau has dropped a table: correct `variables.yml`. A refused key is set in
`REOS_CENSUS_API_KEY` (free at api.census.gov/data/key_signup.html). After an outage **clear** the task. Running it
twice does no harm.
"""

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from reos_airflow import market
from reos_airflow.dag_policy import Tag, settings_from
from reos_airflow.figures import Figures

AREAS = Param(
    None, type=["null", "string"], title="Areas", description="Only these: zcta, county, county:53, tract:53033."
)
YEAR = Param(
    None, type=["null", "integer"], title="Year", description="The last of the five years; empty for the latest."
)
ACCEPT_DROP = Param(
    default=False, type="boolean", title="Accept a drop", description="Load although there are far fewer areas."
)


@dag(
    schedule=CronTriggerTimetable("40 6 5 * *", timezone="UTC"),
    tags=[Tag.ENRICHMENT, Tag.SCHEDULED],
    params={"areas": AREAS, "year": YEAR, "accept_drop": ACCEPT_DROP},
    **settings_from(__doc__),
)
def refresh_census_facts() -> None:
    @task
    def list_areas(*, params: dict[str, str | int | bool | None]) -> list[str]:
        return market.list_areas(params["areas"])

    @task(multiple_outputs=False, max_active_tis_per_dag=1, map_index_template="{{ task.op_kwargs['areas'] }}")
    def load(areas: str, *, params: dict[str, str | int | bool | None]) -> Figures:
        return market.load_acs(areas, year=params["year"], accept_drop=params["accept_drop"])

    load.expand(areas=list_areas())


refresh_census_facts()
