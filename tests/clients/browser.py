"""A headless Chromium on the page of ``hello-llm serve``, and what a reader sees there."""

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_ANSWER_MS = 60_000


class Served(Protocol):
    """A running server."""

    url: str


class Serve(Protocol):
    """Starts ``hello-llm serve`` with flags, variables and the text of a configuration file."""

    def __call__(
        self, *flags: str, environ: Mapping[str, str] = ..., config: str | None = ...
    ) -> AbstractContextManager[Served]:
        """Serve as long as the context lasts."""


@contextmanager
def chromium(home: Path) -> Iterator[Browser]:
    """Start a browser that keeps its files in `home`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=_QUIET, env={"HOME": str(home)}
        )
        with browser:
            yield browser


@dataclass
class Visit:
    """The page of a server, in a browser."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    """The errors and warnings on the console of the browser, refused sources included."""
    addresses: list[str] = field(default_factory=list)
    """What the page asked for, WebSockets included."""

    def __post_init__(self) -> None:
        """Listen to the page; it is still empty."""
        self.page.set_default_timeout(_ANSWER_MS)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.addresses.append(request.url))
        self.page.on("websocket", lambda socket: self.addresses.append(socket.url))

    @property
    def question(self) -> Locator:
        """The field for the question."""
        return self.page.get_by_role("textbox", name="Question")

    @property
    def answer(self) -> Locator:
        """The text of the last answer."""
        return self.page.locator(".answer").last

    @property
    def notes(self) -> Locator:
        """What is said of the last answer: errors, hints, and why it is incomplete."""
        return self.page.locator(".notes").last

    def button(self, name: str) -> Locator:
        """The button with this `name`."""
        return self.page.get_by_role("button", name=name)

    def figure(self, name: str) -> Locator:
        """The figure with this `name` of the last answer."""
        rows = self.page.locator(".figures").last.locator("div")
        return rows.filter(has=self.page.get_by_text(name, exact=True)).locator("dd")

    def send(self, text: str) -> None:
        """Ask, by the keyboard."""
        self.question.fill(text)
        self.question.press("Enter")

    def ask(self, text: str) -> None:
        """Ask, and wait for the end of the answer."""
        self.send(text)
        self.wait_for_end()

    def wait_for_end(self) -> None:
        """Wait until no call is in progress."""
        expect(self.button("Cancel")).to_be_disabled(timeout=_ANSWER_MS)

    def is_ready(self) -> None:
        """Check that the page offers something to ask."""
        expect(self.page.get_by_role("status")).to_have_text("Ready.", timeout=_ANSWER_MS)

    def notes_say(self, *texts: str) -> None:
        """Check that the notes of the last answer are `texts`, in this order."""
        pattern = re.compile(r"\s*".join(map(re.escape, texts)))
        expect(self.notes).to_have_text(pattern)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)
