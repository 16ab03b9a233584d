"""Ctrl-C ends a call at once while its host is looked up, connected to, or secured."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.networks.calls import write_call
from tests.networks.certificates import Authority
from tests.networks.dns import Host, dns_server
from tests.networks.namespace import DEAD_IPV4, Network
from tests.networks.running import COMMAND
from tests.networks.tls import TLS, TLSServer
from tests.servers import OpenAI
from tests.shared_cache import SHARED_CACHE

PATIENCE_S = 30.0
SOON_S = 1.0


def wait_for(what: str, happened) -> None:
    started = time.monotonic()
    while not happened():
        assert time.monotonic() - started < PATIENCE_S, f"waited in vain for {what}"
        time.sleep(0.01)


def connecting() -> bool:
    """Whether a TCP connection to the dead address has been begun (state SYN_SENT)."""
    dead = socket.inet_aton(DEAD_IPV4)[::-1].hex().upper()
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    return any(line.split()[2].startswith(dead) and line.split()[3] == "02" for line in lines)


@contextmanager
def waiting(step: str, network: Network, authority: Authority) -> Iterator[tuple[str, object]]:
    """A server to which the way ends at `step`; yields its API base and how to see that."""
    with (
        dns_server({"api.test": Host(silent=True)}) as names,
        network.resolver_options("timeout:30"),
    ):
        if step == "resolving":
            yield "http://api.test:9/v1", lambda: names.queries["api.test", "A"] > 0
        elif step == "connecting":
            yield f"http://{DEAD_IPV4}:9/v1", connecting
        else:
            tls = TLS(certificate=authority.issue("127.0.0.1"), reply=b"")
            with TLSServer(tls, OpenAI()) as server:
                yield f"{server.url}/v1", lambda: bool(server.connections)


@pytest.mark.parametrize(
    ("number", "flags"),
    [(signal.SIGINT, ()), (signal.SIGTERM, ("--stream",))],
    ids=["INT", "TERM of a stream"],
)
@pytest.mark.parametrize("step", ["resolving", "connecting", "securing"])
def test_interrupts_end_a_call_at_once(step, flags, number, network, authority, home):
    with waiting(step, network, authority) as (base, reached):
        write_call(home, base, "connect_timeout = 60")
        with subprocess.Popen(
            [*COMMAND, "chat", *flags, "hi"],
            env={"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **SHARED_CACHE},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            wait_for(step, reached)
            started = time.monotonic()
            process.send_signal(number)
            stdout, stderr = process.communicate(timeout=PATIENCE_S)
            took_s = time.monotonic() - started
    assert process.returncode == 128 + number
    assert stdout == ""
    assert stderr.startswith("error: ")
    assert took_s < SOON_S
