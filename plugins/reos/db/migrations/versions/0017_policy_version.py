"""What a stored decision is replayed with, and thresholds of budgets."""

revision = "0017_policy_version"
down_revision = "0016_match_resolved"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
