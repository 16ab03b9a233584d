"""Row proxy-auth: a proxy that wants a login gets it, nobody else does, and it is never shown."""

import base64
from collections.abc import Iterator

import pytest

from hello_llm import AuthError, UnreachableError
from tests.networks.calls import ANSWER, answer, ask, failure, findings, reply, write_call
from tests.networks.certificates import Authority
from tests.networks.proxies import Login, Squid, squid
from tests.networks.running import run
from tests.networks.scripted_proxy import NEGOTIATE_ONLY, ScriptedProxy
from tests.networks.tls import TLS, TLSServer
from tests.servers import OpenAI

LOGIN = Login("ada", "s3cret:wörd")
TEXT = f"{LOGIN.user}:{LOGIN.password}"
CODED = base64.b64encode(TEXT.encode()).decode()
WRONG = "ada:wr0ng:word"
KEY = "sk-proj-7Qm2ZkX9vTb4"
ENVIRON = {"PROXY_LOGIN": TEXT, "API_KEY": KEY}
NAMED = {"proxy_auth_env": "PROXY_LOGIN", "api_key_env": "API_KEY"}
SECRETS = (LOGIN.password, LOGIN.password.partition(":")[2], CODED, CODED.rstrip("="), KEY)
EACH_SERVER = pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])


@pytest.fixture
def proxy(tmp_path) -> Iterator[Squid]:
    """A squid that wants the login."""
    with squid(tmp_path / "squid", login=LOGIN) as proxy:
        yield proxy


@pytest.fixture
def server(tls: bool, authority: Authority) -> Iterator[TLSServer]:
    """The server behind it."""
    secure = TLS(certificate=authority.issue("127.0.0.1")) if tls else None
    with TLSServer(secure, OpenAI()) as server:
        yield server


@EACH_SERVER
def test_proxy_auth_the_proxy_gets_the_login_and_the_server_its_key(tls, server, proxy, authority):
    settings = {"proxy": proxy.url, "ca_file": authority.file, **NAMED}
    assert answer(f"{server.url}/v1", environ=ENVIRON, **settings) == ANSWER
    (through,) = proxy.wait_for_requests(1)
    (request,) = server.requests
    assert through.headers["proxy-authorization"] == f"Basic {CODED}"
    assert through.user == LOGIN.user
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert "proxy-authorization" not in request.headers
    assert CODED.encode() not in request.raw
    if tls:
        assert through.method == "CONNECT"
        assert KEY not in proxy.log.read_text(encoding="utf-8")
        assert through.headers.keys() == {"host", "proxy-authorization"}


@EACH_SERVER
@pytest.mark.parametrize("login", [None, WRONG, "ada:"], ids=["none", "wrong", "empty"])
def test_proxy_auth_a_refused_login_is_reported_as_the_proxys(tls, login, server, proxy, authority):
    settings = {"proxy": proxy.url, "ca_file": authority.file, "api_key_env": "API_KEY"}
    if login is not None:
        settings["proxy_auth_env"] = "PROXY_LOGIN"
    error = failure(f"{server.url}/v1", environ={**ENVIRON, "PROXY_LOGIN": login}, **settings)
    assert isinstance(error, UnreachableError)
    what = "requires a user name and a password" if login is None else "rejected the user name"
    assert error.message.startswith(f"the proxy {proxy.url} {what}")
    assert "(407)" in error.message
    assert "proxy_auth_env" in (error.hint or "")
    assert not error.transient
    assert "wr0ng" not in f"{error.message} {error.hint}"
    assert server.requests == []


@EACH_SERVER
@pytest.mark.parametrize("value", [None, "", "  ", "ada", ":word", "ada:wo\nrd"])
def test_proxy_auth_a_login_that_cannot_be_sent_is_exit_3(tls, value, server, proxy):
    environ = ENVIRON | ({} if value is None else {"PROXY_LOGIN": value})
    if value is None:
        del environ["PROXY_LOGIN"]
    error = failure(f"{server.url}/v1", environ=environ, proxy=proxy.url, **NAMED)
    assert isinstance(error, AuthError)
    assert error.message.startswith("PROXY_LOGIN ")
    assert "export PROXY_LOGIN=" in (error.hint or "")
    assert proxy.requests == server.connections == []


def wanting(challenge: str) -> bytes:
    """What a proxy says that takes only one kind of login."""
    return (
        f"HTTP/1.1 407 No\r\nproxy-authenticate: {challenge}\r\nContent-Length: 0\r\n\r\n"
    ).encode()


@EACH_SERVER
@pytest.mark.parametrize(
    ("challenges", "named"),
    [
        (NEGOTIATE_ONLY, "Negotiate or NTLM"),
        (
            wanting("NTLM TlRMTVNTUAACAAAA, Negotiate"),
            "NTLM or Negotiate",
        ),
        (
            wanting('Digest realm="a, Basic b", nonce="x=="'),
            "Digest",
        ),
    ],
    ids=["negotiate", "token", "digest"],
)
def test_proxy_auth_other_schemes_are_named_as_unsupported(tls, challenges, named, server):
    with ScriptedProxy(challenges) as proxy:
        error = failure(f"{server.url}/v1", environ=ENVIRON, proxy=proxy.url, **NAMED)
    assert isinstance(error, UnreachableError)
    assert error.message == (
        f"the proxy {proxy.url} requires a login by {named} (407), which is not supported"
    )
    assert not error.transient


@EACH_SERVER
def test_proxy_auth_the_program_names_the_proxy_and_exits_6(tls, server, proxy, home, authority):
    write_call(home, f"{server.url}/v1", f'proxy = "{proxy.url}"', f'ca_file = "{authority.file}"')
    document = reply(ask(home, "--json"))
    assert (document["exit_code"], document["attempts"]) == (6, 1)
    assert f"the proxy {proxy.url} requires a user name" in document["error"]["message"]
    found = findings(home)
    assert found["exit_code"] == 6
    failed = [one for name, one in found.items() if name != "exit_code" and one["code"]]
    assert [one["code"] for one in failed] == ["UNREACHABLE"]
    assert f"the proxy {proxy.url} requires a user name" in failed[0]["message"]


def test_proxy_auth_a_variable_that_is_not_set_is_exit_3_and_named(home):
    write_call(
        home, "http://127.0.0.1:9/v1", 'proxy = "http://127.0.0.1:9"', 'proxy_auth_env = "LOGIN_X"'
    )
    ended = ask(home)
    assert ended.code == 3
    assert "LOGIN_X is not set, and the proxy needs it" in ended.stderr


@pytest.mark.parametrize("tls", [True], ids=["https"])
def test_proxy_auth_no_output_holds_the_login(tls, server, proxy, home, authority):
    write_call(
        home,
        f"{server.url}/v1",
        f'proxy = "{proxy.url}"',
        f'ca_file = "{authority.file}"',
        *(f'{name} = "{value}"' for name, value in NAMED.items()),
    )
    tape = home / "tape.jsonl"
    ends = [
        ask(home, "--verbose", "--debug", "--record", tape, environ=ENVIRON),
        ask(home, "--json", "--dry-run", environ=ENVIRON),
        ask(home, "--verbose", "--dry-run", environ=ENVIRON),
        run(home, "doctor", environ=ENVIRON),
        run(home, "doctor", "--json", environ=ENVIRON),
        ask(home, "--json", "--stream", "--debug", environ=ENVIRON | {"PROXY_LOGIN": f"x{TEXT}"}),
    ]
    # The server has no list of models, which `doctor` reports.
    assert [ended.code for ended in ends] == [0, 0, 0, 4, 4, 6], [ended.stderr for ended in ends]
    assert "proxy-authorization" in ends[1].stdout
    assert "proxy-authorization" in ends[2].stdout
    shown = [*(ended.stdout + ended.stderr for ended in ends), tape.read_text(encoding="utf-8")]
    assert [secret for secret in SECRETS for text in shown if secret in text] == []
