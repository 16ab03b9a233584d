"""A request goes through the proxy, or the proxy answers itself, and the test can see which."""

import base64
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from tests.networks.certificates import Authority, Certificate
from tests.networks.dns import Host, dns_server
from tests.networks.infrastructure.asking import ask
from tests.networks.namespace import DEAD_IPV4
from tests.networks.programs import find
from tests.networks.proxies import REALM, Login, microsocks, squid
from tests.networks.scripted_proxy import NEGOTIATE_ONLY, End, ScriptedProxy
from tests.networks.tls import TLS, TLSServer
from tests.servers import OpenAI, ScriptedServer

LOGIN = Login("ada", "s3cret:word")
WRONG = ("ada", "wrong")
RIGHT = (LOGIN.user, LOGIN.password)
CLOSED = "127.0.0.1:9"


@pytest.fixture
def certificate(authority: Authority) -> Certificate:
    """A certificate for servers and proxies."""
    return authority.issue("localhost", "127.0.0.1")


@pytest.fixture
def plain() -> Iterator[ScriptedServer]:
    """A server to which requests are forwarded."""
    with ScriptedServer(OpenAI()) as server:
        yield server


@pytest.fixture
def secure(certificate: Certificate) -> Iterator[TLSServer]:
    """A server to which tunnels lead."""
    with TLSServer(TLS(certificate=certificate), OpenAI()) as server:
        yield server


def basic(user: str, password: str) -> str:
    """The header of a login."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def refused(proxy: str) -> str:
    """Return httpx's message about a proxy that opens no tunnel."""
    with pytest.raises(httpx.ProxyError) as raised:
        ask(f"https://{CLOSED}", proxy=proxy)
    return str(raised.value)


@pytest.mark.parametrize("by_tls", [False, True])
def test_squid_forwards_and_tunnels(by_tls, plain, secure, certificate, authority, tmp_path):
    with squid(tmp_path, certificate=certificate if by_tls else None) as proxy:
        assert proxy.url.startswith("https:" if by_tls else "http:")
        for server in (plain, secure):
            answer = ask(server.url, trusted=authority.file, proxy=proxy.url)
            assert answer.status_code == 200
        through = proxy.wait_for_requests(2)
    assert [(each.method, each.target, each.status) for each in through] == [
        ("POST", f"{plain.url}/v1/chat/completions", 200),
        ("CONNECT", f"127.0.0.1:{secure.port}", 200),
    ]
    assert through[0].headers["content-type"] == "application/json"
    assert "via" in plain.requests[0].headers
    assert "via" not in secure.requests[0].headers


def test_squid_wants_a_login(plain, secure, authority, tmp_path):
    with squid(tmp_path, login=LOGIN) as proxy:
        without = ask(plain.url, proxy=proxy.url)
        assert without.status_code == 407
        assert without.headers["proxy-authenticate"] == f'Basic realm="{REALM}"'
        assert ask(plain.url, proxy=proxy.url, login=WRONG).status_code == 407
        assert refused(proxy.url) == "407 Proxy Authentication Required"
        for server in (plain, secure):
            answer = ask(server.url, trusted=authority.file, proxy=proxy.url, login=RIGHT)
            assert answer.status_code == 200
        through = proxy.wait_for_requests(5)
    assert [(each.status, each.user) for each in through] == [
        (407, None),
        (407, LOGIN.user),
        (407, None),
        (200, LOGIN.user),
        (200, LOGIN.user),
    ]
    logins = [each.headers.get("proxy-authorization") for each in through]
    assert logins == [None, basic(*WRONG), None, basic(*RIGHT), basic(*RIGHT)]
    assert "proxy-authorization" not in plain.requests[0].headers


def test_squid_blocks_everything(plain, tmp_path):
    with squid(tmp_path, deny=True) as proxy:
        page = ask(plain.url, proxy=proxy.url)
        assert refused(proxy.url) == "403 Forbidden"
    assert page.status_code == 403
    assert page.headers["x-squid-error"] == "ERR_ACCESS_DENIED 0"
    assert page.headers["content-type"] == "text/html;charset=utf-8"
    assert plain.requests == []


@pytest.mark.parametrize(
    ("host", "error"), [(CLOSED, "ERR_CONNECT_FAIL 111"), (DEAD_IPV4, "ERR_CONNECT_FAIL 110")]
)
def test_squid_says_that_it_cannot_connect(host, error, tmp_path):
    with squid(tmp_path) as proxy:
        page = ask(f"http://{host}", proxy=proxy.url)
    assert (page.status_code, page.headers["x-squid-error"]) == (503, error)


def test_squid_resolves_names_here(plain, tmp_path):
    with dns_server({"api.test": Host(("127.0.0.1",))}) as server, squid(tmp_path) as proxy:
        assert ask(f"http://api.test:{plain.port}", proxy=proxy.url).status_code == 200
        assert ask("http://unknown.test", proxy=proxy.url).status_code >= 500
    assert server.queries["api.test", "A"] == server.queries["unknown.test", "A"] == 1


@pytest.mark.parametrize("login", [None, LOGIN])
def test_microsocks_connects(login, plain, tmp_path):
    with dns_server({"api.test": Host(("127.0.0.1",))}), microsocks(tmp_path, login=login) as proxy:
        assert curl(f"http://api.test:{plain.port}", proxy.port, login) == 0
        assert curl(f"http://{CLOSED}", proxy.port, login) == 97
        if login is not None:
            assert curl(plain.url, proxy.port, None) == 97
            assert curl(plain.url, proxy.port, Login(*WRONG)) == 97
    assert proxy.targets == [f"api.test:{plain.port}"]


def curl(url: str, port: int, login: Login | None) -> int:
    """Get `url` through the SOCKS proxy at `port`, which is to resolve the name itself."""
    proxy = f"127.0.0.1:{port}"
    if login is not None:
        proxy = f"{login.user}:{login.password}@{proxy}"
    command = [find("curl", "curl"), "--silent", "--socks5-hostname", proxy, url]
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode


@pytest.mark.parametrize("by_tls", [False, True])
def test_a_scripted_proxy_answers_everything_alike(by_tls, plain, certificate, authority):
    tls = TLS(certificate=certificate) if by_tls else None
    with ScriptedProxy(NEGOTIATE_ONLY, then="listen", tls=tls) as proxy:
        answer = ask(plain.url, trusted=authority.file, proxy=proxy.url)
        with pytest.raises(httpx.ProxyError, match="407"):
            ask("https://api.test", trusted=authority.file, proxy=proxy.url)
    assert answer.headers.get_list("proxy-authenticate") == ["Negotiate", "NTLM"]
    forwarded, tunnel = proxy.requests
    assert forwarded.path == f"{plain.url}/v1/chat/completions"
    assert tunnel.raw.startswith(b"CONNECT api.test:443 HTTP/1.1\r\n")
    assert plain.connections == []


@pytest.mark.parametrize(
    ("answer", "then", "error"),
    [
        (b"garbage\r\n\r\n", "close", httpx.RemoteProtocolError),
        (b"", "close", httpx.RemoteProtocolError),
        (b"", "reset", httpx.ReadError),
        (b"", "listen", httpx.ReadTimeout),
    ],
)
def test_a_scripted_proxy_misbehaves(answer: bytes, then: End, error: type[Exception]):
    with (
        ScriptedProxy(answer, then=then) as proxy,
        httpx.Client(proxy=proxy.url, trust_env=False, timeout=0.5) as client,
        pytest.raises(error),
    ):
        client.get("http://api.test")
    assert len(proxy.requests) == 1
