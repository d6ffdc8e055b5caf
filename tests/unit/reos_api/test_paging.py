import pytest

from reos.core.errors import InvalidInputError
from reos_api.paging import decode_cursor, encode_cursor


def test_a_cursor_comes_back_as_it_went_and_is_safe_in_a_url() -> None:
    cursor = encode_cursor("updated_at", "2026-11-24 12:00:00.123456+00", "0199f0c2")
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert decode_cursor(cursor, "updated_at", 2) == ("2026-11-24 12:00:00.123456+00", "0199f0c2")


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "bnVsbA", "WzFd", "ä", encode_cursor("score", "1"), "A" * 300])
def test_what_is_no_cursor_of_ours_is_refused_with_the_remedy(cursor: str) -> None:
    with pytest.raises(InvalidInputError, match="not one of ours") as refused:
        decode_cursor(cursor, "score", 2)
    assert "next_cursor" in str(refused.value.remedy)


def test_a_cursor_of_another_order_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="sorted by score, not by updated_at"):
        decode_cursor(encode_cursor("score", "80", "id"), "updated_at", 2)
