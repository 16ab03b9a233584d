"""The example project for Django Channels, below which the application is mounted."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import openai
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.architecture.sources import ROOT
from tests.clients.asgi_servers import (
    ASGI_SERVERS,
    Running,
    asgi_server,
    ask,
    bearer,
    events,
    texts,
)
from tests.clients.browser import CHROMIUM, Visit, chromium
from tests.serve.conftest import SCRIPT

PROJECT = ROOT / "docs/examples/django"
TOKEN = "t0ken-of-the-server-0123456789"
CONFIG = """
version = 1

[defaults]
retries = 0

[profiles.any]
provider = "mock"
script = "script.toml"
"""


@pytest.fixture(scope="module", params=ASGI_SERVERS)
def server(request, tmp_path_factory) -> Iterator[Running]:
    """The project, whose user has a configuration file and a token."""
    folder = tmp_path_factory.mktemp("config")
    own = folder / "hello-llm"
    own.mkdir()
    (own / "config.toml").write_text(CONFIG)
    (own / "script.toml").write_text(SCRIPT)
    environ = {
        "XDG_CONFIG_HOME": str(folder),
        "LLM_TOKEN": TOKEN,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    app = "project.asgi:application"
    with asgi_server(request.param, PROJECT, app, prefix="/llm", environ=environ) as running:
        yield running
        running.is_sound()


@pytest.fixture(scope="module")
def client(server: Running) -> Iterator[openai.OpenAI]:
    with server.client(api_key=TOKEN) as client:
        yield client


def test_a_whole_answer(client):
    reply = client.chat.completions.create(**ask("hi"))
    assert reply.choices[0].message.content == "Hello! You said: hi"


def test_a_stream(client):
    stream = client.chat.completions.create(**ask("slow", stream=True))
    assert list(texts(stream)) == ["one ", "two ", "three ", "four ", "five"]


def test_a_client_that_leaves_ends_its_call(client, server: Running):
    with client.chat.completions.create(**ask("endless", stream=True)) as stream:
        assert next(texts(stream)).startswith("drop 1")
        assert "hello_llm_calls_running 1\n" in server.metrics(TOKEN)
    server.call_ends(TOKEN)


def test_a_failure_has_its_status(client):
    with pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(**ask("down"))
    assert caught.value.status_code == 503


def test_models_are_listed_and_found(client):
    assert [one.id for one in client.models.list()] == ["any"]
    assert client.models.retrieve("any").id == "any"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("unheard/of")


def test_the_token_is_required(server: Running):
    assert httpx.get(f"{server.url}/v1/models").status_code == 401
    with pytest.raises(InvalidStatus):
        connect(server.ws_url)


def test_a_websocket(server: Running):
    with connect(server.ws_url, additional_headers=bearer(TOKEN)) as opened:
        *_, end = events(opened, "slow")
        assert end["text"] == "one two three four five"
        answer = events(opened, "endless")
        assert [next(answer)["event"], next(answer)["event"]] == ["start", "delta"]
        opened.send(json.dumps({"cancel": True}))
        *_, error = answer
        assert error["error"]["code"] == "INT"


def test_the_page_and_its_files(server: Running):
    page = httpx.get(f"{server.url}/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>hello-llm</title>" in page.text
    files = re.findall(r'(?:href|src)="([^":]+)"', page.text)
    assert files
    for file in files:
        assert httpx.get(f"{server.url}/{file}").status_code == 200


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"needs {CHROMIUM}")
def test_the_page_answers_in_a_browser(server: Running, tmp_path):
    with chromium(tmp_path) as browser, browser.new_page() as page:
        visit = Visit(page)
        page.goto(f"{server.url}/")
        field = page.get_by_label("Token", exact=True)
        field.fill(TOKEN)
        field.press("Enter")
        visit.is_ready()
        visit.ask("slow")
        assert visit.answer.text_content() == "one two three four five"


def test_pages_of_django_are_its_own(server: Running):
    site = server.url.removesuffix("/llm")
    assert "Ask a model" in httpx.get(f"{site}/").text
    for path in ("/v1/models", "/llmx/", "/healthz"):
        missing = httpx.get(site + path, headers=bearer(TOKEN))
        assert missing.status_code == 404
        assert "text/html" in missing.headers["content-type"]


def test_foreign_names_are_refused_by_both(server: Running):
    foreign = {"Host": "evil.example"}
    site = server.url.removesuffix("/llm")
    assert httpx.get(f"{site}/", headers=foreign).status_code == 400
    assert httpx.get(f"{server.url}/", headers=foreign).status_code == 403


def test_the_project_holds_no_secret():
    settings = Path(PROJECT, "project/settings.py").read_text()
    assert re.search(r"^SECRET_KEY = os\.environ", settings, re.MULTILINE)
