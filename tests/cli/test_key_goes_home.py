"""A key goes to the host that it was meant for, and to no other."""

import pytest

from tests.cli.program import program
from tests.servers import Ollama, Script, ScriptedServer

KEY = "a-key-for-one-host-only"


@pytest.fixture
def elsewhere():
    """Another host, which speaks Ollama's protocol."""
    with ScriptedServer(Ollama()) as server:
        yield server


@pytest.fixture
def asking(openai_server, monkeypatch):
    """The command line of a call that takes the key along to the first host."""
    monkeypatch.setenv("CREDS", KEY)
    base = ("--api-base", f"{openai_server.url}/v1", "--api-key-env", "CREDS", "--retries", "0")
    return ("chat", "hi", "--provider", "litellm", "--model", "openai/tiny", *base)


def sent(server):
    return b"".join(request.raw for request in server.requests).decode()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
def test_a_redirect_takes_it_nowhere(openai_server, elsewhere, asking, status, stream):
    openai_server.play(Script(status=status, headers=(("Location", f"{elsewhere.url}/v1"),)))
    assert program(*asking, stream).code == 9
    assert KEY in sent(openai_server)
    assert elsewhere.connections == []


@pytest.mark.in_process
def test_a_fallback_to_another_vendor_goes_without_it(
    openai_server, elsewhere, asking, monkeypatch
):
    bases = {"ollama": elsewhere.url}
    monkeypatch.setattr("hello_llm.providers.http.route.KEYLESS_BASES", bases)
    openai_server.play(Script(status=503))
    ended = program(*asking, "--fallback", "ollama/tiny")
    assert (ended.code, ended.stdout) == (0, b"Hello, world!\n")
    assert KEY in sent(openai_server)
    assert KEY not in sent(elsewhere)


def test_an_address_that_is_not_the_vendors_gets_it_only_where_it_is_named(
    openai_server, asking, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    unnamed = [word for word in asking if word not in {"--api-key-env", "CREDS"}]
    assert program(*unnamed).code == 0
    assert KEY not in sent(openai_server)
    assert program(*unnamed, "--api-key-env", "OPENAI_API_KEY").code == 0
    assert f"Authorization: Bearer {KEY}\r\n" in sent(openai_server)
