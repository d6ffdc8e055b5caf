"""Whatever ATTOM or Regrid send, parsing raises nothing but the taxonomy: leaves dropped, renamed, of other types."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from reos.connectors.attom.client import Attom
from reos.connectors.attom.settings import DATASETS
from reos.connectors.contract import LookupRequest
from reos.connectors.egress import Egress
from reos.connectors.errors import ConnectorError
from reos.connectors.regrid.client import Regrid
from reos.core.clock import SystemClock

HERE = Path(__file__).parent
ATTOM_ANSWERS = [
    json.loads((HERE / "attom" / f"{name}.200.json").read_text())
    for name in ("found", "detail_owner", "assessment", "sales_history", "basic_history", "valuation")
]
REGRID_ANSWER = json.loads((HERE / "regrid" / "found.200.json").read_text())
REQUEST = LookupRequest(UUID(int=7), county_fips="53033", apn="7129300520")
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        ["", "0", "-1", "1e999", "2026-13-45", "0000-00-00", 10**400, [], {}, [[]], [{}], [None], {"a": {}}]
    ),
)


def places(node, path=()):
    """Yield the path of every value inside a JSON document."""
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, value in steps:
        yield (*path, step)
        yield from places(value, (*path, step))


def changed(document, path, how, odd):
    """Return a copy of `document` in which the value at `path` is dropped, has another name, or is `odd`."""
    copy = json.loads(json.dumps(document))
    parent = copy
    for step in path[:-1]:
        parent = parent[step]
    value = parent[path[-1]]
    if how == "odd" or isinstance(parent, list):
        parent[path[-1]] = odd
    else:
        del parent[path[-1]]
        if how == "rename":
            parent[f"{path[-1]}_2"] = value
    return copy


@st.composite
def altered(draw, documents):
    document = draw(st.sampled_from(documents))
    for _ in range(draw(st.integers(1, 4))):
        at = list(places(document))
        if at:
            document = changed(
                document, draw(st.sampled_from(at)), draw(st.sampled_from(["odd", "drop", "rename"])), draw(ODD)
            )
    return document


async def no_wait(_seconds):
    """Stand in for sleeping between retries."""


async def public(_host, _port):
    return ["93.184.216.34"]


def look_up(document, connector, **more):
    """Ask once, answered with `document` throughout."""
    body = json.dumps(document).encode()
    answer = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    clock = SystemClock()
    egress = Egress(clock=clock, resolver=public, transport=lambda: answer, sleep=no_wait)
    client = connector(egress, "https://acme.test/api/v2", "the-secret-key", clock, **more)
    return client, asyncio.run(client.lookup([REQUEST]))


def check(client, result):
    """Every request ends in exactly one of three ways, each call has a cost, kept records parse or say why not."""
    ends = [len(result.records), len(result.not_found), len(result.failed)]
    assert sum(ends) == 1
    assert all(isinstance(error, ConnectorError) for error in result.failed.values())
    assert all(call.cost >= 0 for call in result.calls)
    for record in result.records:
        assert (record.facts is None) == (record.error is not None)
        if record.error is None:
            assert client.facts(record.body, {}) == record.facts


@settings(max_examples=150, deadline=None)
@given(altered(ATTOM_ANSWERS), st.sampled_from(sorted(DATASETS)))
def test_attom_answers_of_any_form_end_in_the_taxonomy(document, source):
    check(*look_up(document, Attom, dataset=DATASETS[source]))


@settings(max_examples=150, deadline=None)
@given(altered([REGRID_ANSWER]))
def test_regrid_answers_of_any_form_end_in_the_taxonomy(document):
    check(*look_up(document, Regrid))
