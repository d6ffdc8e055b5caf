"""Addresses and parcel numbers that sources state of a property, for matching."""

revision = "0016_match_resolved"
down_revision = "0015_provider_call_index"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
