"""The scenes that have network interfaces of their own: a link-local address, and a VPN."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.networks.dns import Host
from tests.networks.documented.stage import ANSWERED, Site, Stage
from tests.networks.namespace import DEAD_IPV6, LIVE_IPV4, _ip, _mount
from tests.networks.relay import Relay, relay
from tests.servers import OpenAI

_ZONE = """\
link add eth0 type veth peer name eth1
address add fe80::1/64 dev eth0 nodad
link set eth0 up
link set eth1 up
"""
_VPN = """\
netns add vpn
link add vpn0 type veth peer name vpn1 netns vpn
address add 10.8.0.1/24 dev vpn0
link set vpn0 up
-n vpn address add 10.8.0.2/24 dev vpn1
-n vpn link set vpn1 up
"""


@contextmanager
def ipv6(stage: Stage) -> Iterator[None]:
    """A name whose IPv6 address is dead, and a link-local address."""
    with (
        stage.names(dual=Host((DEAD_IPV6, LIVE_IPV4))),
        Site(None, OpenAI(), port=8080) as server,
        relay(LIVE_IPV4, 8080),
        _zone(8080),
    ):
        yield
    by_name, by_zone, doctor = stage.reader.runs
    assert by_name.stdout == by_zone.stdout == ANSWERED
    assert f"no answer from {DEAD_IPV6}\n" in doctor.stdout
    hosts = [request.headers["host"] for request in server.requests]
    assert hosts == ["dual.example:8080", "[fe80::1]:8080", "dual.example:8080"]


@contextmanager
def vpn(stage: Stage) -> Iterator[None]:
    """Another network namespace, which a link joins to this one."""
    stage.reader.runtime = stage.reader.home / ".run"  # the scene has its own warm process
    stage.reader.runtime.mkdir(mode=0o700)
    with (
        _namespace(),
        Site(None, OpenAI(), port=8080) as server,
        relay("10.8.0.1", 8080),
    ):
        yield
    started, call, stopped = stage.reader.runs
    assert "is ready" in started.stdout
    assert call.stdout == ANSWERED
    assert "note: warm: no, it has another network namespace" in call.stderr
    assert "has ended" in stopped.stdout
    assert len(server.requests) == 1


class _ZoneRelay(Relay):
    """Listens at an address with a zone."""

    def server_bind(self) -> None:
        """Have the zone translated into the number of its interface."""
        host, port, *_ = self.server_address
        ((*_, self.server_address),) = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        super().server_bind()


@contextmanager
def _zone(port: int) -> Iterator[None]:
    """Serve at ``fe80::1`` of ``eth0`` what is served on the same `port` of 127.0.0.1."""
    with ExitStack() as undone:
        for command in _ZONE.splitlines():
            _ip(*command.split())
            undone.callback(lambda: None)
        server = undone.enter_context(_ZoneRelay("fe80::1%eth0", port))
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        undone.callback(thread.join)
        undone.callback(server.shutdown)
        yield
