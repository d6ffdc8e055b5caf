import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from reos.connectors.attom.settings import SPEC
from reos.connectors.contract import LookupRequest, PropertyFacts
from reos.connectors.errors import ProviderUnavailableError, RecordNotFoundError, SchemaDriftError
from reos.connectors.identity import Named
from reos.connectors.paid_lookup import Answer, PaidSource, choose
from reos.core.clock import FixedClock

CLOCK = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))
REQUEST = LookupRequest(UUID(int=7), county_fips="53033", apn="7129300520")
QUESTIONS = [{"q": "1"}, {"q": "2"}, {"q": "3"}]
PRICE = 80_000


def not_found(billed=0):
    return RecordNotFoundError("Nothing.", provider="attom", http_status=400, billed=billed)


def lookup(*outcomes, read=lambda _body: PropertyFacts(beds=3)):
    """Look up with one outcome a question, an `Answer` or an error; return the result and the questions asked."""
    asked, waiting = [], list(outcomes)

    async def fetch(_request, question):
        asked.append(question["q"])
        outcome = waiting.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    result = asyncio.run(PaidSource(SPEC, CLOCK, fetch, read).lookup(REQUEST, QUESTIONS))
    return result, asked


def test_questions_are_asked_until_one_is_answered():
    result, asked = lookup(not_found(), Answer({"a": 1}))
    assert asked == ["1", "2"]
    assert [(call.outcome, call.cost) for call in result.calls] == [("not_found", 0), ("ok", PRICE)]
    assert (len(result.records), result.not_found, result.failed) == (1, [], {})
    assert len({call.request_hash for call in result.calls}) == 2


def test_after_a_failure_no_further_question_is_asked():
    down = ProviderUnavailableError("Down.", provider="attom", http_status=500)
    result, asked = lookup(down)
    assert (asked, result.failed, result.calls[0].cost) == (["1"], {REQUEST.property_id: down}, 0)


def test_after_an_answer_that_cost_something_no_further_question_is_asked():
    result, asked = lookup(not_found(billed=2))
    assert (asked, result.not_found, result.calls[0].cost) == (["1"], [REQUEST.property_id], 2 * PRICE)


def test_when_every_question_is_unknown_the_property_is():
    result, asked = lookup(not_found(), not_found(), not_found())
    assert (asked, result.not_found, len(result.calls)) == (["1", "2", "3"], [REQUEST.property_id], 3)


def test_every_record_of_an_answer_is_paid_for():
    result, _ = lookup(Answer({"a": 1}, billed=3))
    assert (result.records[0].cost, result.calls[0].cost, result.calls[0].records) == (3 * PRICE, 3 * PRICE, 1)


def test_a_record_that_does_not_parse_is_kept_and_paid_for():
    drift = SchemaDriftError.of_record("Odd.", provider="attom")

    def read(_body):
        raise drift

    result, _ = lookup(Answer({"a": 1}), read=read)
    assert (result.records[0].facts, result.records[0].error, result.failed) == (None, drift, {})
    assert (result.calls[0].outcome, result.calls[0].cost, result.calls[0].records) == ("schema_drift", PRICE, 1)


def about(body):
    if "drift" in body:
        raise SchemaDriftError("Odd.", provider="attom")
    return Named(**body)


RIGHT, WRONG = {"county_fips": "53033"}, {"county_fips": "53061"}


def test_the_first_record_about_the_property_is_chosen_and_all_are_billed():
    assert choose(SPEC, REQUEST, [WRONG, RIGHT, RIGHT], about) == Answer(RIGHT, 3)


def test_records_about_others_are_not_found_but_billed():
    with pytest.raises(RecordNotFoundError, match="county 53061 instead of 53033") as wrong:
        choose(SPEC, REQUEST, [WRONG, WRONG], about)
    assert wrong.value.billed == 2
    with pytest.raises(RecordNotFoundError, match="no such property") as nothing:
        choose(SPEC, REQUEST, [], about)
    assert nothing.value.billed == 0


def test_a_record_whose_identity_cannot_be_read_is_taken_to_be_kept():
    assert choose(SPEC, REQUEST, [{"drift": 1}], about) == Answer({"drift": 1}, 1)


def test_a_record_that_says_nothing_of_itself_is_drift_and_billed():
    with pytest.raises(SchemaDriftError, match="does not say what it is about") as silent:
        choose(SPEC, REQUEST, [{}], about)
    assert (silent.value.billed, silent.value.provider_wide) == (1, True)


def test_a_field_that_nobody_has_declared_is_told_once_and_the_record_is_read():
    async def fetch(_request, _question):
        return Answer({"new": 1})

    source = PaidSource(SPEC, CLOCK, fetch, lambda _body: PropertyFacts(beds=3), frozenset)
    with capture_logs() as logs:
        results = [asyncio.run(source.lookup(REQUEST, QUESTIONS)) for _ in range(2)]
    assert [result.records[0].facts for result in results] == [PropertyFacts(beds=3)] * 2
    assert [line["fields"] for line in logs if line["event"] == "fields_undeclared"] == [["new"]]
