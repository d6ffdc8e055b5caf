import pytest

from reos.memos.fetcher import FontsOnly, ForbiddenResourceError
from reos.memos.layout import Layout, LayoutError
from reos.memos.typeface import FONTS


@pytest.mark.parametrize("name", FONTS)
def test_the_fonts_are_served(name: str) -> None:
    response = FontsOnly().fetch(f"memo-font:{name}")
    assert response.read(4) == b"OTTO"
    response.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x.png",
        "https://example.com/x.css",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "ftp://example.com/x",
        "memo-font:OFL.txt",
        "memo-font:../assets/memo.css",
        "HKGrotesk-Bold.otf",
        "",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenResourceError):
        FontsOnly().fetch(url)


@pytest.mark.parametrize(
    "body",
    [
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="file:///etc/passwd">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<style>@import "http://127.0.0.1:9/x.css";</style>',
        '<p style="background: url(file:///etc/hostname)">x</p>',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd" width="1" height="1"/></svg>',
        '<object data="http://127.0.0.1:9/x.svg"></object>',
    ],
)
def test_a_document_that_asks_for_anything_else_is_not_laid_out(body: str) -> None:
    with pytest.raises(LayoutError, match="may not load"):
        Layout().pdf(f"<!doctype html><html><body>{body}</body></html>", b"0" * 16, 2)
