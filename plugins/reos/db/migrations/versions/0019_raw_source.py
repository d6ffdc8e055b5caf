"""Landing tables of the sources asked about one property: ATTOM's other datasets, Regrid, FEMA, Zillow's Bridge."""

from reos.db.ddl import create_landing_table, drop_tables
from reos.db.roles import APP, DBT, PIPELINE, QUALITY

revision = "0019_raw_source"
down_revision = "0018_provider_health"
branch_labels = None
depends_on = None

_GRANTS = {APP: "select", PIPELINE: "select, insert, update", DBT: "select, maintain", QUALITY: "select"}
_TABLES = {
    "attom_basic_profile": "ATTOM basic profile, the whole property object.",
    "attom_detail_owner": "ATTOM property detail with owner, the whole property object.",
    "attom_assessment": "ATTOM assessment detail, the whole property object.",
    "attom_sales_history": "ATTOM sales history, the whole property object.",
    "attom_avm": "ATTOM automated valuation, the whole property object.",
    "regrid_parcel": "Regrid parcel, the whole feature.",
    "fema_flood_zone": "FEMA flood hazard polygons and panel at a property's point.",
    "zillow_zestimate": "Zestimates of Zillow's Bridge interface, for licensed installations.",
}


def upgrade() -> None:
    for name, comment in _TABLES.items():
        create_landing_table(name, comment=comment, grants=_GRANTS)


def downgrade() -> None:
    drop_tables(f"raw.{name}" for name in reversed(_TABLES))
