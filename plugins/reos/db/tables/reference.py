"""Reference data that all tenants share: address points, the areas of ZIP codes, and the loads they came from."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.types import CHAR

from reos.db.tables.columns import METADATA, digest, document, instant, text

MODES = ("full", "incremental")
STATUSES = ("running", "done", "refused", "failed")


def _count(name: str) -> Column[Any]:
    return Column(name, Integer, nullable=False, server_default=sql("0"))


def _point() -> list[Column[Any]]:
    return [
        text("source_id"),
        Column("county_fips", CHAR(5)),
        *(text(name, nullable=True) for name in ("apn", "apn_key", "number", "predirection", "street", "suffix")),
        *(text(name, nullable=True) for name in ("postdirection", "unit", "city")),
        Column("state", CHAR(2)),
        Column("zip5", CHAR(5)),
        *(text(name, nullable=True) for name in ("address_block", "address_key")),
        Column("latitude", Double),
        Column("longitude", Double),
        digest("body_sha256"),
    ]


reference_load = Table(
    "reference_load",
    METADATA,
    Column("load_id", Uuid, nullable=False),
    text("source"),
    text("kind"),
    text("mode"),
    text("version", nullable=True),
    text("status", server_default="running"),
    instant("started_at", nullable=False),
    instant("finished_at"),
    *(_count(name) for name in ("rows", "added", "changed", "removed", "rejected")),
    text("watermark", nullable=True),
    document("columns", server_default=sql("'{}'")),
    document("rejections", server_default=sql("'{}'")),
    document("warnings", server_default=sql("'[]'")),
    document("progress", server_default=sql("'{}'")),
    text("message", nullable=True),
    PrimaryKeyConstraint("load_id"),
    CheckConstraint(f"mode in {MODES!r}", name="mode"),
    CheckConstraint(f"status in {STATUSES!r}", name="status"),
    Index(None, "source", "started_at"),
    schema="app",
    comment="One load of reference data: what it read, changed and refused; a refused one left the data alone.",
)

address_point = Table(
    "address_point",
    METADATA,
    text("source"),
    *_point(),
    Column("load_id", Uuid, nullable=False),
    PrimaryKeyConstraint("source", "source_id"),
    ForeignKeyConstraint(["load_id"], ["app.reference_load.load_id"]),
    CheckConstraint("(latitude is null) = (longitude is null)", name="place"),
    CheckConstraint("apn_key is null or county_fips is not null", name="apn_county"),
    Index(None, "address_key"),
    Index(None, "county_fips", "apn_key"),
    Index(None, "zip5", "address_block"),
    schema="app",
    comment="Addresses and parcels of public sources with where they are; shared by all tenants.",
)

address_point_stage = Table(
    "address_point_stage",
    METADATA,
    Column("load_id", Uuid, nullable=False),
    Column("line", BigInteger, nullable=False),
    *_point(),
    PrimaryKeyConstraint("load_id", "line"),
    schema="app",
    comment="Rows of a load that is under way; they are checked here before readers see them.",
)

zip_area = Table(
    "zip_area",
    METADATA,
    Column("zip5", CHAR(5), nullable=False),
    *(Column(name, Double, nullable=False) for name in ("latitude", "longitude", "radius_m")),
    Column("points", Integer, nullable=False),
    PrimaryKeyConstraint("zip5"),
    schema="app",
    comment="Where the address points of a ZIP code lie: their median and the distance that holds 99 % of them.",
)
