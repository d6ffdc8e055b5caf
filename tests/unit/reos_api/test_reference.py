import re

import httpx
import pytest

from reos_api.openapi import describe
from reos_api.reference import prose, sections, shape

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_the_page_shows_every_operation_and_every_link_leads_somewhere() -> None:
    app = describe()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://api.test") as client:
        page = await client.get("/docs")
        style = await client.get("/docs/style.css")
    ids = {operation["operationId"] for path in app.openapi()["paths"].values() for operation in path.values()}
    anchors = set(re.findall(r'id="([^"]+)"', page.text))
    assert ids <= anchors
    linked = {name for name in re.findall(r'href="#([^"]+)"', page.text) if not name.startswith("schema-")}
    assert linked == ids
    assert (page.headers["content-type"], style.headers["content-type"]) == (
        "text/html; charset=utf-8",
        "text/css; charset=utf-8",
    )


async def test_the_page_runs_no_script_and_loads_nothing_from_elsewhere() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=describe()), base_url="http://api.test") as client:
        page = (await client.get("/docs")).text
    assert "<script" not in page
    assert "<style" not in page
    assert " style=" not in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_every_operation_is_in_exactly_one_section() -> None:
    document = describe().openapi()
    shown = [each["operationId"] for section in sections(document) for each in section["operations"]]
    assert len(shown) == len(set(shown)) == sum(map(len, document["paths"].values()))


def test_prose_marks_up_code_and_emphasis_and_escapes_the_rest() -> None:
    assert prose("**Do** `x < y` & go\n\n<b>") == (
        "<p><strong>Do</strong> <code>x &lt; y</code> &amp; go</p><p>&lt;b&gt;</p>"
    )


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": "#/components/schemas/Memo"}, "Memo"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null"),
        ({"type": "array", "items": {"type": "string", "format": "uuid"}}, "list of uuid"),
        ({}, "value"),
    ],
)
def test_a_type_is_named_in_a_few_words(schema: dict[str, object], words: str) -> None:
    assert shape(schema) == words
