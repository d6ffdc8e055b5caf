"""An index for what enrichment asks of each batch: which properties a provider was asked about, newest first."""

from reos.db.ddl import execute

revision = "0015_provider_call_index"
down_revision = "0014_geocode"
branch_labels = None
depends_on = None

_NAME = "ix_provider_call_tenant_id_provider_property_id_called_at"


def upgrade() -> None:
    execute([f"create index {_NAME} on app.provider_call (tenant_id, provider, property_id, called_at desc)"])


def downgrade() -> None:
    execute([f"drop index app.{_NAME}"])
