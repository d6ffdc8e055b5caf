import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from reos.core.errors import ConflictError
from reos.memos.document import render
from reos.memos.record import Record
from reos.memos.renderer import Renderer


def _unpacked(pdf: bytes) -> bytes:
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(zlib.decompressobj().decompress(stream) for stream in streams)


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as warm:
        yield warm


def test_two_renderings_are_byte_identical_also_by_another_process(renderer: Renderer, record: Record) -> None:
    first, second = render(renderer, record), render(renderer, record)
    with Renderer() as other:
        third = render(other, record)
    digests = {hashlib.sha256(document.content).hexdigest() for document in (first, second, third)}
    assert len(digests) == 1
    assert first.content.startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["record", "bare_record", "crowded_record"])
def test_a_memo_has_two_pages_whatever_is_in_it(renderer: Renderer, name: str, request: pytest.FixtureRequest) -> None:
    document = render(renderer, request.getfixturevalue(name))
    assert document.pages == 2
    assert len(document.content) < 150_000


def test_another_score_is_another_document(renderer: Renderer, record: Record) -> None:
    other = replace(record, score=replace(record.score, score_version=4))
    assert render(renderer, record).content != render(renderer, other).content


def test_the_file_is_dated_by_the_score_and_not_by_the_clock(renderer: Renderer, record: Record) -> None:
    dates = re.findall(rb"/(CreationDate|ModDate) ?\(D:(\d+)\)", _unpacked(render(renderer, record).content))
    assert dates == [(b"CreationDate", b"20261124"), (b"ModDate", b"20261124")]


def test_fonts_are_embedded_and_are_ours(renderer: Renderer, crowded_record: Record) -> None:
    names = re.findall(rb"/BaseFont ?/([^/\s>]+)", _unpacked(render(renderer, crowded_record).content))
    assert names
    assert all(name.split(b"+")[1].startswith(b"Memo") for name in names)


def test_reasons_of_another_score_version_are_refused(renderer: Renderer, record: Record) -> None:
    with pytest.raises(ConflictError):
        render(renderer, replace(record, score=replace(record.score, score=80)))
