"""Base models: requests refuse what they do not know, answers document the bytes that PostgreSQL builds."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator


class RequestModel(BaseModel):
    """A request body: unknown members are an error, and "1" is not 1."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: object) -> object:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("text may not hold the character NUL")
        return value


class AnswerModel(BaseModel):
    """An answer: every member is always present, null when unknown."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


NextCursor = Annotated[
    str | None, Field(description="Pass as `cursor` for the next page; null on the last one.", examples=[None])
]
