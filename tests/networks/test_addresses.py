"""Row addresses: zones and trailing dots are understood, and of a bad address the part is named."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hello_llm import UnreachableError, UsageError
from tests.networks.calls import ANSWER, answer, ask, failure, findings, timed, write_call
from tests.networks.certificates import Authority
from tests.networks.dns import Host, dns_server
from tests.networks.programs import find
from tests.networks.proxies import microsocks, squid
from tests.networks.relay import Relay
from tests.networks.tls import TLS, TLSServer
from tests.servers import OpenAI, ScriptedServer

LINK_LOCAL = "fe80::99"


@pytest.fixture(scope="module")
def interface() -> Iterator[str]:
    """An interface with the address `LINK_LOCAL`, which is this machine's own."""
    change = [find("ip", "iproute2"), "address"]
    address = [f"{LINK_LOCAL}/64", "dev", "dead0"]
    subprocess.run([*change, "add", *address, "nodad"], check=True)
    yield "dead0"
    subprocess.run([*change, "del", *address], check=True)


@pytest.fixture
def names() -> Iterator[None]:
    """A name with an address."""
    with dns_server({"api.test": Host(("127.0.0.1",))}):
        yield


class ZoneRelay(Relay):
    """Listens at `LINK_LOCAL`, which takes the number of its interface."""

    def server_bind(self) -> None:
        """Add the number to the address."""
        host, port, *_ = self.server_address
        self.server_address = (host, port, 0, socket.if_nametoindex("dead0"))
        super().server_bind()


@contextmanager
def relayed(port: int) -> Iterator[None]:
    """Serve at `LINK_LOCAL` what is served on the same `port` of 127.0.0.1."""
    with ZoneRelay(LINK_LOCAL, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def at_zone(interface) -> Iterator[ScriptedServer]:
    """A server at the link-local address."""
    with ScriptedServer(OpenAI()) as server, relayed(server.port):
        yield server


@pytest.mark.parametrize("mark", ["%25", "%"])
@pytest.mark.parametrize("by_number", [False, True], ids=["name", "number"])
def test_addresses_with_a_zone_are_understood(mark, by_number, interface, at_zone):
    zone = str(socket.if_nametoindex(interface)) if by_number else interface
    assert answer(f"http://[{LINK_LOCAL}{mark}{zone}]:{at_zone.port}/v1") == ANSWER
    assert at_zone.requests[0].headers["host"] == f"[{LINK_LOCAL}]:{at_zone.port}"


def test_addresses_with_a_zone_work_for_the_program_and_its_doctor(interface, at_zone, home):
    write_call(home, f"http://[{LINK_LOCAL}%25{interface}]:{at_zone.port}/v1")
    ended = ask(home, "--quiet")
    found = findings(home)
    assert (ended.code, ended.stdout, ended.stderr) == (0, f"{ANSWER}\n", "")
    assert found["connection"]["status"] == "ok"


@pytest.mark.parametrize("mark", ["%25", "%"])
def test_addresses_with_an_unknown_zone_say_so(mark):
    error = failure(f"http://[{LINK_LOCAL}{mark}nothere0]:9/v1")
    assert isinstance(error, UnreachableError)
    assert "nothere0" in f"{error.message} {error.hint}"
    assert "interface" in f"{error.message} {error.hint}"
    assert not error.transient


def test_addresses_with_a_zone_are_verified_without_it(interface, authority, tmp_path):
    tls = TLS(certificate=authority.issue(LINK_LOCAL))
    with TLSServer(tls, OpenAI()) as server, relayed(server.port):
        base = f"https://[{LINK_LOCAL}%25{interface}]:{server.port}/v1"
        assert answer(base, ca_file=authority.file) == ANSWER


@pytest.mark.parametrize("way", ["direct", "http", "socks5"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_addresses_with_a_dot_at_the_end_are_understood(
    way, tls, authority: Authority, names, tmp_path
):
    secure = TLS(certificate=authority.issue("api.test"), names=frozenset({"api.test"}))
    with (
        TLSServer(secure if tls else None, OpenAI()) as server,
        squid(tmp_path / "squid") as http,
        microsocks(tmp_path / "socks") as socks,
    ):
        proxy = {"direct": None, "http": http.url, "socks5": f"socks5://127.0.0.1:{socks.port}"}
        base = f"{server.url.replace('127.0.0.1', 'api.test.')}/v1"
        assert answer(base, ca_file=authority.file, proxy=proxy[way]) == ANSWER
        assert server.requests[0].headers["host"] == f"api.test:{server.port}"
        if tls:
            assert [one.server_name for one in server.handshakes] == ["api.test"]


def test_addresses_with_a_dot_at_the_end_work_for_the_program(names, home):
    with ScriptedServer(OpenAI()) as server:
        write_call(home, f"http://API.test.:{server.port}/v1")
        ended = ask(home, "--quiet")
        found = findings(home)
    assert (ended.code, ended.stdout, ended.stderr) == (0, f"{ANSWER}\n", "")
    assert found["connection"]["status"] == "ok"


def test_addresses_of_localhost_with_a_dot_are_in_the_file_of_hosts():
    with ScriptedServer(OpenAI()) as server, dns_server({}):
        _, outcome = timed(f"http://localhost.:{server.port}/v1")
    assert outcome == ANSWER


BAD = {
    "http://.api.test/v1": "empty label",
    "http://api..test/v1": "empty label",
    "http://api.test../v1": "empty label",
    "http://./v1": "empty label",
    f"http://{'a' * 64}.test/v1": "63 characters",
    f"http://{'abcdefgh.' * 30}test/v1": "253 characters",
    "http://:80/v1": "no host",
    "http:///v1": "no host",
    "http://api.test:0/v1": "port",
    "http://api.test:65536/v1": "port",
    "http://api.test:eighty/v1": "port",
    "http://::1:8080/v1": "brackets",
    "http://[::1/v1": "brackets",
    "http://[::g]/v1": "IPv6",
    "http://[fe80::1%25]/v1": "zone",
    "http://[fe80::1%]/v1": "IPv6",
    "ftp://api.test/v1": "http://",
    "api.test/v1": "http://",
    "http://api test/v1": "space",
}


@pytest.mark.parametrize("base", BAD)
def test_addresses_that_are_bad_name_the_part(base):
    error = failure(base)
    assert isinstance(error, UsageError)
    assert BAD[base] in error.message


@pytest.mark.parametrize("base", ["http://api..test/v1", "http://[fe80::1%25]/v1"])
def test_addresses_that_are_bad_are_exit_2(base, home):
    flagged = ask(home, "--provider", "litellm", "--model", "openai/m", "--api-base", base)
    write_call(home, base)
    profiled = ask(home)
    for ended in (flagged, profiled):
        assert (ended.code, ended.stdout) == (2, "")
        assert BAD[base] in ended.stderr
