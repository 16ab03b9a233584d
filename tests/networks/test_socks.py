"""Row socks: SOCKS 5 proxies are used, and a wrong scheme is noticed for either kind of proxy."""

from collections.abc import Iterator

import pytest

from hello_llm import UnreachableError
from tests.networks.calls import ANSWER, answer, ask, failure, findings, reply, write_call
from tests.networks.certificates import Authority
from tests.networks.dns import DNSServer, Host, dns_server
from tests.networks.proxies import Login, microsocks, squid
from tests.networks.tls import TLS, TLSServer
from tests.servers import OpenAI

LOGIN = Login("ada", "s3cret:word")
ENVIRON = {"PROXY_LOGIN": f"{LOGIN.user}:{LOGIN.password}"}
EACH_SERVER = pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])


@pytest.fixture
def names() -> Iterator[DNSServer]:
    """The name servers of this machine and of the proxy."""
    with dns_server({"api.test": Host(("127.0.0.1",))}) as names:
        yield names


@pytest.fixture
def server(tls: bool, authority: Authority) -> Iterator[TLSServer]:
    """The server behind the proxy."""
    secure = TLS(certificate=authority.issue("api.test", "127.0.0.1")) if tls else None
    with TLSServer(secure, OpenAI()) as server:
        yield server


def named(server: TLSServer) -> str:
    """The API base of `server`, by its name."""
    return f"{server.url.replace('127.0.0.1', 'api.test')}/v1"


@EACH_SERVER
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
@pytest.mark.parametrize("login", [None, LOGIN], ids=["open", "login"])
def test_socks_leads_to_the_server(tls, scheme, login, server, authority, names, tmp_path):
    with microsocks(tmp_path, login=login) as proxy:
        settings = {"proxy": f"{scheme}://127.0.0.1:{proxy.port}", "ca_file": authority.file}
        if login is not None:
            settings |= {"proxy_auth_env": "PROXY_LOGIN", "environ": ENVIRON}
        assert answer(named(server), **settings) == ANSWER
        assert proxy.targets == [f"api.test:{server.port}"]
    # One lookup, which is the proxy's: it got the name.
    assert names.queries["api.test", "A"] == 1
    assert server.requests[0].headers["host"] == f"api.test:{server.port}"
    assert "proxy-authorization" not in server.requests[0].headers


@EACH_SERVER
def test_socks_leads_to_addresses_too(tls, server, authority, tmp_path):
    with microsocks(tmp_path) as proxy:
        settings = {"proxy": f"socks5://localhost:{proxy.port}", "ca_file": authority.file}
        assert answer(f"{server.url}/v1", **settings) == ANSWER
        assert proxy.targets == [f"127.0.0.1:{server.port}"]


@pytest.mark.parametrize("given", [None, "ada:wrong", f"{LOGIN.user}:"])
def test_socks_a_refused_login_is_the_proxys(given, tmp_path):
    with microsocks(tmp_path, login=LOGIN) as proxy:
        url = f"socks5://127.0.0.1:{proxy.port}"
        settings = {"proxy": url} | ({} if given is None else {"proxy_auth_env": "PROXY_LOGIN"})
        error = failure("http://127.0.0.1:9/v1", environ={"PROXY_LOGIN": given or ""}, **settings)
    assert isinstance(error, UnreachableError)
    assert error.message.startswith(f"the proxy {url} does not let us in: ")
    assert "proxy_auth_env" in (error.hint or "")
    assert not error.transient


@pytest.mark.parametrize("place", ["127.0.0.1:9", "unknown.test:9"])
def test_socks_a_target_that_the_proxy_does_not_reach_is_named(place, names, tmp_path):
    with microsocks(tmp_path) as proxy:
        url = f"socks5://127.0.0.1:{proxy.port}"
        error = failure(f"http://{place}/v1", proxy=url)
    assert isinstance(error, UnreachableError)
    assert error.message.startswith(f"the proxy {url} does not lead to {place}: ")
    if place.startswith("127"):
        assert error.message.endswith("the host refused the connection")


@EACH_SERVER
def test_socks_a_silent_http_proxy_given_as_socks_is_suspected(tls, server, tmp_path):
    with squid(tmp_path) as proxy:  # which waits for the rest of a request
        place = f"127.0.0.1:{proxy.port}"
        error = failure(f"{server.url}/v1", proxy=f"socks5://{place}", connect_timeout=0.5)
    assert f"the proxy socks5://{place} " in error.message
    assert f'proxy = "http://{place}"' in (error.hint or "")


@EACH_SERVER
def test_socks_an_http_proxy_given_as_socks_is_noticed(tls, server, authority):
    said = TLS(certificate=authority.issue("localhost"), reply=b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with TLSServer(said, OpenAI()) as proxy:
        place = f"127.0.0.1:{proxy.port}"
        error = failure(f"{server.url}/v1", proxy=f"socks5://{place}")
    assert isinstance(error, UnreachableError)
    assert error.message == f"the proxy socks5://{place} does not speak SOCKS 5"
    assert f'proxy = "http://{place}"' in (error.hint or "")


@EACH_SERVER
@pytest.mark.parametrize("login", [None, LOGIN], ids=["open", "login"])
def test_socks_given_as_http_is_noticed(tls, login, server, tmp_path):
    with microsocks(tmp_path, login=login) as proxy:
        error = failure(f"{server.url}/v1", proxy=f"http://127.0.0.1:{proxy.port}")
    assert isinstance(error, UnreachableError)
    assert f"the proxy http://127.0.0.1:{proxy.port} " in error.message
    assert f'proxy = "socks5://127.0.0.1:{proxy.port}"' in (error.hint or "")


@EACH_SERVER
def test_socks_works_for_the_program_and_its_doctor(tls, server, authority, names, home, tmp_path):
    with microsocks(tmp_path, login=LOGIN) as proxy:
        lines = (f'proxy = "socks5://127.0.0.1:{proxy.port}"', f'ca_file = "{authority.file}"')
        write_call(home, named(server), *lines, 'proxy_auth_env = "PROXY_LOGIN"')
        ended = ask(home, "--quiet", environ=ENVIRON)
        found = findings(home, environ=ENVIRON)
        wrong = reply(ask(home, "--json", environ={"PROXY_LOGIN": "ada:wr0ng"}))
    assert (ended.code, ended.stdout, ended.stderr) == (0, f"{ANSWER}\n", "")
    assert found["connection"]["status"] == "ok"
    assert (found["tls"]["status"] if tls else "ok") == "ok"
    assert (wrong["exit_code"], wrong["attempts"]) == (6, 1)
    assert "does not let us in" in wrong["error"]["message"]
    assert "wr0ng" not in f"{wrong}"
