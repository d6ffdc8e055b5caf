"""Which source was chosen for which missing fact, and why."""

revision = "0021_enrichment_plan"
down_revision = "0020_market"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
