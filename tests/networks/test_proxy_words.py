"""Row proxy-words: a proxy's own error is quoted as the proxy's, never taken for the server's."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from hello_llm import AuthError, UnreachableError
from tests.networks.calls import ask, failure, findings, reply, write_call
from tests.networks.certificates import Authority
from tests.networks.dns import dns_server
from tests.networks.namespace import DEAD_IPV4
from tests.networks.proxies import squid
from tests.networks.scripted_proxy import ScriptedProxy
from tests.networks.tls import TLS, TLSServer
from tests.servers import OpenAI, Script, ScriptedServer

ENVIRON = {"API_KEY": "sk-proj-7Qm2ZkX9vTb4"}
KEYED: dict[str, Any] = {"api_key_env": "API_KEY", "environ": ENVIRON}
PAGE = (
    b"<!DOCTYPE html><html><head><title>Gate</title><style>h1 { color: red }</style>"
    b"<script>let a = '<b>';</script></head><body><h1>Blocked by <b>Example</b> Web Gate</h1>"
    b"<p>Category &quot;AI&quot; &amp; chat</p></body></html>"
)
TAG = re.compile(r"</?[a-z!][^>]*>|color: red|let a", re.IGNORECASE)
EACH_SCHEME = pytest.mark.parametrize("scheme", ["http", "https"])


def page(status: int, *headers: str, body: bytes = PAGE, kind: str = "text/html") -> bytes:
    """An error of a proxy as it is sent."""
    lines = [f"HTTP/1.1 {status} Odd", f"Content-Length: {len(body)}", *headers]
    lines += [f"Content-Type: {kind}"] if kind else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def assert_the_proxy_spoke(error: Exception, proxy: str, place: str, status: int | None) -> str:
    """Check who is named in `error`; returns what the proxy is quoted with."""
    assert isinstance(error, UnreachableError), error
    status = status or error.status
    assert error.status == status
    told = f"{error.message} {error.hint}"
    assert error.message.startswith(f"the proxy {proxy} does not lead to {place} ({status})")
    assert "rejected the key" not in told
    assert TAG.search(told) is None, told
    return error.message.partition("it says ")[2]


@EACH_SCHEME
def test_proxy_words_squids_block_page_is_quoted(scheme, tmp_path):
    with squid(tmp_path, deny=True) as proxy:
        error = failure(f"{scheme}://127.0.0.1:9/v1", proxy=proxy.url, **KEYED)
    said = assert_the_proxy_spoke(error, proxy.url, "127.0.0.1:9", 403)
    assert "Access Denied" in said
    assert not error.transient


@EACH_SCHEME
@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("127.0.0.1:9", "ERR_CONNECT_FAIL "),
        (f"{DEAD_IPV4}:9", "ERR_CONNECT_FAIL "),
        ("unknown.test:9", "ERR_"),  # squid has several pages for this
    ],
    ids=["refused", "dead", "unresolved"],
)
def test_proxy_words_squid_says_why_it_has_no_connection(scheme, place, code, tmp_path):
    with dns_server({}), squid(tmp_path) as proxy:
        error = failure(f"{scheme}://{place}/v1", proxy=proxy.url, **KEYED)
    said = assert_the_proxy_spoke(error, proxy.url, place, None if "unknown" in place else 503)
    assert said.startswith(f'"{code}')
    assert (error.status or 0) >= 500


@EACH_SCHEME
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 429, 451, 500, 502, 511])
def test_proxy_words_a_foreign_block_page_is_quoted(scheme, status):
    with ScriptedProxy(page(status, "Location: http://login.test/")) as proxy:
        error = failure(f"{scheme}://api.test/v1", proxy=proxy.url, **KEYED)
    said = assert_the_proxy_spoke(error, proxy.url, "api.test", status)
    assert 'Blocked by Example Web Gate Category "AI" & chat' in said


@pytest.mark.parametrize(
    "answer",
    [
        page(403, body=b"Blocked by Example Web Gate", kind="text/plain"),
        page(403, body=b'{"error": "Blocked by Example Web Gate"}', kind="application/json"),
        page(403, kind=""),
        page(403, kind="text/plain"),
        page(401, 'WWW-Authenticate: Basic realm="x"', kind="text/html; charset=utf-8"),
        page(403).replace(b"Content-Length: ", b"X-Length: "),
        b"HTTP/1.0 403 Forbidden\r\nContent-Type: text/html\r\n\r\n" + PAGE,
        page(403, kind="text/html").replace(b"Content-Length: ", b"Content-Length: 9"),
    ],
    ids=[
        "text",
        "json",
        "untyped",
        "page as text",
        "challenge",
        "no length",
        "http 1.0",
        "cut off",
    ],
)
def test_proxy_words_the_refusal_of_a_tunnel_is_quoted_in_any_form(answer):
    with ScriptedProxy(answer) as proxy:
        error = failure("https://api.test/v1", proxy=proxy.url, **KEYED)
    status = int(answer.split(b" ", 2)[1])
    said = assert_the_proxy_spoke(error, proxy.url, "api.test", status)
    assert "Blocked by Example Web Gate" in said


def test_proxy_words_a_block_page_that_claims_success_names_the_proxy():
    with ScriptedProxy(page(200)) as proxy:
        error = failure("http://api.test/v1", proxy=proxy.url, **KEYED)
    assert not isinstance(error, AuthError)
    assert proxy.url in f"{error.message} {error.hint}"


@EACH_SCHEME
def test_proxy_words_are_read_in_the_charset_of_the_page(scheme):
    body = "<p>Für Sie gesperrt</p>".encode("latin-1")
    with ScriptedProxy(page(403, body=body, kind="text/html; charset=iso-8859-1")) as proxy:
        error = failure(f"{scheme}://api.test/v1", proxy=proxy.url, **KEYED)
    assert "Für Sie gesperrt" in error.message


@EACH_SCHEME
@pytest.mark.parametrize("body", [b"", b"<html></html>"])
def test_proxy_words_without_words_there_is_still_a_sentence(scheme, body):
    with ScriptedProxy(page(403, body=body)) as proxy:
        error = failure(f"{scheme}://api.test/v1", proxy=proxy.url, **KEYED)
    assert assert_the_proxy_spoke(error, proxy.url, "api.test", 403) == ""
    assert error.message.endswith("(403)")


@pytest.fixture
def server(tls: bool, authority: Authority) -> Iterator[TLSServer]:
    """A server that refuses every key."""
    secure = TLS(certificate=authority.issue("127.0.0.1")) if tls else None
    with TLSServer(secure, OpenAI(), Script(status=401, error="bad key")) as server:
        yield server


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_proxy_words_the_servers_own_refusal_of_the_key_stays_exit_3(
    tls, server, authority, tmp_path
):
    with squid(tmp_path) as proxy:
        settings = {"proxy": proxy.url, "ca_file": authority.file, **KEYED}
        error = failure(f"{server.url}/v1", **settings)
    assert isinstance(error, AuthError)
    assert "rejected the key in API_KEY (401)" in error.message
    assert "bad key" in error.message


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_proxy_words_other_errors_of_the_server_stay_its_own(status, tmp_path):
    script = Script(status=status, error="words of the server")
    with squid(tmp_path) as proxy, ScriptedServer(OpenAI(), script) as server:
        error = failure(f"{server.url}/v1", proxy=proxy.url, **KEYED)
    assert not isinstance(error, UnreachableError)
    assert "words of the server" in error.message
    assert proxy.url not in error.message


@EACH_SCHEME
def test_proxy_words_the_program_exits_6_in_the_proxys_words(scheme, home):
    with ScriptedProxy(page(403)) as proxy:
        write_call(
            home, f"{scheme}://api.test/v1", f'proxy = "{proxy.url}"', 'api_key_env = "API_KEY"'
        )
        document = reply(ask(home, "--json", environ=ENVIRON))
        found = findings(home, environ=ENVIRON)
    assert (document["exit_code"], document["attempts"]) == (6, 1)
    for message in (document["error"]["message"], *_failures(found)):
        assert message.startswith(f"the proxy {proxy.url} does not lead to api.test (403)")
        assert "Blocked by Example Web Gate" in message
        assert TAG.search(message) is None
    assert found["exit_code"] == 6


def _failures(found: dict[str, Any]) -> list[str]:
    failed = [one["message"] for name, one in found.items() if name != "exit_code" and one["code"]]
    assert len(failed) == 1
    return failed
