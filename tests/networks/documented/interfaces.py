"""The scenes that have network interfaces of their own: a link-local address, and a VPN."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.networks.dns import Host
from tests.networks.documented.stage import ANSWERED, Site, Stage
from tests.networks.namespace import DEAD_IPV6, LIVE_IPV4, _ip, _mount
from tests.networks.programs import find
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
    """Listens at an address of ``eth0``."""

    def server_bind(self) -> None:
        """Add the number of the interface to the address."""
        host, port, *_ = self.server_address
        self.server_address = (host, port, 0, socket.if_nametoindex("eth0"))
        super().server_bind()


@contextmanager
def _zone(port: int) -> Iterator[None]:
    """Serve at ``fe80::1`` of ``eth0`` what is served on the same `port` of 127.0.0.1."""
    with _changed(_ZONE, "link delete eth0"), _ZoneRelay("fe80::1", port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _namespace() -> Iterator[None]:
    """Have a network namespace ``vpn``, from which this one is 10.8.0.1."""
    _mount("-t", "tmpfs", "tmpfs", "/run")  # `ip` keeps the names of namespaces there
    try:
        with _changed(_VPN, "link delete vpn0", "netns delete vpn"):
            yield
    finally:
        subprocess.run([find("umount", "mount"), "--lazy", "/run"], check=True)


@contextmanager
def _changed(commands: str, *undo: str) -> Iterator[None]:
    """Run `commands` of ``ip``, and at the end those that `undo` them."""
    try:
        for command in commands.splitlines():
            _ip(*command.split())
        yield
    finally:
        for command in undo:
            _ip(*command.split())
