"""An address is dead, refuses, or has no route, as its name says."""

import errno
import socket

import pytest

from tests.networks import namespace
from tests.networks.infrastructure.asking import ask
from tests.networks.namespace import DEAD_IPV4, DEAD_IPV6, LIVE_IPV4, LIVE_IPV6
from tests.networks.programs import MissingProgramError, find
from tests.networks.relay import relay
from tests.servers import OpenAI, ScriptedServer


@pytest.mark.parametrize("address", [DEAD_IPV4, DEAD_IPV6])
def test_a_connection_to_a_dead_address_is_neither_made_nor_refused(address):
    with pytest.raises(TimeoutError):
        socket.create_connection((address, 80), timeout=0.3)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        (LIVE_IPV4, errno.ECONNREFUSED),
        (LIVE_IPV6, errno.ECONNREFUSED),
        ("::1", errno.ECONNREFUSED),
        (namespace.UNREACHABLE_IPV4, errno.EHOSTUNREACH),
        (namespace.UNREACHABLE_IPV6, errno.EHOSTUNREACH),
        (namespace.NO_ROUTE_IPV4, errno.ENETUNREACH),
        (namespace.NO_ROUTE_IPV6, errno.ENETUNREACH),
    ],
)
def test_a_connection_to_another_address_fails_at_once(address, error):
    with pytest.raises(OSError) as raised:
        socket.create_connection((address, 80))
    assert raised.value.errno == error


@pytest.mark.parametrize("address", ["::1", LIVE_IPV4, LIVE_IPV6])
def test_a_relay_makes_a_server_reachable_at_a_further_address(address):
    host = f"[{address}]" if ":" in address else address
    with ScriptedServer(OpenAI()) as server, relay(address, server.port) as relayed:
        assert ask(f"http://{host}:{server.port}").status_code == 200
    assert relayed.connections == 1


def test_a_program_that_is_missing_is_named_with_its_package():
    with pytest.raises(MissingProgramError, match="apt-get install some-package"):
        find("no-such-program", "some-package")


def test_a_process_that_can_reach_a_network_stays_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(namespace, "_interfaces_that_are_up", lambda: {"lo", "eth0"})
    with pytest.raises(namespace.IsolationError, match="eth0 is up"):
        namespace.enter(tmp_path)
