"""Row connect-bounds: one deadline for names, addresses, proxies and TLS together."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hello_llm import DeadlineError
from tests.networks.calls import ANSWER, MARGIN_S, ask, findings, reply, timed, write_call
from tests.networks.certificates import Authority
from tests.networks.dns import Host, dns_server
from tests.networks.namespace import _PRECEDENCES, DEAD_IPV4, Network
from tests.networks.proxies import squid
from tests.networks.scripted_proxy import ScriptedProxy
from tests.networks.tls import TLS, TLSServer
from tests.servers import OpenAI, ScriptedServer

HINT = "raise it with --connect-timeout SECONDS, 0 turns it off"
LIVE = "127.0.0.1"
DEAD = [f"10.99.0.{last}" for last in range(2, 7)]
DEAD_IPV6 = [f"fd99::{last}" for last in range(2, 7)]

# Times the calls to each address that it gets, once LiteLLM is imported.
_TIMED_CALLS = """
import sys
from tests.networks.calls import timed
for base in sys.argv[1:]:
    seconds, outcome = timed(base, connect_timeout=2.0)
    print(seconds, outcome, sep="\\t")
"""


@contextmanager
def tried_in_order(network: Network, addresses: list[str]) -> Iterator[None]:
    """Have getaddrinfo sort IPv4 `addresses` like this, in processes that are started meanwhile."""
    first = {f"::ffff:{one}/128": 200 - place for place, one in enumerate(addresses)}
    lines = [f"precedence {one} {value}\n" for one, value in (first | _PRECEDENCES).items()]
    with network.tried_first(addresses[0]):
        (network._folder / "gai.conf").write_text("".join(["reload yes\n", *lines]))
        yield


@pytest.mark.parametrize("position", [0, 2, 5])
def test_connect_bounds_a_live_address_answers_at_any_position(position, network: Network):
    order = [*DEAD[:position], LIVE, *DEAD[position:]]
    with (
        ScriptedServer(OpenAI()) as server,
        dns_server({"many.test": Host(tuple(order))}),
        tried_in_order(network, order),
    ):
        base = f"http://many.test:{server.port}/v1"
        ended = subprocess.run(
            [sys.executable, "-c", _TIMED_CALLS, base, base],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 0, ended.stderr
    (first_s, first), (second_s, second) = (line.split("\t") for line in ended.stdout.splitlines())
    assert first == second == ANSWER
    assert float(first_s) < 2.0
    assert float(second_s) < 0.2, "the address that answered was not tried first"


def test_connect_bounds_a_live_address_answers_among_dead_ones_of_the_other_family():
    hosts = {"families.test": Host((*DEAD_IPV6, *DEAD, LIVE))}
    with ScriptedServer(OpenAI()) as server, dns_server(hosts):
        base = f"http://families.test:{server.port}/v1"
        seconds, outcome = timed(base, connect_timeout=2.0)
    assert outcome == ANSWER
    assert seconds < 2.0


@dataclass(frozen=True)
class Slow:
    """A way to a server that is too slow."""

    base: str
    words: str
    """What the error says, up to the deadline."""
    deadline_s: float = 0.6
    settings: dict[str, Any] | None = None


@contextmanager
def names(host: Host, *options: str, network: Network) -> Iterator[None]:
    with dns_server({"api.test": host}), network.resolver_options(*options):
        yield


@contextmanager
def silent_listener() -> Iterator[int]:
    """A port that accepts connections, and neither reads nor writes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@contextmanager
def half_socks() -> Iterator[int]:
    """A SOCKS proxy that agrees on a method and then says no more."""
    with ScriptedProxy(b"", then="listen") as proxy:
        proxy._answer = lambda peer, request: True  # type: ignore[method-assign]
        proxy._serve = _agree  # type: ignore[method-assign]
        yield proxy.port


def _agree(peer: Any, connection: Any) -> None:
    peer._socket.recv(100)
    peer.send(b"\x05\x00")
    while peer._socket.recv(100):
        pass
    peer.close()


def stalling(authority: Authority) -> TLSServer:
    return TLSServer(TLS(certificate=authority.issue("127.0.0.1"), reply=b""), OpenAI())


Enter = Callable[[AbstractContextManager[Any]], Any]


def slow_way(kind: str, enter: Enter, authority: Authority, network: Network, folder: Path) -> Slow:
    """Start what makes the way of this `kind` slow."""
    match kind:
        case "silent-resolver" | "resolver-too-slow" | "resolver-fails-again-and-again":
            host = Host(silent=True) if kind == "silent-resolver" else Host((LIVE,), delay_s=1.5)
            if "fails" in kind:
                host = Host(failure="SERVFAIL", delay_s=0.25)
            enter(names(host, "timeout:5", "attempts:1", network=network))
            return Slow("http://api.test:9/v1", "cannot resolve api.test")
        case "dead-addresses":
            enter(names(Host((*DEAD, *DEAD_IPV6)), network=network))
            return Slow("http://api.test:9/v1", "no connection to api.test:9", 2.0)
        case "dead-address":
            return Slow(f"http://{DEAD_IPV4}:9/v1", f"no connection to {DEAD_IPV4}:9")
        case "tls":
            place = f"127.0.0.1:{enter(stalling(authority)).port}"
            return Slow(f"https://{place}/v1", f"no TLS connection to {place}")
        case "slow-names-and-tls":
            enter(names(Host((LIVE,), delay_s=0.6), network=network))
            place = f"api.test:{enter(stalling(authority)).port}"
            return Slow(f"https://{place}/v1", f"no TLS connection to {place}", 1.0)
        case "tls-behind-proxy":
            place = f"127.0.0.1:{enter(stalling(authority)).port}"
            proxy = {"proxy": enter(squid(folder)).url}
            return Slow(f"https://{place}/v1", f"no TLS connection to {place}", settings=proxy)
    return slow_proxy(kind, enter, authority, network)


def slow_proxy(kind: str, enter: Enter, authority: Authority, network: Network) -> Slow:
    """Start a proxy of this `kind`."""
    base, no_server = "https://api.test/v1", "did not connect to api.test"
    match kind:
        case "dead-proxy":
            url, words = f"http://{DEAD_IPV4}:9", f"no connection to the proxy http://{DEAD_IPV4}:9"
        case "unresolved-proxy":
            enter(names(Host(silent=True), "timeout:5", "attempts:1", network=network))
            url, words = "http://api.test:9", "cannot resolve the proxy http://api.test:9"
        case "silent-http-proxy":
            url = f"http://127.0.0.1:{enter(silent_listener())}"
            words = f"the proxy {url} {no_server}"
        case "silent-tls-of-proxy":
            url = f"https://127.0.0.1:{enter(stalling(authority)).port}"
            words = f"no TLS connection to the proxy {url}"
        case "silent-socks" | "half-socks":
            port = enter(silent_listener() if kind == "silent-socks" else half_socks())
            url = f"socks5://127.0.0.1:{port}"
            words = f"the proxy {url} {no_server}"
        case _:
            raise AssertionError(kind)
    return Slow(base, words, settings={"proxy": url})


@pytest.mark.parametrize(
    "kind",
    """
    silent-resolver resolver-too-slow resolver-fails-again-and-again dead-addresses dead-address
    tls slow-names-and-tls tls-behind-proxy dead-proxy unresolved-proxy silent-http-proxy
    silent-tls-of-proxy silent-socks half-socks
    """.split(),
)
def test_connect_bounds_the_deadline_is_for_the_whole_way(kind, authority, network, tmp_path):
    with ExitStack() as stack:
        way = slow_way(kind, stack.enter_context, authority, network, tmp_path)
        seconds, error = timed(way.base, connect_timeout=way.deadline_s, **way.settings or {})
    assert isinstance(error, DeadlineError), error
    assert error.message == f"{way.words} within {way.deadline_s:g} s (the connect deadline)"
    advice = error.hint or ""
    # A proxy that has not said a word may speak another protocol.
    silent = kind in {"silent-http-proxy", "silent-socks"}
    assert advice.endswith(HINT) if silent else advice == HINT
    assert not error.transient
    assert way.deadline_s * 0.95 <= seconds < way.deadline_s + MARGIN_S


def test_connect_bounds_a_missed_deadline_is_exit_7_and_not_retried(home):
    write_call(home, f"http://{DEAD_IPV4}:9/v1", "connect_timeout = 0.5")
    document = reply(ask(home, "--json"))
    assert (document["exit_code"], document["attempts"]) == (7, 1)
    error = document["error"]
    assert error["message"] == f"no connection to {DEAD_IPV4}:9 within 0.5 s (the connect deadline)"
    assert error["hint"] == HINT


def test_connect_bounds_doctor_waits_no_longer(home, network: Network):
    write_call(home, "http://api.test:9/v1")
    with names(Host(tuple(DEAD)), network=network):
        found = findings(home, "--connect-timeout", "0.5")
    assert found["exit_code"] == 7
    assert found["connection"]["status"] == "failure"
    assert "within 0.5 s (the connect deadline)" in found["connection"]["message"]


def test_connect_bounds_the_one_connection_is_made_while_the_call_is_prepared(home):
    with ScriptedServer(OpenAI()) as server:
        write_call(home, f"{server.url}/v1")
        document = reply(ask(home, "--json"))
        connected, asked = len(server.connections), len(server.requests)
    assert (document["text"], connected, asked) == (ANSWER, 1, 1)


def test_connect_bounds_a_dry_run_connects_to_nobody(home):
    with ScriptedServer(OpenAI()) as server:
        write_call(home, f"{server.url}/v1")
        ended = ask(home, "--dry-run")
        assert (ended.code, len(server.connections)) == (0, 0)
