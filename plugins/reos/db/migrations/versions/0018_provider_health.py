"""How each provider does: its breaker and its last error."""

revision = "0018_provider_health"
down_revision = "0017_policy_version"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
