import logging

import pytest

from reos.connectors.redaction import RedactingFilter, quieten_http_libraries, redact

SECRET = "s3cr3t-k3y/+="


@pytest.mark.parametrize(
    "text",
    [
        "GET https://api.test/v1?token=s3cr3t-k3y&x=1",
        "https://api.test/v1?x=1&access_token=s3cr3t-k3y",
        "https://api.test/v1?apikey=s3cr3t-k3y#frag",
        "https://api.test/v1?API_KEY=s3cr3t-k3y",
        "https://api.test/v1?api-key=s3cr3t-k3y",
        "https://api.test/v1?%24%24app_token=s3cr3t-k3y",
        "https://me:s3cr3t-k3y@api.test/v1",
        "postgresql://reos:s3cr3t-k3y@db/reos",
        "{'apikey': 's3cr3t-k3y', 'accept': 'json'}",
        'Authorization: Bearer s3cr3t-k3y"',
        "X-App-Token: s3cr3t-k3y",
    ],
)
def test_secrets_are_found_by_where_they_stand(text: str) -> None:
    shown = redact(text)
    assert "s3cr3t" not in shown
    assert "[redacted]" in shown


def test_known_secrets_are_masked_wherever_they_stand_and_however_they_are_quoted() -> None:
    text = f"key {SECRET} and s3cr3t-k3y%2F%2B%3D said the server"
    assert redact(text, [SECRET]) == "key [redacted] and [redacted] said the server"


def test_text_without_secrets_stays_as_it_is() -> None:
    text = "POST https://api.test/v1?fips=53033&apn=7129300520 gave 200"
    assert redact(text, ["", "abc"]) == text


def test_the_filter_rewrites_the_line_of_a_library_and_keeps_it() -> None:
    record = logging.LogRecord("httpx", logging.INFO, "x.py", 1, "HTTP %s", ("https://a.test/?token=s3cr3t",), None)
    assert RedactingFilter().filter(record)
    assert record.getMessage() == "HTTP https://a.test/?token=[redacted]"


def test_quietening_twice_adds_one_filter() -> None:
    quieten_http_libraries()
    quieten_http_libraries()
    filters = [each for each in logging.getLogger("httpx").filters if isinstance(each, RedactingFilter)]
    assert len(filters) == 1
    assert not logging.getLogger("httpcore.connection").isEnabledFor(logging.DEBUG)
