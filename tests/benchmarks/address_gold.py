"""The shared gold file and the shared pairs as cases: what each source calls a column or a form, in our terms.

Expected forms come in their source's spelling. They are put into Publication 28 spelling with the tables of
usaddress-scourgify, not with ours: a fault of our tables must not hide itself.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from address_cases import Case, Form
from scourgify.address_constants import DIRECTIONAL_REPLACEMENTS, STREET_TYPE_ABBREVIATIONS

from reos.address import AddressParts

_SHARED = Path(__file__).parents[3] / "shared" / "data"
_LINE = re.compile(r".*addr(?:ess)?|location|situs")
_LINE_PARTS = re.compile(r"str(?:num|numsuf|predir|name|type|sufdir)|street(?:_num)?")
_PLACE = re.compile(r".*(?:citystatezip|townrural|addr2|_?city|par_st|par_zip|zip|zipcode|zip_code)")
_UNIT = re.compile(r"unit(?:type)?")
_ROADS = {"HWY": "HIGHWAY", "RTE": "ROUTE", "RD": "ROAD", "ST": "STATE", "CO": "COUNTY"}
_ROAD = re.compile(r"((?:US|STATE|ST|COUNTY|CO) )?(HWY|HIGHWAY|RTE|ROUTE|RD|ROAD) (\d[\d/-]*)")


def gold_cases() -> Iterator[tuple[str, Case]]:
    """Yield (source, case) of the gold file where it states a normal form in Publication 28 terms.

    libpostal's rows spell everything out, and one row is marked by its source as not working there.
    """
    path = _SHARED / "address_normalize_gold.jsonl"
    for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        row = json.loads(text)
        source = row["source"].split(" ")[0]
        if source == "scourgify":
            yield source, _scourgify_case(row["input"], row["expected"])
        elif source == "openaddresses" and "doesn't currently work" not in row["note"]:
            yield source, _openaddresses_case(row["input"], row["expected"])


def pairs() -> Iterator[tuple[str, str, bool]]:
    """Yield two writings and whether they are one home; pairs that only an alias table could solve are left out."""
    path = _SHARED / "address_match_pairs.csv"
    if path.exists():
        with path.open(encoding="utf-8", newline="") as text:
            rows = [row for row in csv.DictReader(text) if not row["kind"].startswith("alias")]
        yield from ((row["a"], row["b"], row["label"] == "1") for row in rows)


def _scourgify_case(given: str | Mapping[str, str | None], expected: Mapping[str, str | None]) -> Case:
    form = Form(
        expected["address_line_1"], expected["address_line_2"] or "", expected["city"], expected["state"],
        expected["postal_code"],
    )  # fmt: skip
    if isinstance(given, str):
        return Case(AddressParts(given), form)
    names = ("address_line_1", "", "address_line_2", "city", "state", "postal_code")
    return Case(AddressParts(*(given.get(name) or "" for name in names)), form)


def _openaddresses_case(given: Mapping[str, str], expected: Mapping[str, str]) -> Case:
    columns = {name.rpartition(".")[2].lower(): " ".join(value.split()) for name, value in given.items()}
    line = _joined(columns, _LINE) or _joined(columns, _LINE_PARTS)
    unit, place = _joined(columns, _UNIT), _joined(columns, _PLACE)
    street, *tail = expected.get("street", "").split(", ")
    number = expected.get("number", line.split(" ")[0])
    form = Form(
        _spelled(f"{number} {street}".strip()) if street else None,
        expected.get("unit"),
        tail[0] if tail else expected.get("city"),
        expected.get("region"),
        expected.get("postcode"),
    )
    if not line:
        return Case(AddressParts(zip_code=place), form)
    return Case(AddressParts(", ".join(filter(None, (f"{line} {unit}".strip(), place)))), form)


def _joined(columns: Mapping[str, str], pattern: re.Pattern[str]) -> str:
    """Return the text of the columns that `pattern` names; a number's suffix stands against its number."""
    texts = {name: value for name, value in columns.items() if value and pattern.fullmatch(name)}
    joined = " ".join(f"\0{value}" if name == "strnumsuf" else value for name, value in texts.items())
    return joined.replace(" \0", "")


def _spelled(line: str) -> str:
    line = line.upper().replace(".", " ") if not re.match(r"\d+\.\d", line) else line.upper()
    road = _ROAD.search(line)
    if road:
        kind = " ".join(_ROADS.get(word, word) for word in f"{road[1] or ''}{road[2]}".split())
        return f"{line[: road.start()]}{kind} {road[3]}{line[road.end() :]}"
    words = [DIRECTIONAL_REPLACEMENTS.get(word, word) for word in line.split()]
    last = -2 if len(words) > 2 and words[-1] in DIRECTIONAL_REPLACEMENTS.values() else -1
    words[last] = STREET_TYPE_ABBREVIATIONS.get(words[last], words[last])
    return " ".join(words)
