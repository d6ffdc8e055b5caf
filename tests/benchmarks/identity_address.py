"""Addresses: what we read right, beside usaddress-scourgify on the same rows, and how fast, in the same run."""

import contextlib
import gc
import logging
import statistics
import time
from collections.abc import Callable, Iterator, Sequence

from address_cases import Case, Form, comma_cases, free_cases, special_cases, split_cases
from address_gold import gold_cases, pairs
from measures import Measure
from scourgify import normalize_address_record
from scourgify.exceptions import AddressNormalizationError

from reos.address import Address, AddressParts, from_parts, parse

_ACCURACY_ROWS = 1_000
_SPEED_ROWS = 1_500
_ROUNDS = 7

Reader = Callable[[AddressParts], Form | None]


def measures() -> Iterator[Measure]:
    """Yield accuracy on the gold file, on the pairs and on made-up addresses, then the two ratios of speed."""
    logging.getLogger("scourgify").setLevel(logging.CRITICAL)
    yield from _gold()
    yield from _pairs()
    made = {
        "fields": split_cases(1, _ACCURACY_ROWS),
        "one line with commas": comma_cases(2, _ACCURACY_ROWS),
        "one line without commas": free_cases(3, _ACCURACY_ROWS),
        "boxes, routes, numbered roads": special_cases(4, _ACCURACY_ROWS),
    }
    for name, cases in made.items():
        yield from _compared(f"made-up, {name}", cases)
    yield from _ratio("split fields", split_cases, ">= 8")
    yield from _ratio("distinct free text", free_cases, ">= 1.2")


def ours(given: AddressParts) -> Form | None:
    """Read with reos; an address in one line has only its `street`."""
    address = _read(given)
    parts = address.components
    zip_code = f"{parts.zip5}-{parts.zip4}" if parts.zip4 else parts.zip5
    return Form(address.line, address.unit, parts.city, parts.state, zip_code)


def _read(given: AddressParts) -> Address:
    return parse(given.street) if given == AddressParts(given.street) else from_parts(given)


def peers(given: AddressParts) -> Form | None:
    """Read with usaddress-scourgify; None when it refuses."""
    try:
        found = normalize_address_record(_record(given))
    except AddressNormalizationError:
        return None
    return Form(*(value or "" for value in found.values()))


def _record(given: AddressParts) -> str | dict[str, str | None]:
    """Return what scourgify takes: text, or a record of fields."""
    if given == AddressParts(given.street):
        return given.street
    names = ("address_line_1", "address_line_2", "city", "state", "postal_code")
    fields = (f"{given.number} {given.street}".strip(), given.unit, given.city, given.state, given.zip_code)
    return {name: field or None for name, field in zip(names, fields, strict=True)}


def _gold() -> Iterator[Measure]:
    rows = list(gold_cases())
    failures = [(case, ours(case.given)) for _, case in rows if not _agrees(case.form, ours(case.given))]
    for case, got in failures:
        print(f"  gold, not as stated: {' '.join(filter(None, case.given))} | stated {case.form} | got {got}")
    yield Measure("address gold, normal form as stated", 1 - len(failures) / max(len(rows), 1), ">= 0.95")
    for source in dict.fromkeys(source for source, _ in rows):
        yield from _compared(f"gold of {source}", [case for name, case in rows if name == source])


def _compared(name: str, cases: Sequence[Case]) -> Iterator[Measure]:
    """Yield the shares that both read right, and how often we are wrong and do not say so."""
    right = {reader: _share(_agrees(case.form, reader(case.given)) for case in cases) for reader in (ours, peers)}
    yield Measure(f"{name}: right", right[ours])
    yield Measure(f"{name}: scourgify right", right[peers])
    yield Measure(f"{name}: lead over scourgify", right[ours] - right[peers], ">= 0")
    silent = _share(not _agrees(case.form, ours(case.given)) and _read(case.given).is_valid for case in cases)
    yield Measure(f"{name}: read wrongly and not refused", silent, "= 0")


def _pairs() -> Iterator[Measure]:
    """One home in two writings: how often do both get one normal form? And two homes: how often the same?"""
    rows = list(pairs())
    same = {reader: [_one_form(reader, left, right) for left, right, _ in rows] for reader in (ours, peers)}
    share = {
        reader: [_share(hit for hit, row in zip(hits, rows, strict=True) if row[2] is label) for label in (True, False)]
        for reader, hits in same.items()
    }
    yield Measure("pairs, one home: one normal form", share[ours][0])
    yield Measure("pairs, one home: one normal form by scourgify", share[peers][0])
    yield Measure("pairs, one home: lead over scourgify", share[ours][0] - share[peers][0], ">= 0")
    yield Measure("pairs, two homes: one normal form", share[ours][1], "= 0")
    yield Measure("pairs, two homes: one normal form by scourgify", share[peers][1])


def _one_form(reader: Reader, left: str, right: str) -> bool:
    one, other = reader(AddressParts(left)), reader(AddressParts(right))
    return one is not None and one == other


def _agrees(stated: Form, got: Form | None) -> bool:
    if got is None:
        return False
    texts = all(want is None or want == found for want, found in zip(stated, got, strict=True) if want != stated.unit)
    return texts and (stated.unit is None or _same_unit(stated.unit, got.unit or ""))


def _same_unit(stated: str, got: str) -> bool:
    """Compare units; where a source states an identifier alone, any designator will do."""
    want, found = (text.upper().replace("#", " # ").split() for text in (stated, got))
    if len(want) > 2 and want[1] == "#":
        del want[1]
    return want == found[-1:] if len(want) == 1 and len(found) > 1 else want == found


def _ratio(name: str, make: Callable[[int, int], list[Case]], bar: str) -> Iterator[Measure]:
    """Time both on the same distinct rows, by turns; no row comes twice, so that no memo of whole rows can help."""
    givens = [case.given for case in make(11, _SPEED_ROWS * _ROUNDS)]
    seconds = [(_our_seconds(rows), _peers_seconds(rows)) for rows in (givens[n::_ROUNDS] for n in range(_ROUNDS))]
    yield Measure(f"{name}: rows/s", _SPEED_ROWS / min(mine for mine, _ in seconds))
    yield Measure(f"{name}: scourgify rows/s", _SPEED_ROWS / min(theirs for _, theirs in seconds))
    ratio = statistics.median(theirs / mine for mine, theirs in seconds)
    yield Measure(f"{name}: ratio to scourgify, median of {_ROUNDS} rounds", ratio, bar)


def _our_seconds(rows: Sequence[AddressParts]) -> float:
    """Seconds of the processor (other processes do not count) for the lines that scourgify returns too."""
    texts = [row.street for row in rows] if rows[0] == AddressParts(rows[0].street) else []
    gc.collect()
    started = time.process_time()
    for address in map(parse, texts) if texts else map(from_parts, rows):
        _ = address.line, address.unit
    return time.process_time() - started


def _peers_seconds(rows: Sequence[AddressParts]) -> float:
    records = [_record(row) for row in rows]
    gc.collect()
    started = time.process_time()
    for record in records:
        with contextlib.suppress(AddressNormalizationError):
            normalize_address_record(record)
    return time.process_time() - started


def _share(hits: Iterator[bool]) -> float:
    values = list(hits)
    return sum(values) / max(len(values), 1)
