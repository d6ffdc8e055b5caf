"""Settings of the API process alone, from `REOS_API_*`; everything shared is in `reos.core.settings`."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from reos.identity.passwords import MIN_ROUNDS


class ApiSettings(BaseSettings):
    """Limits and times of the API; the defaults are production's."""

    model_config = SettingsConfigDict(env_prefix="REOS_API_", extra="ignore", frozen=True)

    testing: bool = False  # allows cheap password hashes
    bcrypt_rounds: int = MIN_ROUNDS
    lockout_failures: int = Field(default=5, ge=1)
    lockout_minutes: int = Field(default=15, ge=1)
    session_check_seconds: float = 5.0  # a logout, a new role or a disabled user takes effect everywhere within this

    read_connections: int = 10
    write_connections: int = 5
    pool_timeout_seconds: float = 5.0
    statement_timeout_seconds: float = 15.0

    body_limit_bytes: int = 1_048_576

    stream_poll_seconds: float = 1.0
    stream_heartbeat_seconds: float = 15.0
    stream_lifetime_seconds: float = 900.0
    stream_clients: int = 2_000
    stream_buffer: int = 1_000  # events a client may lag before it has to catch up from the log

    @model_validator(mode="after")
    def _hashes_are_costly(self) -> Self:
        if self.bcrypt_rounds < MIN_ROUNDS and not self.testing:
            raise ValueError(f"REOS_API_BCRYPT_ROUNDS must be {MIN_ROUNDS} or more")
        return self
