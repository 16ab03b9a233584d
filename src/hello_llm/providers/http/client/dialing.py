"""Connects to a host by racing its addresses (RFC 8305), within one deadline for all of them."""

import errno
import os
import queue
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from itertools import chain, zip_longest

from hello_llm.providers.http.client.network import LOOK_S, Network, Step
from hello_llm.providers.http.client.resolving import Address, resolve

_STAGGER_S = 0.25
"""The wait between the beginnings of two attempts, as recommended."""
_LEAST_STAGGER_S = 0.01
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL})

_last_winners: dict[tuple[str, int], Address] = {}
"""The address at which each host was reached last; it is tried first the next time."""


def dial(host: str, port: int, network: Network) -> socket.socket:
    """Return a socket connected to `host`; whichever address answers first is taken.

    Args:
        host: a name or an address, with its zone if there is one.
        port: the port.
        network: the connections of the call, with the deadline.

    Raises:
        OSError: the host has no address, none accepted the connection, or the call was aborted;
            ``TimeoutError`` if that took too long.
    """
    addresses = _in_order(resolve(host, port, network), _last_winners.get((host, port)))
    network.step = Step.CONNECTING
    errors: list[OSError] = []
    with closing(attempts(addresses, network, _stagger_s(len(addresses), network))) as outcomes:
        for address, outcome in outcomes:
            if isinstance(outcome, OSError):
                errors.append(outcome)
                continue
            _last_winners[host, port] = address
            outcome.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            network.add(outcome)
            return outcome
    raise most_telling(errors)


class EarlyDial:
    """A connection that is being made in a thread, while the request is not ready yet."""

    def __init__(self, host: str, port: int, network: Network, within_s: float | None) -> None:
        """Start to connect to `host`, for at most `within_s` seconds."""
        self.goal = host, port
        """The host and the port."""
        self._network = network
        self._used = False
        self._outcome: queue.SimpleQueue[tuple[socket.socket | OSError, float | None]]
        self._outcome = queue.SimpleQueue()
        network.begin(within_s)
        threading.Thread(target=self._dial, name="hello-llm-dial", daemon=True).start()

    def finish(self) -> tuple[socket.socket | None, float | None]:
        """Return the connected socket, and the seconds left for the rest of the way.

        Returns no socket if the other end has closed it in the meantime, as servers do with
        connections on which nothing arrives.

        Raises:
            OSError: as raised by :func:`dial`.
        """
        self._used = True
        outcome, left_s = self._outcome.get()
        if isinstance(outcome, OSError):
            raise outcome
        if not _is_closed(outcome):
            return outcome, left_s
        outcome.close()
        return None, None

    def close(self) -> None:
        """Close the connection if it was not used; the network must have been aborted."""
        if self._used:
            return
        outcome: socket.socket | OSError | None = None
        with suppress(queue.Empty):
            outcome, _ = self._outcome.get(timeout=2 * LOOK_S)
        if isinstance(outcome, socket.socket):
            outcome.close()

    def _dial(self) -> None:
        try:
            sock = dial(*self.goal, self._network)
        except OSError as error:
            self._outcome.put((error, None))
            return
        try:
            self._outcome.put((sock, self._network.left_s()))
        except OSError as error:
            sock.close()
            self._outcome.put((error, None))


def attempts(
    addresses: Sequence[Address], network: Network, stagger_s: float
) -> Generator[tuple[Address, socket.socket | OSError]]:
    """Connect to all `addresses`; yield each with its socket or its error, as that is known.

    The sockets that were not yielded are closed when the iterator is.

    Args:
        addresses: the addresses, in the order in which they are tried.
        network: the connections of the call, with the deadline.
        stagger_s: seconds between the beginnings of two attempts; an error cuts the wait short.

    Raises:
        TimeoutError: the deadline passed before all of them answered.
        ConnectionAbortedError: the call was aborted.
    """
    untried, poller = deque(addresses), select.poll()
    waiting: dict[int, tuple[Address, socket.socket]] = {}
    next_at = 0.0
    try:
        while untried or waiting:
            if untried and time.monotonic() >= next_at:
                address = untried.popleft()
                begun = _begun(address)
                if isinstance(begun, OSError):
                    yield address, begun
                    continue
                waiting[begun.fileno()] = address, begun
                poller.register(begun, select.POLLOUT)
                next_at = time.monotonic() + stagger_s
            longest = max(0.0, next_at - time.monotonic()) if untried else 1.0
            for number, _ in poller.poll(network.look_s(longest) * 1000):
                poller.unregister(number)
                address, sock = waiting.pop(number)
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code:
                    sock.close()
                    next_at = 0.0
                yield address, OSError(code, os.strerror(code)) if code else sock
    finally:
        for _, sock in waiting.values():
            sock.close()


def _is_closed(sock: socket.socket) -> bool:
    """Return whether the other end has closed the connection, as far as that is known here."""
    try:
        return sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def most_telling(errors: Sequence[OSError]) -> OSError:
    """Return the error that says most about a host: rather a refusal than a missing route."""
    told = (error for error in errors if error.errno not in _NO_ROUTE)
    return next(chain(told, errors), OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH)))


def _begun(address: Address) -> socket.socket | OSError:
    """Return a socket that is connecting to `address`, or the error that says it cannot."""
    try:
        sock = socket.socket(address.family, socket.SOCK_STREAM)
    except OSError as error:
        return error
    try:
        sock.setblocking(False)
        sock.connect(address.where)
    except BlockingIOError:
        pass
    except OSError as error:
        sock.close()
        return error
    return sock


def _stagger_s(count: int, network: Network) -> float:
    """Return the stagger with which `count` addresses are tried in half of the time that is left.

    The recommended one is never exceeded; with many dead addresses, it would not reach the last.
    """
    left = network.left_s()
    if left is None:
        return _STAGGER_S
    return max(_LEAST_STAGGER_S, min(_STAGGER_S, left / (2 * count)))


def _in_order(addresses: Sequence[Address], first: Address | None) -> list[Address]:
    """Return `addresses` with the families taking turns, and `first` at the head if it is there."""
    families = dict.fromkeys(address.family for address in addresses)
    turns = zip_longest(*([one for one in addresses if one.family == f] for f in families))
    ordered = [one for one in chain.from_iterable(turns) if one is not None]
    return sorted(ordered, key=lambda one: one != first) if first in ordered else ordered
