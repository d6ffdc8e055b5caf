"""HTML to PDF by WeasyPrint, with everything fixed that could make two renderings differ."""

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from reos.memos.fetcher import FontsOnly, ForbiddenResourceError


class LayoutError(Exception):
    """The document cannot be laid out as a memo."""


class Layout:
    """A warm layout engine; its font configuration is shared by the documents."""

    def __init__(self) -> None:
        self._fonts = FontConfiguration()

    def pdf(self, html: str, identifier: bytes, max_pages: int) -> tuple[bytes, int]:
        """Return the PDF of `html` and its number of pages.

        `identifier` becomes the file's, which is drawn by chance otherwise. Raises `LayoutError` for more than
        `max_pages` pages, before they are drawn, and for a document that wants anything but a memo's fonts.
        """
        fetcher = FontsOnly()
        try:
            document = weasyprint.HTML(string=html, url_fetcher=fetcher).render(font_config=self._fonts)
            if len(document.pages) > max_pages:
                raise LayoutError(f"The document has {len(document.pages)} pages and may have {max_pages}.")
            content = document.write_pdf(pdf_identifier=identifier, pdf_tags=True)
        except ForbiddenResourceError as error:
            raise LayoutError(str(error)) from error
        if fetcher.refused:
            raise LayoutError(f"A memo may not load {fetcher.refused[0][:200]!r}.")
        return content, len(document.pages)
