"""An uploaded file on its way to disk: read as it arrives, kept in a folder of its own, gone after the request."""

import hashlib
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import BinaryIO

import anyio.to_thread
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, Json, ValidationError, model_validator
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from reos.core.errors import InvalidInputError

PATH = "/v1/properties/import"
_MAX_FIELDS, _MAX_FIELD_BYTES = 10, 1 << 18
_LONGEST_NAME = 120
_UNFIT = re.compile(r"[^\w. ()+-]")


class ImportForm(BaseModel):
    """The fields beside the file."""

    model_config = ConfigDict(extra="forbid")

    profile: str | None = Field(default=None, pattern=r"^[a-z0-9-]{1,80}$", description="A profile of the platform.")
    mapping: Json[dict[str, object]] | None = Field(
        default=None, description="A profile of your own as JSON, such as a proposal's `profile`."
    )
    constants: Json[dict[str, str]] = Field(
        default={}, description='Values that every row has, for a proposal: `{"county_fips": "53033"}`.'
    )
    dry_run: bool = Field(default=False, description="Read and report only; commit or discard it afterwards.")
    logical_date: date | None = Field(default=None, description="The day of which the file speaks; default today.")

    @model_validator(mode="after")
    def _one_reading(self) -> "ImportForm":
        if self.profile is not None and self.mapping is not None:
            raise ValueError("give `profile` or `mapping`, not both")
        return self


@dataclass(frozen=True)
class Upload:
    """A file that was received, with its fields."""

    path: Path
    form: ImportForm

    def digest(self) -> bytes:
        """Return SHA-256 of the file and the fields."""
        with self.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        digest.update(self.form.model_dump_json().encode())
        return digest.digest()


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[Upload]:
    """Receive the form of the request; `InvalidInputError` when it is none or lacks its file."""
    try:
        context = request.form(max_files=1, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES)
        async with context as form:
            with tempfile.TemporaryDirectory(prefix="reos-upload-") as folder:
                file, fields = _parts(form)
                path = Path(folder) / _safe_name(file.filename or "")
                await anyio.to_thread.run_sync(partial(_keep, file.file, path))
                yield Upload(path, fields)
    except HTTPException as error:
        if error.status_code != HTTPException(400).status_code:
            raise
        raise InvalidInputError(f"The form cannot be read: {error.detail}.", remedy=_REMEDY) from error


_REMEDY = "Send multipart/form-data with one `file` and fields such as `profile` and `dry_run`."


def _parts(form: FormData) -> tuple[UploadFile, ImportForm]:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise InvalidInputError("No file was sent.", remedy=_REMEDY)
    return file, _fields({name: value for name, value in form.multi_items() if name != "file"})


def _fields(values: Mapping[str, object]) -> ImportForm:
    try:
        return ImportForm.model_validate(values)
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'form'}: {each['msg']}" for each in error.errors())
        raise InvalidInputError(f"The form is not valid: {said}.", remedy=_REMEDY) from error


def _safe_name(name: str) -> str:
    """Return the last part of a file's name, fit for our disk."""
    last = _UNFIT.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")
    return last[-_LONGEST_NAME:] or "upload"


def _keep(file: BinaryIO, path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(file, target, 1 << 20)
