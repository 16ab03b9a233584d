"""No key of the server and no token of a client is ever told to anyone."""

import json
from collections.abc import Iterator

import httpx
import pytest
from websockets.sync.client import connect

from tests.serve.running import Running, serving
from tests.servers import OpenAI, Script, ScriptedServer

KEY, TOKEN = "sk-key-of-the-server-4711", "token-of-the-clients-0815"
CLIENTS_KEY = "sk-clients-own-key-1234567"
ASKED = {"model": "openai/x", "messages": [{"role": "user", "content": "hi"}]}
ECHO = f"Incorrect API key provided: {KEY}, not {TOKEN}"
BAD = [
    *(Script(status=status, error=ECHO) for status in (400, 401, 403, 404, 429, 500, 503)),
    Script(status=200, body=ECHO.encode()),
    Script(status=200, body=json.dumps({"error": {"message": ECHO}}).encode()),
    Script(end="rst"),
]


@pytest.fixture(scope="module")
def vendor() -> Iterator[ScriptedServer]:
    with ScriptedServer(OpenAI()) as server:
        yield server


@pytest.fixture(scope="module")
def front(vendor: ScriptedServer) -> Iterator[Running]:
    with serving(
        *("--model", "openai/x", "--api-base", f"{vendor.url}/v1", "--retries", "0", "--verbose"),
        *("--token-env", "THE_DOOR", "--api-key-env", "THE_VENDOR"),
        environ={"THE_VENDOR": KEY, "THE_DOOR": TOKEN},
    ) as running:
        yield running


def told(front: Running) -> Iterator[str]:
    """Ask in every way, and yield all that is told."""
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Api-Key": CLIENTS_KEY}
    url = f"{front.url}/v1/chat/completions"
    with httpx.Client(headers=headers, timeout=60) as client:
        for stream in (False, True):
            answer = client.post(url, json={**ASKED, "stream": stream})
            yield answer.text
            yield str(answer.headers)
        yield client.post(url, json={**ASKED, "api_key": CLIENTS_KEY}).text
        for path in ("/metrics", "/v1/models", f"/v1/models/{TOKEN}", f"/{KEY}", "/"):
            yield client.get(front.url + path, params={"token": TOKEN}).text
    with connect(front.ws_url, additional_headers=headers) as socket:
        socket.send(json.dumps(ASKED))
        while True:
            event = socket.recv(timeout=60)
            yield str(event)
            if json.loads(event)["event"] in {"end", "error"}:
                break


@pytest.mark.parametrize("script", BAD, ids=lambda script: f"{script.status} {script.end}")
def test_no_secret_is_told(front: Running, vendor: ScriptedServer, script: Script):
    vendor.play(script)
    everything = "\n".join([*told(front), front.log, front.stdout])
    for secret in (KEY, TOKEN, CLIENTS_KEY):
        assert secret not in everything
        assert secret[:12] not in everything


def test_no_key_of_a_client_reaches_the_vendor(front: Running, vendor: ScriptedServer):
    vendor.play(Script())
    list(told(front))
    sent = b"\n".join(request.raw for request in vendor.requests)
    assert KEY.encode() in sent
    assert TOKEN.encode() not in sent
    assert CLIENTS_KEY.encode() not in sent
