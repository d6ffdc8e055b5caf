"""The two tenants and ten users that a single-machine stack is seeded with; the stack's secrets give the passwords."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reos.core.money import MicroUsd, micro_usd

ROLES = ("Admin", "Analyst", "Underwriter", "Ops", "Viewer")

Caps = Mapping[tuple[str, str], MicroUsd]  # by provider and period


@dataclass(frozen=True)
class Tenant:
    """A seeded tenant; `caps` are the budgets it begins with."""

    slug: str
    name: str
    caps: Caps = field(default_factory=dict)

    def email_of(self, role: str) -> str:
        """Return the address of this tenant's user with `role` (RFC 2606 names: nobody can receive mail there)."""
        return f"{role.lower()}@{self.slug}.example"


def _caps(**dollars: str) -> Caps:
    """Return caps from dollars, as in `attom_day="2500"`."""
    return {(name.rpartition("_")[0], name.rpartition("_")[2]): micro_usd(each) for name, each in dollars.items()}


# The first can pay for every parcel of a county's yearly sales file once a day. The second shows what a budget does
# that runs out: of the day for Regrid, of the month for ATTOM. The sandbox charges nobody.
DEMO = Tenant(
    "demo", "Demo Capital", _caps(attom_day="2500", attom_month="25000", regrid_day="600", regrid_month="6000")
)
ACME = Tenant("acme", "Acme Homes", _caps(attom_day="1", attom_month="0.24", regrid_day="0.80", regrid_month="10"))
TENANTS = (DEMO, ACME)
