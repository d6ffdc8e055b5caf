"""The only resources a memo may load: its own fonts. Everything else (http, file, data) stops the rendering.

WeasyPrint swallows ordinary fetch errors and prints on without the resource; `FatalURLFetchingError` is the one it lets
through, because a memo that wanted anything else is a bug or an attack.
"""

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from reos.memos.typeface import FONTS, SCHEME, read


class ForbiddenResourceError(FatalURLFetchingError):  # type: ignore[misc]  # WeasyPrint has no types
    """The document asked for something that is not one of its fonts."""


class FontsOnly(URLFetcher):  # type: ignore[misc]
    """Serves `memo-font:<file>`, refuses every other URL and remembers that it did: an SVG's refusal gets lost."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self.refused: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002 - inherited
        """Return the font that `url` names; `ForbiddenResourceError` for anything else."""
        name = url.removeprefix(SCHEME)
        if not url.startswith(SCHEME) or name not in FONTS:
            self.refused.append(url)
            raise ForbiddenResourceError(f"A memo may not load {url[:200]!r}.")
        return URLFetcherResponse(url, read(name), {"Content-Type": "font/otf"})
