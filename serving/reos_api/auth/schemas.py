"""Requests and answers of `/v1/auth`."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr

from reos.identity.passwords import MAX_BYTES
from reos_api.models import AnswerModel, RequestModel


def _short_enough(password: SecretStr) -> SecretStr:
    if len(password.get_secret_value().encode()) > MAX_BYTES:
        raise ValueError(f"a password has at most {MAX_BYTES} bytes")
    return password


Password = Annotated[SecretStr, Field(min_length=1), AfterValidator(_short_enough)]


class Credentials(RequestModel):
    """E-mail and password, and the tenant when the address belongs to several."""

    email: str = Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$", examples=["ana@demo.example"])
    password: Password = Field(examples=["correct horse battery staple"])
    tenant: str | None = Field(default=None, max_length=100, description="The tenant's slug.", examples=["demo"])


class RefreshRequest(RequestModel):
    """The refresh token that is to be replaced."""

    refresh_token: str = Field(min_length=1, max_length=2000, examples=["<tenant>.<secret>"])


class TokenPair(AnswerModel):
    """An access token for the next half hour and a refresh token, good once, for the next seven days."""

    access_token: str = Field(description="JWT; send it as `Authorization: Bearer`.")
    refresh_token: str = Field(description="Opaque; each refresh replaces it.")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 (RFC 6750)
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[1800])
    refresh_expires_in: int = Field(description="Seconds until the refresh token expires.", examples=[604800])


class Me(AnswerModel):
    """The signed-in user, their tenant, and what their role permits."""

    user_id: UUID
    email: str = Field(examples=["ana@demo.example"])
    role: str = Field(examples=["Analyst"])
    tenant_id: UUID
    tenant_slug: str = Field(examples=["demo"])
    tenant_name: str = Field(examples=["Demo"])
    permissions: list[str] = Field(examples=[["properties:read", "timeline:read"]])
