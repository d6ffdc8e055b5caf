"""Who owns a parcel and where their mail goes: invented people, trusts and companies, a new one with every sale."""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from reos_local.sandbox.draws import Draws

_COMPANY_KIND = ("HOLDINGS LLC", "HOMES LLC", "PROPERTIES LLC", "CAPITAL LP")
_AWAY = (
    ("TACOMA", "WA", "98402"),
    ("EVERETT", "WA", "98201"),
    ("SPOKANE", "WA", "99201"),
    ("PORTLAND", "OR", "97205"),
    ("BOISE", "ID", "83702"),
    ("PHOENIX", "AZ", "85004"),
    ("SAN JOSE", "CA", "95113"),
    ("LAS VEGAS", "NV", "89101"),
)


@lru_cache(maxsize=1)
def _names() -> dict[str, list[str]]:
    text = files("reos_local.sandbox").joinpath("owner_names.json").read_text(encoding="utf-8")
    listed: dict[str, list[str]] = json.loads(text)
    return listed


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner by family and given names, or by company name alone."""

    family: str
    given: str
    company: str = ""
    trust: bool = False

    @property
    def roll_name(self) -> str:
        """The name as a county roll prints it: family name first."""
        if self.company:
            return self.company
        return f"{self.family} {self.given}" + (" TRUST" if self.trust else "")


@dataclass(frozen=True, slots=True)
class Mailing:
    """Where an owner's mail goes; `at_situs` means to the house itself."""

    at_situs: bool
    line: str = ""
    city: str = ""
    state: str = ""
    zip5: str = ""


def owner(draws: Draws, tenure: int) -> Owner:
    """Return the owner during the tenure numbered `tenure` (0 is the present one)."""
    kind = draws.weighted(f"owner.{tenure}", (("person", 58), ("couple", 22), ("trust", 11), ("company", 9)))
    if kind == "company":
        name = draws.pick(f"company.{tenure}", _names()["company"])
        return Owner("", "", company=f"{name} {draws.pick(f'company.kind.{tenure}', _COMPANY_KIND)}")
    given = draws.pick(f"given.{tenure}", _names()["given"])
    if kind == "couple":
        given = f"{given} & {draws.pick(f'spouse.{tenure}', _names()['given'])}"
    return Owner(draws.pick(f"family.{tenure}", _names()["family"]), given, trust=kind == "trust")


def mailing(draws: Draws, who: Owner) -> Mailing:
    """Return where the present owner's mail goes: three in four people live in the house, companies never do."""
    if not who.company and draws.chance("occupied", 0.76):
        return Mailing(at_situs=True)
    city, state, zip5 = draws.pick("mail.city", _AWAY)
    box = draws.chance("mail.box", 0.4)
    line = (
        f"PO BOX {draws.whole('mail.box.number', 11, 9899)}"
        if box
        else f"{draws.whole('mail.house', 100, 9899)} BROADWAY"
    )
    return Mailing(at_situs=False, line=line, city=city, state=state, zip5=zip5)
