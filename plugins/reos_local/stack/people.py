"""The two tenants and ten users that a single-machine stack is seeded with; the stack's secrets give the passwords."""

from dataclasses import dataclass

from reos.core.money import micro_usd

ROLES = ("Admin", "Analyst", "Underwriter", "Ops", "Viewer")


@dataclass(frozen=True)
class Tenant:
    """A seeded tenant."""

    slug: str
    name: str

    def email_of(self, role: str) -> str:
        """Return the address of this tenant's user with `role` (RFC 2606 names: nobody can receive mail there)."""
        return f"{role.lower()}@{self.slug}.example"


DEMO = Tenant("demo", "Demo Capital")
ACME = Tenant("acme", "Acme Homes")
TENANTS = (DEMO, ACME)

# enough for every parcel of a county's yearly sales file once a day; the sandbox charges nobody
CAPS = {("attom", "day"): micro_usd("2500"), ("attom", "month"): micro_usd("25000")}
