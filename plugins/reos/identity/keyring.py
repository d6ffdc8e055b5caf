"""The signing keys. The first one signs, all of them verify, so a key is changed without signing anybody out."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reos.core.errors import ConfigurationError

MIN_SECRET_BYTES = 32


@dataclass(frozen=True)
class KeyRing:
    """Secrets by key id (`kid`), in the order of the setting."""

    secrets: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Read `{"kid": "secret"}`; `ConfigurationError` when it is not that or a secret has under 32 bytes."""
        try:
            entries = json.loads(text)
        except json.JSONDecodeError:
            entries = None
        if not isinstance(entries, dict) or not entries or not all(isinstance(v, str) for v in entries.values()):
            raise _misconfigured("REOS_JWT_KEYS is not a JSON object of key ids and secrets.")
        weak = [kid for kid, secret in entries.items() if len(secret.encode()) < MIN_SECRET_BYTES]
        if weak:
            raise _misconfigured(f"REOS_JWT_KEYS: shorter than {MIN_SECRET_BYTES} bytes: {', '.join(weak)}.")
        return cls({kid: secret.encode() for kid, secret in entries.items()})

    @property
    def signing(self) -> tuple[str, bytes]:
        """The key id and secret that sign."""
        return next(iter(self.secrets.items()))

    def derive(self, purpose: str, message: bytes) -> Iterator[bytes]:
        """Yield HMAC-SHA256 of `message` under each key, first the signing one; `purpose` separates the uses."""
        for secret in self.secrets.values():
            subkey = hmac.digest(secret, purpose.encode(), hashlib.sha256)
            yield hmac.digest(subkey, message, hashlib.sha256)


def _misconfigured(detail: str) -> ConfigurationError:
    return ConfigurationError(detail, remedy='Set it to {"<kid>": "<secret>"}; `openssl rand -base64 48` makes one.')
