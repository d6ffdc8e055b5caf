"""Keeps secrets out of everything that people or logs may read.

Several providers take their key in the query string, and HTTP libraries print URLs in exceptions and log lines; all
such text passes through here.
"""

import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "[redacted]"

_PARAMETERS = (
    "access_token|api[-_]?key|app_token|auth|authorization|client_secret|code|credential|key|password|"
    "secret|sig|signature|%24%24app_token|\\$\\$app_token|token"
)
_QUERY = re.compile(rf"([?&;](?:{_PARAMETERS})=)[^&;#\s\"'<>]*", re.IGNORECASE)
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s@\"']+@", re.IGNORECASE)
_NAMES = "apikey|authorization|x-app-token"
_HEADER = re.compile(rf"(\b(?:{_NAMES})\b['\"]?\s*[:=,]\s*['\"]?(?:(?:basic|bearer)\s+)?)[^'\",\s}}]+", re.IGNORECASE)
_SHORTEST_SECRET = 4


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` with known `secrets`, credentials in URLs and values of secret query parameters masked."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret.strip()) >= _SHORTEST_SECRET:
            for form in _forms(secret):
                text = text.replace(form, MASK)
    text = _QUERY.sub(rf"\1{MASK}", text)
    text = _HEADER.sub(rf"\1{MASK}", text)
    return _USERINFO.sub(rf"\1{MASK}@", text)


def _forms(secret: str) -> list[str]:
    """Return how a secret may stand in a text: as it is, without its blanks, in a URL, and as Python quotes it."""
    bare = secret.strip()
    written = {secret, repr(secret)[1:-1], repr(secret.encode())[2:-1]}
    return sorted(written | {bare, quote(bare, safe=""), quote_plus(bare)}, key=len, reverse=True)


class RedactingFilter(logging.Filter):
    """Masks secrets in the log lines of HTTP libraries, which print whole URLs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record's message; never drops it."""
        record.msg = redact(record.getMessage())
        record.args = ()
        return True


def quieten_http_libraries() -> None:
    """Redact httpx's request lines, and keep httpcore from tracing headers (they carry keys) at DEBUG."""
    httpx_logger = logging.getLogger("httpx")
    if not any(isinstance(known, RedactingFilter) for known in httpx_logger.filters):
        httpx_logger.addFilter(RedactingFilter())
    logging.getLogger("httpcore").setLevel(logging.WARNING)
