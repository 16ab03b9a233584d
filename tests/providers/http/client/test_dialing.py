"""Looking up a host and racing its addresses, with made-up answers of the resolver."""

import socket
import struct
import threading
import time
from contextlib import closing
from typing import Any

import pytest

from hello_llm.providers.http.client import dialing
from hello_llm.providers.http.client.dialing import EarlyDial, attempts, dial, most_telling
from hello_llm.providers.http.client.network import Network, Step
from hello_llm.providers.http.client.resolving import Address, resolve
from tests.faults.stage import filled_port

V4, V6 = socket.AF_INET, socket.AF_INET6


@pytest.fixture(autouse=True)
def no_memory(monkeypatch):
    monkeypatch.setattr(dialing, "_last_winners", {})


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock.getsockname()[1]


@pytest.fixture
def closed():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def network(within_s=5.0):
    fresh = Network()
    fresh.begin(within_s)
    return fresh


def answering(monkeypatch, *answers):
    """Have the resolver give one of `answers` after the other; an exception is raised."""
    left, asked = list(answers), []

    def getaddrinfo(host, port, **_):
        asked.append(host)
        answer = left.pop(0) if left[1:] else left[0]
        if isinstance(answer, Exception):
            raise answer
        return [(family, socket.SOCK_STREAM, 6, "", where) for family, where in answer]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def local(port):
    return Address(V4, ("127.0.0.1", port))


AGAIN = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
UNKNOWN = socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_a_temporary_failure_of_the_resolver_is_looked_up_again(monkeypatch):
    asked = answering(monkeypatch, AGAIN, AGAIN, [(V4, ("127.0.0.1", 1))])
    assert resolve("api.test", 1, network()) == [local(1)]
    assert asked == ["api.test"] * 3


def test_a_failure_that_stays_temporary_is_raised_in_the_end(monkeypatch):
    asked = answering(monkeypatch, AGAIN)
    with pytest.raises(socket.gaierror) as caught:
        resolve("api.test", 1, network())
    assert (caught.value.errno, len(asked)) == (socket.EAI_AGAIN, 3)


def test_an_unknown_name_is_looked_up_once(monkeypatch):
    asked = answering(monkeypatch, UNKNOWN)
    with pytest.raises(socket.gaierror):
        resolve("api.test", 1, network())
    assert asked == ["api.test"]


def test_a_name_with_a_dot_at_its_end_is_tried_without_it_too(monkeypatch):
    asked = answering(monkeypatch, UNKNOWN, [(V4, ("127.0.0.1", 1))])
    assert resolve("api.test.", 1, network()) == [local(1)]
    assert asked == ["api.test.", "api.test"]


def test_a_name_that_no_resolver_could_take_is_unknown():
    with pytest.raises(socket.gaierror):
        resolve("a" * 64, 1, network())


@pytest.mark.parametrize("cut", [True, False], ids=["abort", "deadline"])
def test_a_lookup_that_never_ends_is_left_behind(monkeypatch, cut):
    forever = threading.Event()

    def getaddrinfo(*_, **__):
        forever.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    waiting = network(None if cut else 0.2)
    if cut:
        threading.Timer(0.1, waiting.abort).start()
    with pytest.raises(ConnectionAbortedError if cut else TimeoutError):
        resolve("api.test", 1, waiting)
    assert waiting.step is Step.RESOLVING
    forever.set()


def test_a_refused_address_costs_no_wait(monkeypatch, listener, closed):
    answering(monkeypatch, [(V4, ("127.0.0.1", closed)), (V4, ("127.0.0.1", listener))])
    monkeypatch.setattr(dialing, "_STAGGER_S", 60.0)
    with dial("api.test", 1, network(None)) as sock:
        assert sock.getpeername() == ("127.0.0.1", listener)


def test_the_address_that_answered_is_tried_first_the_next_time(monkeypatch, listener):
    with filled_port(0) as dead:
        answering(monkeypatch, [(V4, ("127.0.0.1", dead)), (V4, ("127.0.0.1", listener))])
        dial("api.test", 1, network()).close()
        monkeypatch.setattr(dialing, "_STAGGER_S", 60.0)
        with dial("api.test", 1, network(None)) as sock:
            assert sock.getpeername() == ("127.0.0.1", listener)


def test_the_families_take_turns(monkeypatch):
    order = []
    found = [(V6, (f"fd99::{n}", 1, 0, 0)) for n in (1, 2)] + [(V4, ("127.0.0.1", 1))]
    answering(monkeypatch, found)

    def begin(address):
        order.append(address.family)
        return OSError(111, "refused")

    monkeypatch.setattr(dialing, "_begun", begin)
    with pytest.raises(OSError, match="refused"):
        dial("api.test", 1, network())
    assert order == [V6, V4, V6]


def test_many_dead_addresses_are_all_tried_in_half_of_the_time(monkeypatch):
    assert dialing._stagger_s(2, network(10.0)) == 0.25
    assert dialing._stagger_s(6, network(2.0)) == pytest.approx(2 / 12, rel=0.01)
    assert dialing._stagger_s(1000, network(1.0)) == 0.01
    assert dialing._stagger_s(6, network(None)) == 0.25


def test_the_sockets_of_the_losers_are_closed(monkeypatch, listener):
    opened: list[Any] = []
    make = dialing._begun

    def begin(address):
        opened.append(make(address))
        return opened[-1]

    monkeypatch.setattr(dialing, "_begun", begin)
    with filled_port(0) as dead:
        racing = attempts([local(dead), local(dead), local(listener)], network(), 0.0)
        with closing(racing) as outcomes:
            _, winner = next(outcomes)
    assert isinstance(winner, socket.socket)
    winner.close()
    assert all(sock.fileno() == -1 for sock in opened)


def test_an_abort_ends_a_race(monkeypatch):
    with filled_port(0) as dead:
        racing = network(None)
        threading.Timer(0.1, racing.abort).start()
        with pytest.raises(ConnectionAbortedError):
            list(attempts([local(dead)], racing, 0.0))


def test_a_refusal_says_more_than_a_missing_route():
    refused, no_route = ConnectionRefusedError(111, "refused"), OSError(101, "unreachable")
    assert most_telling([no_route, refused]) is refused
    assert most_telling([no_route]) is no_route
    assert isinstance(most_telling([]), OSError)


def test_a_pause_ends_at_the_deadline():
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        network(0.1).pause(30.0)
    assert time.monotonic() - started < 10


def test_a_connection_made_early_is_used_with_the_time_that_is_left(listener):
    call = Network()
    early = EarlyDial("127.0.0.1", listener, call, 60.0)
    sock, left_s = early.finish()
    assert sock is not None
    with sock:
        assert sock.getpeername() == ("127.0.0.1", listener)
    assert left_s is not None
    assert 0 < left_s <= 60.0


def test_a_connection_made_early_without_a_limit_leaves_none(listener):
    sock, left_s = EarlyDial("127.0.0.1", listener, Network(), None).finish()
    assert sock is not None
    sock.close()
    assert left_s is None


def test_a_connection_that_failed_early_fails_when_it_is_needed(closed):
    with pytest.raises(ConnectionRefusedError):
        EarlyDial("127.0.0.1", closed, Network(), 5.0).finish()


@pytest.mark.parametrize("end", [socket.SHUT_RDWR, "reset"])
def test_a_connection_that_the_server_closed_meanwhile_is_not_used(end):
    with socket.create_server(("127.0.0.1", 0)) as server:
        call = Network()
        early = EarlyDial("127.0.0.1", server.getsockname()[1], call, 60.0)
        other, _ = server.accept()
        while early._outcome.empty():
            time.sleep(0.001)
        if end == "reset":
            other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        other.close()
        assert early.finish() == (None, None)
    assert all(sock.fileno() == -1 for sock in call._sockets)


def test_a_server_that_greets_keeps_its_early_connection():
    with socket.create_server(("127.0.0.1", 0)) as server:
        early = EarlyDial("127.0.0.1", server.getsockname()[1], Network(), 60.0)
        other, _ = server.accept()
        with other:
            other.sendall(b"SSH-2.0-x")
            sock, _ = early.finish()
            assert sock is not None
            with sock:
                assert sock.recv(3) == b"SSH"


def test_an_unused_early_connection_is_closed(listener):
    call = Network()
    early = EarlyDial("127.0.0.1", listener, call, 5.0)
    call.abort()
    early.close()
    early.close()
    assert all(sock.fileno() == -1 for sock in call._sockets)


def test_an_early_attempt_ends_with_the_call():
    with filled_port(0) as dead:
        call = Network()
        early = EarlyDial("127.0.0.1", dead, call, None)
        call.abort()
        with pytest.raises(ConnectionAbortedError):
            early.finish()


def test_a_connection_that_was_made_too_late_is_closed(monkeypatch):
    made = socket.socket()

    def dial_and_abort(host, port, network):
        network.abort()
        return made

    monkeypatch.setattr(dialing, "dial", dial_and_abort)
    early = EarlyDial("127.0.0.1", 9, Network(), 5.0)
    with pytest.raises(ConnectionAbortedError):
        early.finish()
    assert made.fileno() == -1
