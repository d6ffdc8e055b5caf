import pytest

from reos.connectors.errors import SchemaDriftError
from reos.connectors.field_map import FieldMap, leaves, read_field_map
from reos.core.errors import ConfigurationError

KNOWN = FieldMap.model_validate(
    {
        "facts": {
            "beds": {"paths": ["rooms.beds", "beds"], "read": "whole"},
            "owner_name": {"paths": ["who.full"], "joined": [["who.last", "who.first"], ["who.care"]], "read": "text"},
            "owner_occupied": {"paths": ["who.status"], "codes": "status"},
        },
        "checked": ["id"],
        "ignored": ["lot", "who.age"],
        "aliases": {"owner": "who"},
        "codes": {"status": {"O": True, "A": False, "S": None}},
    }
)


def read(body, *names):
    return KNOWN.values(leaves(body, KNOWN), names, "acme")


def test_the_first_path_with_a_value_wins():
    assert read({"Rooms": {"BEDS": "3"}, "beds": 4}, "beds") == {"beds": 3}
    assert read({"rooms": {"beds": 0}, "beds": 4}, "beds") == {"beds": 4}
    assert read({}, "beds") == {"beds": None}


def test_texts_are_joined_where_no_path_has_a_value():
    body = {"who": {"last": "DOE ", "first": " JANE", "care": "c/o ROE"}}
    assert read(body, "owner_name") == {"owner_name": "DOE JANE, c/o ROE"}
    assert read({"who": {"full": "JANE DOE", "last": "DOE"}}, "owner_name") == {"owner_name": "JANE DOE"}
    assert read({"who": {"care": " "}}, "owner_name") == {"owner_name": None}


def test_a_section_may_be_in_another_place():
    assert read({"Owner": {"last": "DOE"}}, "owner_name") == {"owner_name": "DOE"}
    assert leaves({"owner": {"last": "A"}, "who": {"last": "B"}}, KNOWN) == {"who.last": "B"}


def test_only_what_is_asked_for_and_mapped_is_read():
    assert read({"who": {"status": "?"}, "beds": 1}, "beds", "zoning") == {"beds": 1}


@pytest.mark.parametrize(
    ("body", "name", "named"),
    [
        ({"who": {"status": "Z"}}, "owner_occupied", "acme, who.status: unknown code 'Z'"),
        ({"beds": "few"}, "beds", "acme, beds: expected a number"),
        ({"who": {"last": 5}}, "owner_name", "acme, who.last: expected text"),
        ({"beds": 10**400}, "beds", "acme, beds"),
    ],
)
def test_what_does_not_fit_is_drift_of_the_record_and_named(body, name, named):
    with pytest.raises(SchemaDriftError, match=named) as drift:
        read(body, name)
    assert not drift.value.provider_wide


def test_what_is_neither_read_nor_ignored_is_news():
    body = {"id": 1, "Lot": {"size": {"acres": 2}}, "who": {"age": 9, "agent": "x"}, "lots": 3, "empty": None}
    assert KNOWN.undeclared(leaves(body, KNOWN)) == {"who.agent", "lots"}
    assert KNOWN.sections == {"rooms", "beds", "who", "owner", "id", "lot"}


def test_an_answer_may_nest_deeper_than_the_stack():
    deep = {}
    for _ in range(50_000):
        deep = {"a": deep}
    deep = {"a": deep, "beds": 2}
    assert leaves(deep, KNOWN) == {"beds": 2}


@pytest.mark.parametrize(
    "text",
    [
        "facts: [",
        "facts: 3",
        "{facts: {colour: {paths: [a.b], read: text}}}",
        "{facts: {beds: {paths: [a.b], read: guess}}}",
        "{facts: {beds: {paths: [a.b], codes: lost}}}",
        "{facts: {beds: {paths: [a.b]}}}",
        "{facts: {beds: {paths: [a.b], read: whole, codes: lost}}, codes: {lost: {}}}",
    ],
)
def test_a_malformed_map_is_refused_with_its_name(tmp_path, text):
    path = tmp_path / "fields.yml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"fields\.yml"):
        read_field_map(path, FieldMap)
