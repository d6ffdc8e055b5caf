"""From what people type to upper-case ASCII words. What it cannot carry over stays in and is told, never dropped."""

import re
import unicodedata

MAX_LENGTH = 300

_TRANSLATION = str.maketrans(
    {
        **dict.fromkeys("'\"`\u00b4\u2018\u2019\u201c\u201d", None),
        **dict.fromkeys("\u2010\u2011\u2013\u2014\u2212", "-"),
        **dict.fromkeys("()[]_=:*\t\xa0", " "),
        **dict.fromkeys(";\n\r|", ","),
        "\\": "/",
        "#": " # ",
        "\u00df": "SS",
    }
)
_PLAIN_WORDS = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_PLAIN_TEXT = re.compile(r"[A-Za-z0-9 .,#/'-]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNSUPPORTED = re.compile(r"[^A-Z0-9 #/.,&@-]")
_INITIALS = re.compile(r"\b([A-Z])\.(?=[A-Z]\b)")
_STOP = re.compile(r"(?<!\d)\.|\.(?!\d)")
_RANGE = re.compile(r"(?<=\d) ?- ?(?=\d)")
_POINTS = re.compile(r"\b(NORTH|SOUTH)-(EAST|WEST)\b")
_WORD_HYPHEN = re.compile(r"(?<=[A-Z])-(?=[A-Z])|(?<=[A-Z]{2})-(?=\d)|(?<![A-Z0-9])-|-(?![A-Z0-9])")
_SPACES = re.compile(r"\s+")


def is_plain(text: str) -> bool:
    """Tell quickly, for most texts, that every character may stand in an address."""
    return _PLAIN_TEXT.fullmatch(text) is not None


def has_control_characters(text: str) -> bool:
    """Tell whether `text` holds NUL or another control character that no address has."""
    return _CONTROL.search(text) is not None


def clean(text: str) -> str:
    """Return `text` as upper-case words separated by single spaces; commas stay, accents and stops go.

    Characters that have no place in a US address stay in, for `unsupported` to find.
    """
    if _PLAIN_WORDS.fullmatch(text):
        return text.upper()
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    text = text.translate(_TRANSLATION).upper()
    if "." in text:
        text = _STOP.sub(" ", _INITIALS.sub(r"\1", text))
    if "-" in text:
        text = _WORD_HYPHEN.sub(" ", _POINTS.sub(r"\1\2", _RANGE.sub("-", text)))
    return _SPACES.sub(" ", text).strip(" ")


def unsupported(cleaned: str) -> str:
    """Return the characters of a cleaned text that no US address has (letters of other scripts, emoji, `%`)."""
    return "".join(dict.fromkeys(_UNSUPPORTED.findall(cleaned)))
