"""Reads the visible text of an HTML page."""

from html.parser import HTMLParser

_HIDDEN_ELEMENTS = frozenset({"script", "style", "title"})


class _Page(HTMLParser):
    """Collects the visible text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as it is called
        self._hidden += tag in _HIDDEN_ELEMENTS

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN_ELEMENTS

    def handle_data(self, data: str) -> None:
        if self._hidden <= 0:
            self.texts.append(data)


def text_of_page(text: str) -> str:
    """Return the visible text of the HTML page `text`, on one line."""
    page = _Page()
    page.feed(text)
    return " ".join(" ".join(page.texts).split())
