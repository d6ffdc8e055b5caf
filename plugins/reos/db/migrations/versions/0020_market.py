"""Market and housing facts of areas, shared by all tenants; demographic ones apart, for auditors."""

revision = "0020_market"
down_revision = "0019_raw_source"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
