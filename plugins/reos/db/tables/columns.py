"""What all tables share: the metadata with its naming rule, and the columns that recur (tenant, times, keys)."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    LargeBinary,
    MetaData,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def tenant_key(name: str = "tenant_id", **options: Any) -> Column[Any]:  # noqa: ANN401 - passed through to Column
    """Return a key column of type uuid, first in every key when it is the tenant."""
    return Column(name, Uuid, nullable=False, **options)


def text(name: str, *, nullable: bool = False, **options: Any) -> Column[Any]:  # noqa: ANN401 - passed through to Column
    """Return a text column, required unless said otherwise."""
    return Column(name, Text, nullable=nullable, **options)


def instant(name: str, *, nullable: bool = True) -> Column[Any]:
    """Return a timestamptz column without a default."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def created(name: str = "created_at") -> Column[Any]:
    """Return a required timestamptz column that the database fills in."""
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def digest(name: str, *, nullable: bool = False) -> Column[Any]:
    """Return a bytea column for a hash."""
    return Column(name, LargeBinary, nullable=nullable)


def document(name: str, *, nullable: bool = False, **options: Any) -> Column[Any]:  # noqa: ANN401 - passed through to Column
    """Return a jsonb column."""
    return Column(name, JSONB, nullable=nullable, **options)


def micro_usd(name: str, *, nullable: bool = False, **options: Any) -> Column[Any]:  # noqa: ANN401 - passed through to Column
    """Return a bigint column of micro-dollars."""
    return Column(name, BigInteger, nullable=nullable, **options)


def serial(name: str, **options: Any) -> Column[Any]:  # noqa: ANN401 - passed through to Column
    """Return a bigint identity column that only the database may fill."""
    return Column(name, BigInteger, Identity(always=True), nullable=False, **options)


def of_tenant() -> ForeignKeyConstraint:
    """Return the reference of a tenant table to its tenant."""
    return ForeignKeyConstraint(["tenant_id"], ["app.tenant.tenant_id"])


def of_property() -> ForeignKeyConstraint:
    """Return the reference to a property of the same tenant, which also proves the tenant."""
    return ForeignKeyConstraint(["tenant_id", "property_id"], ["app.property.tenant_id", "app.property.property_id"])
