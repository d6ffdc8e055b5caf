"""What a fault looks like in each provider's own words: its error inside a success, and the name that has changed.

A path's first segment tells the provider; what lies below a longer prefix may speak another language (a county's portal
is ArcGIS or Socrata, the Census has a geocoder and a data service).
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

_GZIP = b"\x1f\x8b"
JSON, CSV, HTML, XML = (
    *("application/json;charset=utf-8", "text/csv", "text/html;charset=utf-8"),
    "application/xml",
)


@dataclass(frozen=True)
class Words:
    """One interface: names that drift renames (unpacked), the body of its error inside a 200, and that of its 429."""

    drift: tuple[tuple[bytes, bytes], ...]
    error: bytes
    media_type: str = JSON
    too_many: bytes = b'{"message":"Too Many Requests"}'

    def drifted(self, body: bytes) -> bytes:
        """Return `body` with the names changed; a compressed one stays compressed."""
        if body.startswith(_GZIP):
            return gzip.compress(self.drifted(gzip.decompress(body)), mtime=0)
        for old, new in self.drift:
            body = body.replace(old, new)
        return body


def malformed(body: bytes) -> bytes:
    """Return `body` as it must not be: broken off in the middle, which neither JSON, CSV nor gzip survives.

    A CSV could end at the middle of a line and still be read, so it also gets a quote that never closes.
    """
    half = body[: max(1, len(body) // 2)]
    return half if body.startswith((_GZIP, b"{", b"[")) else half + b',"'


def _json(document: object) -> bytes:
    return orjson.dumps(document)


def _attom(code: int, message: str) -> bytes:
    return _json({"status": {"version": "1.0.0", "code": code, "msg": message, "total": 0}, "property": []})


_ARCGIS_ERROR = _json({"error": {"code": 500, "message": "Unable to complete operation.", "details": []}})
_LAYER_ERROR = "Layer query encountered an error: java.lang.RuntimeException: Failed to return"
_BUSY = {"status": "error", "message": "Too Many Requests"}
_NO_KEY = (
    b"<html><head><title>Invalid Key</title></head>"
    b"<body>A valid <em>key</em> must be included with each data API request.</body></html>"
)
_DENIED = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
)

_ARCGIS = Words(
    (
        (b'"SQFT_TOT_LIVING"', b'"SQFT_LIVING_TOTAL"'),
        (b'"FIN_SQ_FT"', b'"FINISHED_SQFT"'),
        (b'"SEVTRIBUNAL1"', b'"SEV"'),
    ),
    _ARCGIS_ERROR,
)
_SOCRATA = Words(
    ((b'"pin"', b'"parcel_pin"'),),
    _json({"error": True, "code": "query.execution.failed", "message": "An error occurred"}),
)
_WORDS: Mapping[str, Words] = {
    "/attom": Words(
        ((b'"building"', b'"structure"'),),
        _attom(400, "SuccessWithoutResult"),
        too_many=_attom(429, "Too Many Requests"),
    ),
    "/regrid": Words(
        ((b'"fields":', b'"attributes":'),),
        _json({"status": "error", "message": "Something went wrong"}),
        too_many=_json(_BUSY),
    ),
    "/openaddresses": Words(
        ((b'"job":', b'"run":'), (b'"street":', b'"road":')),
        _json({"status": 500, "message": "Internal Error", "messages": []}),
    ),
    "/county": _ARCGIS,
    "/county/17031": _SOCRATA,
    "/fema": Words(((b'"FLD_ZONE"', b'"FLOOD_ZONE"'),), _ARCGIS_ERROR),
    "/zillow": Words(((b"RegionName", b"Region"),), _DENIED, XML),
    "/bridge": Words(
        ((b'"bundle"', b'"results"'),),
        _json({"success": False, "status": 200, "error": {"code": 500, "message": "Internal server error"}}),
    ),
    "/census": Words(
        ((b'"addressMatches"', b'"matches"'),),
        _json({"result": {"input": {}, "addressMatches": [{"status": _LAYER_ERROR}]}}),
    ),
    "/acs": Words(((b'"B25035_001E"', b'"B25035_1E"'),), _NO_KEY, HTML),
}
_PROVIDER_OF: Mapping[str, str] = {
    **{name: name for name in ("county", "attom", "regrid", "openaddresses", "fema")},
    **dict.fromkeys(("census", "acs"), "census"),
    **dict.fromkeys(("zillow", "bridge"), "zillow"),
}

PROVIDERS = tuple(dict.fromkeys(_PROVIDER_OF.values()))


def provider_of(path: str) -> str | None:
    """Return whose path it is; None for the sandbox's own."""
    return _PROVIDER_OF.get(path.split("/")[1])


def words_of(path: str) -> Words:
    """Return the words of the interface that a provider's `path` belongs to: those of the longest prefix."""
    parts = path.split("/")
    prefixes = ("/".join(parts[:length]) for length in range(len(parts), 1, -1))
    return next(_WORDS[prefix] for prefix in prefixes if prefix in _WORDS)
