"""Row headers: bad headers are refused before anything is sent, and secret ones go nowhere else."""

import base64
from collections.abc import Iterator

import pytest

from hello_llm import AuthError, BrokenReplyError, UsageError
from tests.networks.calls import ANSWER, NO_RETRY, answer, ask, failure, write_call
from tests.networks.certificates import Authority
from tests.networks.dns import Host, dns_server
from tests.networks.gateway import NAME, Gateway
from tests.networks.proxies import squid
from tests.networks.running import run
from tests.networks.tls import TLS, TLSServer
from tests.servers import Anthropic, OpenAI, Script, ScriptedServer

SECRET = "Wq8-violet-harbour"
ENVIRON = {"GATEWAY": SECRET}
SETTINGS = {"headers_env": {NAME: "GATEWAY"}, "environ": ENVIRON}
FRAMING = """
    Host Content-Length Transfer-Encoding Connection Content-Type Accept-Encoding Expect TE Trailer
    Upgrade Keep-Alive Proxy-Connection Content-Encoding
""".split()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server that must not be reached."""
    with ScriptedServer(OpenAI()) as server:
        yield server
        assert server.connections == []


@pytest.mark.parametrize("kind", ["headers", "headers_env"])
@pytest.mark.parametrize(
    "name",
    ["Authorization", "proxy-authorization", *FRAMING, "", "X Team", "X:Team", "X\r\nY", "Größe"],
)
def test_headers_that_cannot_be_set_are_refused_in_python(name, kind, server):
    error = failure(f"{server.url}/v1", **{kind: {name: "GATEWAY"}}, environ=ENVIRON)
    assert isinstance(error, UsageError), error
    assert "header" in error.message
    if name in {"Authorization", "proxy-authorization"}:
        setting = "api_key_env" if name == "Authorization" else "proxy_auth_env"
        assert setting in (error.hint or "")


BAD_VALUES = ["a\r\nX-B: c", "a\nb", "a\0b", "grün", "\N{LATIN SMALL LETTER A WITH DIAERESIS}"]


@pytest.mark.parametrize("value", [*BAD_VALUES, " a"])
def test_headers_with_values_that_cannot_be_sent_are_refused_in_python(value, server):
    error = failure(f"{server.url}/v1", headers={NAME: value})
    assert isinstance(error, UsageError)
    assert NAME in error.message


@pytest.mark.parametrize("value", [*BAD_VALUES, "", "  "])
def test_headers_with_variables_that_cannot_be_sent_are_exit_3(value, server):
    error = failure(f"{server.url}/v1", headers_env={NAME: "GATEWAY"}, environ={"GATEWAY": value})
    assert isinstance(error, AuthError)
    assert error.message.startswith("GATEWAY")
    assert NAME in error.message
    if value.strip():
        assert value not in f"{error.message} {error.hint}"


@pytest.mark.parametrize(
    "flag",
    [
        "Authorization: Bearer x",
        "Host: other.test",
        "content-length: 0",
        "Transfer-Encoding: chunked",
        "X-Team",
        ": red",
        "X Team: red",
        "X-Team: a\r\nX-B: c",
        "X-Team: grün",
        "Größe: 1",
    ],
)
def test_headers_that_cannot_be_set_are_exit_2_as_flags(flag, server, home):
    write_call(home, f"{server.url}/v1")
    ended = ask(home, "--header", flag)
    assert (ended.code, ended.stdout) == (2, ""), ended.stderr
    assert "--header" in ended.stderr


@pytest.mark.parametrize(
    "line",
    [
        'headers = { Authorization = "Bearer x" }',
        'headers_env = { authorization = "GATEWAY" }',
        'headers = { Host = "other.test" }',
        'headers = { X-A = "a\\r\\nb" }',
        'headers = { X-A = "grün" }',
        'headers = { "X A" = "a" }',
        "headers = { X-A = 1 }",
        'headers = { X-A = "a", x-a = "b" }',
        'headers = { X-A = "a" }\nheaders_env = { x-a = "GATEWAY" }',
        'headers_env = { X-A = "not a name" }',
        'headers = "X-A"',
    ],
)
def test_headers_that_cannot_be_set_are_exit_2_in_a_profile(line, server, home):
    path = write_call(home, f"{server.url}/v1", line)
    ended = ask(home, environ=ENVIRON)
    assert (ended.code, ended.stdout) == (2, ""), ended.stderr
    assert path.name in ended.stderr
    assert "headers" in ended.stderr


def test_headers_of_variables_are_in_no_output(home):
    words = f"the token {SECRET} ({base64.b64encode(SECRET.encode()).decode()}) is known"
    with Gateway(OpenAI(), Script(), Script(status=400, error=words), token=SECRET) as server:
        write_call(home, f"{server.url}/v1", f'headers_env = {{ {NAME} = "GATEWAY" }}')
        tape = home / "tape.jsonl"
        ends = [
            ask(home, "--verbose", "--debug", "--record", tape, environ=ENVIRON),
            ask(home, "--json", "--stream", "--record", tape, environ=ENVIRON),
            run(home, "doctor", environ=ENVIRON),
            run(home, "doctor", "--json", environ=ENVIRON),
            run(home, "config", "show", environ=ENVIRON),
        ]
    assert [ended.code for ended in ends] == [0, 4, 0, 0, 0], [each.stderr for each in ends]
    assert "is known" in ends[1].stdout
    shown = [*(ended.stdout + ended.stderr for ended in ends), tape.read_text(encoding="utf-8")]
    assert [text for text in shown if SECRET in text] == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("elsewhere", ["port", "host", "https"])
def test_headers_do_not_follow_a_redirect(status, elsewhere, authority):
    tls = TLS(certificate=authority.issue("other.test"))
    with (
        dns_server({"other.test": Host(("127.0.0.1",))}),
        TLSServer(tls if elsewhere == "https" else None, OpenAI()) as other,
        ScriptedServer(OpenAI()) as server,
    ):
        host = "127.0.0.1" if elsewhere == "port" else "other.test"
        location = f"{other.url.partition(':')[0]}://{host}:{other.port}/v1/chat/completions"
        server.play(Script(status=status, headers=(("Location", location),)))
        error = failure(f"{server.url}/v1", ca_file=authority.file, **SETTINGS)
    assert isinstance(error, BrokenReplyError)
    assert len(server.requests) == 1
    assert other.connections == []


def test_headers_reach_the_server_behind_a_tunnel_and_not_the_proxy(authority, tmp_path):
    tls = TLS(certificate=authority.issue("127.0.0.1"))
    with Gateway(OpenAI(), token=SECRET, tls=tls) as server, squid(tmp_path) as proxy:
        settings = {"proxy": proxy.url, "ca_file": authority.file, **SETTINGS}
        assert answer(f"{server.url}/v1", **settings) == ANSWER
        (through,) = proxy.wait_for_requests(1)
        assert SECRET not in proxy.log.read_text(encoding="utf-8")
    assert through.headers.keys() == {"host"}


def test_headers_do_not_reach_a_fallback_of_another_vendor(authority: Authority, home):
    tls = TLS(certificate=authority.issue("api.anthropic.com"))
    with (
        dns_server({"api.anthropic.com": Host(("127.0.0.1",))}),
        Gateway(OpenAI(), Script(status=503), token=SECRET) as server,
        TLSServer(tls, Anthropic(), port=443) as other,
    ):
        write_call(
            home,
            f"{server.url}/v1",
            f'headers_env = {{ {NAME} = "GATEWAY" }}',
            'headers = { X-Team = "red" }',
            f'ca_file = "{authority.file}"',
            'fallback = ["anthropic/claude-haiku-4-5"]',
        )
        environ = {**ENVIRON, "ANTHROPIC_API_KEY": "sk-ant-x"}
        ended = ask(home, *NO_RETRY, environ=environ)
    assert (ended.code, ended.stdout) == (0, f"{ANSWER}\n"), ended.stderr
    assert server.requests[0].headers["x-team"] == "red"
    (request,) = other.requests
    assert request.headers.keys().isdisjoint({NAME.lower(), "x-team"})
    assert SECRET.encode() not in request.raw
