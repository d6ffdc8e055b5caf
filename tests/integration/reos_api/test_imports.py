"""Files of leads over HTTP: proposed, previewed, imported, undone, and refused in words."""

import csv
import gzip
import json
from io import StringIO
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from reos_api.app import create_app
from reos_api.settings import ApiSettings

if TYPE_CHECKING:
    from tests.integration.reos_api.conftest import SignIn, World

pytestmark = pytest.mark.anyio

HEADER = "apn,county_fips,address,city,state,zip,owner\n"
GOOD = "7129300520,53033,1201 Aurora Ave N,Seattle,WA,98103,Ann\n"
OTHER = "7129300530,53033,1203 Aurora Ave N,Seattle,WA,98103,=1+1\n"
BAD = ",,nowhere at all,,,,@SUM(A1)\n"
ASSESSOR = "PARCELID,SITUSADDR,SITUSCITY,ST,POSTCODE\n7129300520,1201 Aurora Ave N,Seattle,WA,98103\n"


@pytest.fixture
async def headers(sign_in: "SignIn") -> dict[str, str]:
    return await sign_in()


async def send(
    client: httpx.AsyncClient,
    headers: dict[str, str],
    content: str | bytes,
    *,
    name: str = "leads.csv",
    **fields: object,
) -> httpx.Response:
    form = {field: value if isinstance(value, str) else json.dumps(value) for field, value in fields.items()}
    files = {"file": (name, content if isinstance(content, bytes) else content.encode())}
    return await client.post("/v1/properties/import", headers=headers, data=form, files=files)


def count(world: "World", table: str) -> int:
    with world.database.connect("superuser") as conn:
        return conn.execute(f"select from {table}").rowcount


async def imported(
    client: httpx.AsyncClient, headers: dict[str, str], content: str, **fields: object
) -> dict[str, Any]:
    answer = await send(client, headers, content, profile="generic", **fields)
    assert answer.status_code == 201, answer.text
    report: dict[str, Any] = answer.json()["report"]
    return report


async def test_good_rows_become_properties_and_bad_ones_are_counted(
    client: httpx.AsyncClient, headers: dict[str, str], world: "World"
) -> None:
    answer = await send(client, headers, HEADER + GOOD + BAD, profile="generic")
    assert (answer.status_code, answer.json()["outcome"]) == (201, "imported")
    batch = answer.json()["report"]["batch"]
    assert (batch["status"], batch["rows"], batch["created"], batch["rejected"]) == ("done", 2, 1, 1)
    assert (batch["file_name"], batch["profile"]) == ("leads.csv", "generic")
    assert count(world, "app.property") == 1
    assert count(world, "app.event_log") == 1


async def test_the_same_file_again_is_the_same_import(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    first = await imported(client, headers, HEADER + GOOD)
    again = await send(client, headers, HEADER + GOOD, profile="generic", name="renamed.csv")
    assert (again.status_code, again.json()["report"]["batch"]["batch_id"]) == (200, first["batch"]["batch_id"])


@pytest.mark.parametrize("name", ["leads.ndjson", "leads.ndjson.gz"])
async def test_other_forms_are_read_too(client: httpx.AsyncClient, headers: dict[str, str], name: str) -> None:
    content = json.dumps({"apn": "7129300520", "county_fips": "53033"}).encode()
    packed = gzip.compress(content) if name.endswith(".gz") else content
    answer = await send(client, headers, packed, profile="generic", name=name)
    assert answer.json()["report"]["batch"]["created"] == 1


async def test_without_a_profile_a_mapping_is_proposed_and_nothing_is_stored(
    client: httpx.AsyncClient, headers: dict[str, str], world: "World"
) -> None:
    answer = await send(client, headers, ASSESSOR)
    assert (answer.status_code, answer.json()["outcome"], answer.json()["report"]) == (200, "proposed", None)
    proposal = answer.json()["proposal"]
    assert [(line["columns"], line["to"]) for line in proposal["columns"]] == [
        (["PARCELID"], "apn"), (["SITUSADDR"], "address"), (["SITUSCITY"], "city"), (["ST"], "state"),
        (["POSTCODE"], "zip5"),
    ]  # fmt: skip
    assert "county" in proposal["remarks"][0]
    assert count(world, "app.import_batch") == 0


async def test_a_proposal_sent_back_as_mapping_imports(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    proposal = (await send(client, headers, ASSESSOR, constants={"county_fips": "53033"})).json()["proposal"]
    assert proposal["remarks"] == []
    answer = await send(client, headers, ASSESSOR, mapping=proposal["profile"])
    assert (answer.status_code, answer.json()["report"]["batch"]["created"]) == (201, 1)
    again = await send(client, headers, ASSESSOR, mapping=proposal["profile"])
    assert again.status_code == 200
    other = await send(client, headers, ASSESSOR, mapping={**proposal["profile"], "licence": "CC0-1.0"})
    assert other.status_code == 201


REFUSED: dict[str, tuple[bytes, dict[str, object], str]] = {
    "an unknown profile": (b"apn\n1\n", {"profile": "nope"}, "There is no import profile 'nope'"),
    "a profile that is a path": (b"apn\n1\n", {"profile": "../x.yml"}, "profile"),
    "profile and mapping": (b"apn\n1\n", {"profile": "generic", "mapping": {}}, "not both"),
    "a mapping that is none": (b"apn\n1\n", {"mapping": {"name": "x"}}, "not well formed"),
    "a mapping that is no JSON": (b"apn\n1\n", {"mapping": "{"}, "mapping"),
    "an unknown field": (b"apn\n1\n", {"profile": "generic", "foo": "1"}, "foo"),
    "an empty file": (b"", {"profile": "generic"}, "leads.csv is empty"),
    "a PDF": (b"%PDF-1.7", {"profile": "generic"}, "a PDF"),
    "the wrong profile": (b"address\n1 Main St\n", {"profile": "king-county"}, "does not fit the profile"),
    "nothing to propose": (b"shoe,size\n1,2\n", {}, "No column of leads.csv"),
}


async def test_what_cannot_be_imported_is_refused_in_words_and_nothing_is_stored(
    client: httpx.AsyncClient, headers: dict[str, str], world: "World"
) -> None:
    for name, (content, fields, reason) in REFUSED.items():
        answer = await send(client, headers, content, **fields)
        assert (name, answer.status_code) == (name, 422)
        assert reason in answer.json()["detail"], name
        assert answer.json()["remedy"], name
    assert [count(world, table) for table in ("app.import_batch", "app.property")] == [0, 0]


async def test_what_is_no_form_with_a_file_is_refused(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    url = "/v1/properties/import"
    multipart = {**headers, "content-type": "multipart/form-data; boundary=x"}
    answers = [
        await client.post(url, headers=headers, json={"file": "x"}),
        await client.post(url, headers=headers, data={"profile": "generic"}),
        await client.post(url, headers=multipart, content=b"--x\r\nnonsense"),
        await client.post(url, headers=headers, files=[("file", ("a", b"x")), ("file", ("b", b"y"))]),
    ]
    assert [answer.status_code for answer in answers] == [422] * 4
    assert all("multipart/form-data" in answer.json()["remedy"] for answer in answers)


async def test_a_file_name_is_not_a_path(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await send(client, headers, HEADER + GOOD, profile="generic", name="../../etc/cron.d/x\u202egnp.csv")
    assert answer.json()["report"]["batch"]["file_name"] == "x_gnp.csv"


async def test_a_file_over_the_limit_is_refused_with_another_way_in(world: "World", sign_in: "SignIn") -> None:
    settings = world.settings.model_copy(update={"import_upload_max_bytes": 1000})
    app: FastAPI = create_app(settings, ApiSettings(testing=True, bcrypt_rounds=4), clock=world.clock)
    headers = await sign_in()
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            answer = await send(client, headers, HEADER + GOOD * 40_000, profile="generic")
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")
    assert "reos import" in answer.json()["detail"]
    assert "drop folder" in answer.json()["detail"]
    assert count(world, "app.import_batch") == 0


async def test_a_key_makes_an_upload_happen_once(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    keyed = {**headers, "idempotency-key": "k"}
    first = await send(client, keyed, HEADER + GOOD, profile="generic")
    again = await send(client, keyed, HEADER + GOOD, profile="generic")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    other = await send(client, keyed, HEADER + OTHER, profile="generic")
    assert (other.status_code, "another request" in other.json()["detail"]) == (422, True)


async def test_a_dry_run_writes_no_property_until_it_is_committed(
    client: httpx.AsyncClient, headers: dict[str, str], world: "World"
) -> None:
    report = await imported(client, headers, HEADER + GOOD + OTHER + GOOD + BAD, dry_run=True)
    preview, batch_id = report["preview"], report["batch"]["batch_id"]
    assert ("attom", 2) in [(cost["provider"], cost["properties"]) for cost in preview["costs"]]
    assert preview["cost_microusd"] > 0
    assert (report["batch"]["status"], preview["new"], preview["duplicate"], preview["invalid"]) == ("staged", 2, 1, 1)
    assert [(row["line"], row["kind"]) for row in preview["rejected"]] == [(4, "duplicate"), (5, "invalid")]
    assert [count(world, table) for table in ("app.property", "app.event_log")] == [0, 0]
    shown = await client.get(f"/v1/imports/{batch_id}", headers=headers)
    assert shown.json() == report
    done = await client.post(f"/v1/imports/{batch_id}/commit", headers=headers)
    assert (done.status_code, done.json()["batch"]["status"], done.json()["preview"]) == (200, "done", None)
    assert [count(world, table) for table in ("app.property", "app.event_log")] == [2, 2]
    assert (await client.post(f"/v1/imports/{batch_id}/commit", headers=headers)).status_code == 200


async def test_a_dry_run_may_be_discarded(client: httpx.AsyncClient, headers: dict[str, str], world: "World") -> None:
    report = await imported(client, headers, HEADER + GOOD, dry_run=True)
    url = f"/v1/imports/{report['batch']['batch_id']}"
    discarded = await client.delete(url, headers=headers)
    assert (discarded.status_code, discarded.json()["batch"]["status"]) == (200, "discarded")
    assert (await client.post(f"{url}/commit", headers=headers)).status_code == 409
    assert count(world, "app.property") == 0
    await imported(client, headers, HEADER + GOOD)


async def test_an_import_is_undone(client: httpx.AsyncClient, headers: dict[str, str], world: "World") -> None:
    report = await imported(client, headers, HEADER + GOOD + OTHER)
    url = f"/v1/imports/{report['batch']['batch_id']}"
    undone = await client.post(f"{url}/undo", headers={**headers, "idempotency-key": "k"})
    assert (undone.status_code, undone.json()["properties_removed"], undone.json()["kept_count"]) == (200, 2, 0)
    assert undone.json()["batch"]["status"] == "undone"
    replayed = await client.post(f"{url}/undo", headers={**headers, "idempotency-key": "k"})
    assert replayed.content == undone.content
    again = await client.post(f"{url}/undo", headers=headers)
    assert (again.status_code, again.json()["batch"]["undone_at"]) == (200, undone.json()["batch"]["undone_at"])
    assert count(world, "app.property where deleted_at is null") == 0


async def test_imports_are_listed_newest_first_by_pages(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    made = [await imported(client, headers, HEADER + row) for row in (GOOD, OTHER, GOOD + OTHER)]
    newest_first = [report["batch"]["batch_id"] for report in reversed(made)]
    listed: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/imports", headers=headers, params=params)).json()
        listed += [batch["batch_id"] for batch in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert listed == newest_first


async def test_refused_rows_are_listed_and_downloaded_safe_for_a_spreadsheet(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    report = await imported(client, headers, HEADER + BAD + GOOD + BAD)
    url = f"/v1/imports/{report['batch']['batch_id']}/rejections"
    first = (await client.get(url, headers=headers, params={"limit": 1})).json()
    rest = (await client.get(url, headers=headers, params={"cursor": first["next_cursor"]})).json()
    assert [row["line"] for row in first["items"] + rest["items"]] == [2, 4]
    assert rest["next_cursor"] is None
    assert first["items"][0]["row_data"]["owner"] == "@SUM(A1)"
    download = await client.get(f"{url}.csv", headers=headers)
    assert download.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(StringIO(download.text)))
    assert [(row["line"], row["kind"], row["owner"]) for row in rows] == [
        ("2", "invalid", "'@SUM(A1)"), ("4", "invalid", "'@SUM(A1)"),
    ]  # fmt: skip


async def test_an_export_before_the_warehouse_is_built_is_a_problem(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.get("/v1/properties/export", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")


async def test_another_tenants_import_is_not_found(client: httpx.AsyncClient, sign_in: "SignIn") -> None:
    report = await imported(client, await sign_in(tenant="north"), HEADER + GOOD, dry_run=True)
    south = await sign_in(tenant="south")
    url = f"/v1/imports/{report['batch']['batch_id']}"
    answers = [
        await client.get(url, headers=south),
        await client.get(f"{url}/rejections", headers=south),
        await client.get(f"{url}/rejections.csv", headers=south),
        await client.post(f"{url}/commit", headers=south),
        await client.post(f"{url}/undo", headers=south),
        await client.delete(url, headers=south),
        await client.get(f"/v1/imports/{uuid4()}", headers=south),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert (await client.get("/v1/imports", headers=south)).json()["items"] == []


async def test_cursors_that_are_not_ours_are_refused(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    report = await imported(client, headers, HEADER + GOOD)
    for url in ("/v1/imports", f"/v1/imports/{report['batch']['batch_id']}/rejections"):
        for cursor in ("x", "WyJiYXRjaCIsIngiXQ", "WyJsaW5lIiwieCJd"):
            answer = await client.get(url, headers=headers, params={"cursor": cursor})
            assert (url, answer.status_code) == (url, 422)


async def test_a_server_without_the_pipelines_role_takes_no_imports(world: "World", sign_in: "SignIn") -> None:
    settings = world.settings.model_copy(update={"db_pipeline_url": None})
    app: FastAPI = create_app(settings, ApiSettings(testing=True, bcrypt_rounds=4), clock=world.clock)
    headers = await sign_in()
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            answer = await send(client, headers, HEADER + GOOD, profile="generic")
    assert (answer.status_code, "drop folder" in answer.json()["remedy"]) == (503, True)
