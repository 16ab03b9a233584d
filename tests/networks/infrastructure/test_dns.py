"""A name is looked up at the DNS server of the test, by any process."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.networks import namespace
from tests.networks.dns import DNSServer, Host, dns_server
from tests.networks.namespace import DEAD_IPV4, DEAD_IPV6, LIVE_IPV4, LIVE_IPV6, Network

_LOOK_UP = """
import socket, sys
try:
    found = socket.getaddrinfo(sys.argv[1], 80, type=socket.SOCK_STREAM)
except socket.gaierror as error:
    print(next(n for n, code in vars(socket).items() if code == error.errno and "EAI_" in n))
else:
    print(*(address[0] for *_, address in found))
"""


def look_up(name: str) -> str:
    """Return the addresses that a new process finds, in its order, or the name of its error."""
    command = [sys.executable, "-c", _LOOK_UP, name]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


HOSTS = {
    "both.test": Host(("127.0.0.1", "::1")),
    "dead.test": Host((DEAD_IPV4, DEAD_IPV6, "127.0.0.1")),
    "all.test": Host((namespace.NO_ROUTE_IPV4, DEAD_IPV4, LIVE_IPV4, "127.0.0.1", LIVE_IPV6)),
    "empty.test": Host(),
    "gone.test": Host(failure="NXDOMAIN"),
    "failing.test": Host(failure="SERVFAIL"),
    "flaky.test": Host(("127.0.0.1",), failure="SERVFAIL", failures=1),
    "silent.test": Host(silent=True),
    "slow.test": Host(("127.0.0.1",), delay_s=0.4),
    "long.test": Host(("127.0.0.1",), truncated=True),
}


@pytest.fixture
def server() -> Iterator[DNSServer]:
    """The DNS server."""
    with dns_server(HOSTS) as server:
        yield server


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("both.test", "::1 127.0.0.1"),
        ("dead.test", f"{DEAD_IPV6} 127.0.0.1 {DEAD_IPV4}"),
        ("all.test", f"{LIVE_IPV6} 127.0.0.1 {LIVE_IPV4} {DEAD_IPV4} {namespace.NO_ROUTE_IPV4}"),
        ("localhost", "::1 127.0.0.1"),
        ("empty.test", "EAI_NODATA"),
        ("gone.test", "EAI_NONAME"),
        ("unknown.test", "EAI_NONAME"),
        ("failing.test", "EAI_AGAIN"),
    ],
)
def test_a_name_is_looked_up_here(name, found, server):
    assert look_up(name) == found
    once = {} if name == "localhost" else {(name, "A"): 1, (name, "AAAA"): 1}
    assert dict(server.queries) == once


def test_an_address_can_be_put_first(server, network: Network):
    with network.tried_first(DEAD_IPV4):
        assert look_up("dead.test") == f"{DEAD_IPV4} {DEAD_IPV6} 127.0.0.1"
    assert look_up("dead.test") == f"{DEAD_IPV6} 127.0.0.1 {DEAD_IPV4}"


def test_a_failure_can_pass(server, network: Network):
    assert [look_up("flaky.test"), look_up("flaky.test")] == ["EAI_AGAIN", "127.0.0.1"]
    server.queries.clear()
    with network.resolver_options("attempts:2"):
        assert look_up("flaky.test") == "127.0.0.1"
    assert server.queries["flaky.test", "A"] == 2


def test_a_silent_name_is_given_up_after_the_resolver_s_timeout(server):
    started = time.monotonic()
    assert look_up("silent.test") == "EAI_AGAIN"
    assert time.monotonic() - started > 1


def test_a_slow_answer_is_late(server):
    started = time.monotonic()
    assert look_up("slow.test") == "127.0.0.1"
    assert time.monotonic() - started > 0.4


def test_what_does_not_fit_is_asked_for_by_tcp(server, network: Network):
    assert look_up("long.test") == "127.0.0.1"
    assert server.by_tcp == 2
    with network.resolver_options("use-vc"):
        assert look_up("both.test") == "::1 127.0.0.1"
    assert server.by_tcp == 4


def test_this_process_looks_names_up_here_too(server):
    found = socket.getaddrinfo("both.test", 80, type=socket.SOCK_STREAM)
    assert [address[0] for *_, address in found] == ["::1", "127.0.0.1"]
