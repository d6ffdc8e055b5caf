"""Answers of the health routes."""

from typing import Literal

from pydantic import Field

from reos_api.models import AnswerModel


class Health(AnswerModel):
    """Up."""

    status: Literal["ok"] = "ok"


class DatabaseHealth(AnswerModel):
    """The database, as this process sees it."""

    status: Literal["ok"] = "ok"
    server_version: str = Field(examples=["18.6"])
    role: str = Field(examples=["reos_app"])
    warehouse: bool = Field(description="False until dbt has built the marts once: reads of properties then say 503.")
    connections_idle: int
    connections_open: int


class CacheHealth(AnswerModel):
    """Redis: `ok`, `down` (slower, nothing breaks) or `off` (not configured)."""

    status: Literal["ok", "down", "off"]
