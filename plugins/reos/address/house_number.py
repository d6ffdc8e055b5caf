"""House numbers as they are written: with letters, fractions, ranges, hyphens and grid coordinates."""

import re

from reos.address.pub28 import CLOSING, DIRECTIONALS, LAST_WORDS, SUFFIXES

_NUMBER = re.compile(r"\d+[A-Z]?(?:-\d+[A-Z]?)?|\d+-[A-Z]|\d+\.\d+|[NSEW]\d+(?:[NSEW]\d+)?[A-Z]?")
_SUFFIX_HYPHEN = re.compile(r"(?<=\d)-(?=[A-Z]$)")
_FRACTION = re.compile(r"\d+/\d+(?:-\d+)?")
_FUSED_FRACTION = re.compile(r"(\d+)-(\d/\d)")
_LEADING_ZEROS = re.compile(r"^0+(?=\d)")


def split_number(words: list[str]) -> tuple[str, list[str]]:
    """Split off the house number (`62-04`, `509 1/2`, `W123N4567`); it is empty when there is none, or zero."""
    first = words[0]
    if not first.isdigit():
        fused = _FUSED_FRACTION.fullmatch(first) if "/" in first else None
        words = [*fused.groups(), *words[1:]] if fused else words
        first = words[0]
    if len(words) < 2 or not (first.isdigit() or _NUMBER.fullmatch(first)):  # noqa: PLR2004 - and a street
        return "", words
    number = _SUFFIX_HYPHEN.sub("", plain(first))
    if words[1][0].isdigit() and len(words) > 2:  # noqa: PLR2004 - two numbers and a street
        if "/" in words[1] and _FRACTION.fullmatch(words[1]):
            return f"{number} {words[1]}", words[2:]
        if number != "0" and _is_range(words):
            return f"{number}-{words[1]}", words[2:]
    return ("" if number == "0" else number), words[1:]


def _is_range(words: list[str]) -> bool:
    """`723 725 E 75TH ST`, `62 04 69TH ST`: two numbers before a whole street, not Utah's `455 200 E`."""
    first, second, *street = words
    if not (first.isdigit() and second.isdigit() and len(second) > 1):
        return False
    name = street[1:] if street[0] in DIRECTIONALS else street
    if len(name) < 2 or name[0].isdigit():  # noqa: PLR2004 - name and suffix
        return False
    return name[-1] in LAST_WORDS or any(SUFFIXES.get(word) in CLOSING for word in name[1:])


def plain(number: str) -> str:
    """Return a number without leading zeros."""
    return _LEADING_ZEROS.sub("", number) if number.startswith("0") else number
