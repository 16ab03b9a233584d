"""Who may ask: tokens, hosts, origins, and the size of what they send."""

import json
import socket
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.cli.program import child
from tests.serve.running import Running, serving

TOKEN = "t0ken-of-the-server-0123456789"
PROTECTED = ("/v1/models", "/metrics", "/v1/models/mock/echo", "/nothing")
OPEN = ("/healthz", "/readyz", "/", "/page.css", "/page.js")
ASKED: dict[str, Any] = {"model": "mock/echo", "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Running]:
    with serving(
        *("--provider", "mock", "--token-env", "SERVER_TOKEN"), environ={"SERVER_TOKEN": TOKEN}
    ) as running:
        yield running


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("path", PROTECTED)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer("wrong"),
        bearer(TOKEN[:-1]),
        bearer(f"{TOKEN}x"),
        {"Authorization": "Bearer"},
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
        {"X-Api-Key": TOKEN},
    ],
    ids=str,
)
def test_without_the_token_nothing_is_told(guarded: Running, path, headers):
    refused = httpx.get(guarded.url + path, headers=headers)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["error"]["code"] == "invalid_api_key"
    assert "mock/echo" not in refused.text


@pytest.mark.parametrize("path", OPEN)
def test_what_tells_nothing_needs_no_token(guarded: Running, path):
    assert httpx.get(guarded.url + path).status_code == 200


def test_with_the_token_all_is_answered(guarded: Running):
    client = guarded.client(api_key=TOKEN)
    assert [model.id for model in client.models.list()] == ["mock/echo"]
    assert client.chat.completions.create(**ASKED).choices[0].message.content
    assert httpx.get(f"{guarded.url}/metrics", headers=bearer(TOKEN)).status_code == 200


def test_a_websocket_needs_the_token_too(guarded: Running):
    with pytest.raises(InvalidStatus) as refused, connect(guarded.ws_url):
        pass
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize("way", ["header", "subprotocol"])
def test_a_websocket_takes_the_token_either_way(guarded: Running, way):
    encoded = urlsafe_b64encode(TOKEN.encode()).decode().rstrip("=")
    protocols = [Subprotocol("hello-llm.events.1")]
    if way == "subprotocol":
        protocols.append(Subprotocol(f"bearer.{encoded}"))
    headers = bearer(TOKEN) if way == "header" else {}
    with connect(guarded.ws_url, subprotocols=protocols, additional_headers=headers) as opened:
        assert opened.subprotocol == "hello-llm.events.1"
        opened.send(json.dumps(ASKED))
        assert json.loads(opened.recv())["event"] == "start"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost", 200),
        ("LOCALHOST:9", 200),
        ("[::1]:8642", 200),
        ("127.9.9.9", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("192.0.2.1", 403),
        ("localhost@evil.example", 403),
        ("", 403),
        ("[", 403),
        ("localhost:port", 403),
    ],
)
def test_only_names_of_this_machine_are_its_own(server: Running, host, status):
    found = httpx.get(f"{server.url}/v1/models", headers={"Host": host})
    assert found.status_code == status
    if status == 403:
        assert found.json()["error"]["code"] == "wrong_host"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("{url}", 200),
        ("http://evil.example", 403),
        ("https://127.0.0.1", 403),
        ("http://127.0.0.1:1", 403),
        ("http://localhost", 403),
        ("null", 403),
        ("", 403),
        ("file://", 403),
        ("{url}.evil.example", 403),
    ],
)
def test_only_pages_of_its_own_may_ask(server: Running, origin, status):
    origin = origin.format(url=server.url)
    found = httpx.post(f"{server.url}/v1/chat/completions", json=ASKED, headers={"Origin": origin})
    assert found.status_code == status
    if status == 403:
        assert found.json()["error"]["code"] == "foreign_origin"


def test_a_name_can_be_added():
    with serving("--provider", "mock", "--allow-host", "llm.example") as running:
        headers = {"Host": "LLM.example:80"}
        assert httpx.get(f"{running.url}/v1/models", headers=headers).status_code == 200
        headers = {"Host": "other.example"}
        assert httpx.get(f"{running.url}/v1/models", headers=headers).status_code == 403


def test_every_address_needs_a_token():
    ended = child("serve", "--provider", "mock", "--host", "0.0.0.0", "--port", "0")
    assert ended.code == 2
    assert "--token-env" in ended.stderr


@pytest.mark.parametrize("value", [None, "", "two words", "tab\t", "ümlaut"])
def test_a_token_must_be_one(value):
    environ = {} if value is None else {"SERVER_TOKEN": value}
    ended = child("serve", "--provider", "mock", "--token-env", "SERVER_TOKEN", **environ)
    assert ended.code == 2
    assert "SERVER_TOKEN" in ended.stderr
    assert value is None or not value or value not in ended.stderr


def test_every_address_goes_by_any_address():
    with serving(
        *("--provider", "mock", "--host", "0.0.0.0", "--token-env", "SERVER_TOKEN"),
        environ={"SERVER_TOKEN": TOKEN},
    ) as running:
        port = running.url.rpartition(":")[2]
        for host in ("192.0.2.1", "[2001:db8::1]:80", socket.gethostname(), "localhost"):
            found = httpx.get(
                f"http://127.0.0.1:{port}/v1/models", headers={"Host": host, **bearer(TOKEN)}
            )
            assert found.status_code == 200, host
        found = httpx.get(f"http://127.0.0.1:{port}/healthz", headers={"Host": "evil.example"})
        assert found.status_code == 403


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/models", {f"X-{number}": "x" for number in range(100)}, 431),
        ("/v1/models", {"X-Long": "x" * 40_000}, 431),
        (f"/v1/models/{'x' * 9000}", {}, 414),
        (f"/v1/models?{'x' * 9000}", {}, 414),
    ],
    ids=["many headers", "a long header", "a long path", "a long query"],
)
def test_heads_are_bounded(server: Running, path, headers, status):
    found = httpx.get(server.url + path, headers=headers)
    assert found.status_code == status
    assert found.json()["error"]["exit_code"] == 4


@pytest.mark.parametrize("declared", [True, False])
def test_bodies_are_bounded(server: Running, declared):
    size = 8 * 2**20 + 1
    body = b" " * size if declared else (b" " * 2**16 for _ in range(size // 2**16 + 1))
    headers = {"Content-Type": "application/json"}
    url = f"{server.url}/v1/chat/completions"
    found = httpx.post(url, content=body, headers=headers, timeout=60)
    assert found.status_code == 413
    assert found.json()["error"]["code"] == "request_too_long"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_what_a_form_can_send_is_refused(server: Running, kind):
    headers = {} if kind is None else {"Content-Type": kind}
    url = f"{server.url}/v1/chat/completions"
    found = httpx.post(url, content=json.dumps(ASKED), headers=headers)
    assert found.status_code == 415
