"""The page at ``/``: what a reader asks, sees and cancels there, in a real browser."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.clients.browser import CHROMIUM, Serve, Visit, chromium
from tests.servers import ScriptedServer

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"needs {CHROMIUM} (Debian's package chromium)"
)

WORDS = ("Once ", "upon ", "a ", "time")
SCRIPT = """
version = 1

[[rule]]
name = "stalls"
contains = "stall"
chunks = ["Once ", "upon ", "a ", "time"]
fault = "stall-mid"
after_chunks = 2
optional = true

[[rule]]
name = "slow"
contains = "slow"
chunks = ["Once ", "upon ", "a ", "time"]
chunk_delay = 0.1
usage = {tokens_in = 1234, tokens_out = 56, usd_micros = 1520}
model_served = "teller-2"
optional = true

[[rule]]
name = "busy"
contains = "busy"
fault = "503"
optional = true

[[rule]]
name = "cut"
contains = "cut"
text = "Once upon"
finish_reason = "length"
optional = true

[[rule]]
name = "echo"
optional = true
"""

Visiting = Callable[..., AbstractContextManager[Visit]]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for all tests; each visit has cookies and a cache of its own."""
    with chromium(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def visiting(serve: Serve, browser: Browser) -> Visiting:
    """Serves with the given arguments and opens the page, which must stay within that server."""

    @contextmanager
    def visiting(*flags: str, **options) -> Iterator[Visit]:
        with serve(*flags, **options) as server, browser.new_page() as page:
            visit = Visit(page)
            page.goto(f"{server.url}/")
            yield visit
            assert {urlsplit(it).netloc for it in visit.addresses} == {urlsplit(server.url).netloc}

    return visiting


@pytest.fixture
def visit(visiting: Visiting, tmp_path: Path) -> Iterator[Visit]:
    """The page of a server with the mock that misbehaves; the console must stay empty."""
    script = tmp_path / "script.toml"
    script.write_text(SCRIPT)
    with visiting("--script", str(script), "--retries", "0") as visit:
        visit.is_ready()
        yield visit
        assert visit.complaints == []


def test_text_is_shown_while_the_answer_is_still_being_written(visit):
    visit.page.evaluate("""() => {
        window.seen = [];
        const note = () => {
            const text = document.querySelector(".answer").textContent;
            window.seen.push([text, document.getElementById("cancel").disabled]);
        };
        new MutationObserver(note).observe(
            document.getElementById("conversation"), {childList: true, subtree: true});
    }""")
    visit.ask("slow")
    expect(visit.answer).to_have_text("".join(WORDS))
    seen = visit.page.evaluate("() => window.seen")
    texts = [text for text, ended in seen if not ended]
    assert texts == sorted(texts, key=len)
    assert {"Once ", "Once upon "} <= set(texts)


def test_the_figures_of_an_answer(visit):
    visit.ask("slow")
    shown = {
        name: visit.figure(name).text_content()
        for name in ("Tokens in", "Tokens out", "First token", "Total time", "Cost", "Model")
    }
    assert shown == {
        "Tokens in": "1,234",
        "Tokens out": "56",
        "First token": "100 ms",
        "Total time": "400 ms",
        "Cost": "$0.00152",
        "Model": "teller-2",
    }
    expect(visit.page.get_by_role("status")).to_have_text("The answer is complete.")


def test_only_an_answer_with_a_known_price_has_one(visiting, openai_server: ScriptedServer):
    config = f"""
version = 1

[profiles.known]
model = "openai/known"
api_base = "{openai_server.url}/v1"

[profiles.unknown]
model = "openai/unheard-of"
api_base = "{openai_server.url}/v1"

[models."openai/known"]
input = 1.0
output = 2.0
"""
    environ = {"OPENAI_API_KEY": "sk-page"}
    with visiting(config=config, environ=environ) as visit:
        visit.is_ready()
        for profile, cost in (("known", "$0.00002"), ("unknown", "unknown")):
            visit.page.get_by_label("Profile or model").select_option(profile)
            visit.ask("Hello")
            expect(visit.answer).to_have_text("Hello, world!")
            expect(visit.figure("Cost")).to_have_text(cost)
        assert visit.complaints == []


def test_an_error_is_shown_with_its_hint(visit):
    visit.ask("busy")
    visit.notes_say("Failed (SERVER):", 'mock.invalid failed (503): it says "try later"', "Hint:")
    expect(visit.page.get_by_role("status")).to_have_text("The call failed.")
    expect(visit.question).to_have_value("busy")


def test_a_server_that_is_gone_is_an_error(visiting):
    with visiting() as visit:
        visit.is_ready()
        visit.page.context.set_offline(offline=True)
        visit.ask("Hello")
        visit.notes_say("Failed (UNREACHABLE):", "the server cannot be reached")


def test_an_answer_cut_off_by_its_limit_is_marked(visit):
    visit.ask("cut")
    expect(visit.answer).to_have_text("Once upon")
    visit.notes_say("Cut off:", "the answer reached its token limit")


@pytest.mark.parametrize("means", ["button", "Escape"])
def test_a_cancelled_answer_is_kept_marked_and_forgotten(visit, means):
    visit.send("stall")
    expect(visit.answer).to_have_text("Once upon ")
    expect(visit.button("Send")).to_be_disabled()
    if means == "button":
        visit.button("Cancel").click()
    else:
        visit.page.keyboard.press("Escape")
    visit.wait_for_end()
    expect(visit.answer).to_have_text("Once upon ")
    visit.notes_say("Cancelled", "Incomplete:")
    expect(visit.figure("Cost")).to_have_text("unknown")

    visit.ask("Go on")
    expect(visit.answer).to_have_text("Hello! You said: Go on")
    expect(visit.figure("Tokens in")).to_have_text("2")


def test_a_conversation_is_sent_whole_until_a_new_one_begins(visit):
    visit.ask("one two")
    expect(visit.figure("Tokens in")).to_have_text("2")
    visit.ask("three")
    expect(visit.figure("Tokens in")).to_have_text("8")  # "Hello! You said: one two" as well
    visit.button("New conversation").click()
    expect(visit.page.locator("article")).to_have_count(0)
    visit.ask("four")
    expect(visit.figure("Tokens in")).to_have_text("1")


def test_a_wrong_token_is_refused_and_the_right_one_accepted(visiting):
    token = "a?b>c~0123456789abcdef"
    with visiting("--token-env", "PAGE_TOKEN", environ={"PAGE_TOKEN": token}) as visit:
        field = visit.page.get_by_label("Token", exact=True)
        expect(field).to_have_attribute("type", "password")
        field.fill("wrong")
        field.press("Enter")
        expect(visit.page.get_by_role("alert")).not_to_be_empty()
        expect(visit.button("Send")).to_be_disabled()
        field.fill(token)
        field.press("Enter")
        visit.is_ready()
        expect(field).to_be_hidden()
        visit.ask("Hello")
        expect(visit.answer).to_have_text("Hello! You said: Hello")
        refused = "Failed to load resource: the server responded with a status of 401"
        assert [it.startswith(refused) for it in visit.complaints] == [True, True]
        kept = (
            "() => [localStorage.length, sessionStorage.length, document.cookie, location.search]"
        )
        assert visit.page.evaluate(kept) == [0, 0, "", ""]


def test_markup_is_shown_as_text(visit):
    markup = "<img src=x onerror=alert(1)> &amp; <script>alert(2)</script> \u202edesrever"
    visit.ask(markup)
    expect(visit.answer).to_have_text(f"Hello! You said: {markup}")
    assert visit.page.locator("main img, main script").count() == 0


def test_a_long_answer_is_shown_whole(visit):
    prompt = "word " * 12_000 + "end"
    visit.ask(prompt)
    assert visit.answer.text_content() == f"Hello! You said: {prompt}"


def test_a_reader_who_scrolled_up_stays_there(visit):
    visit.page.set_viewport_size({"width": 320, "height": 640})
    visit.ask("word " * 500)
    visit.send("stall")
    expect(visit.answer).to_have_text("Once upon ")
    expect(visit.answer).to_be_in_viewport()
    visit.page.evaluate("() => scrollTo(0, 0)")
    visit.page.keyboard.press("Escape")
    visit.wait_for_end()
    assert visit.page.evaluate("() => scrollY") == 0
    assert visit.page.evaluate("() => document.documentElement.scrollWidth") <= 320


def test_enter_sends_and_shift_enter_starts_a_new_line(visit):
    expect(visit.button("Send")).to_be_disabled()
    visit.question.fill("one")
    visit.question.press("Shift+Enter")
    visit.page.keyboard.type("two")
    expect(visit.question).to_have_value("one\ntwo")
    visit.question.press("Control+Enter")
    visit.wait_for_end()
    assert visit.answer.text_content() == "Hello! You said: one\ntwo"


def test_nothing_is_to_be_sent_but_white_space(visit):
    visit.question.fill(" \n")
    expect(visit.button("Send")).to_be_disabled()
    visit.question.press("Enter")
    expect(visit.page.locator("article")).to_have_count(0)
