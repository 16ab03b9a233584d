"""A DNS server on 127.0.0.1, by UDP and TCP, that says what a test wants of each name.

glibc asks for A and AAAA at once, by UDP; it turns to TCP if an answer says that it is truncated,
or with the resolver option ``use-vc``. `getaddrinfo` does not keep the order of the answer, but
sorts by RFC 3484, in which glibc 2.36 puts IPv6 first. Of the addresses that mean something here:

1. ``::1``
2. ``fd99::1``, then ``fd99::2`` (dead)
3. ``127.0.0.1``, then other addresses in 127.0.0.0/8
4. ``10.99.0.1``, then ``10.99.0.2`` (dead) and its neighbours in the order of the answer
5. addresses without a route, of either family

So a dead IPv6 address comes before every IPv4 address, but a dead IPv4 address after every one that
works, unless it is put first by `Network.tried_first`.
"""

import socketserver
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

ADDRESS = "127.0.0.1"
PORT = 53

Failure = Literal["NXDOMAIN", "SERVFAIL", "REFUSED"]
_TTL_S = 0


@dataclass(frozen=True, slots=True)
class Host:
    """What the server says of one name; of a name without a Host it says NXDOMAIN."""

    addresses: tuple[str, ...] = ()
    """IPv4 and IPv6; a query for a type of which there are none gets an empty answer."""
    failure: Failure | None = None
    """An error in place of the addresses."""
    failures: int | None = None
    """How many queries of each type get the error before the addresses come; ``None``: all."""
    silent: bool = False
    """Whether no query is ever answered."""
    delay_s: float = 0.0
    """How long each answer takes."""
    truncated: bool = False
    """Whether an answer by UDP is cut off, so that the client has to ask by TCP."""


class DNSServer:
    """A server that runs; its counts change with each query."""

    def __init__(self, hosts: Mapping[str, Host]) -> None:
        """Know `hosts` by name."""
        self.hosts = dict(hosts)
        """What is said of each name; may be changed at any time."""
        self.queries: Counter[tuple[str, str]] = Counter()
        """Queries received, by name and type: ``("api.test", "AAAA")``."""
        self.by_tcp = 0
        """How many of them came by TCP."""
        self.closing = threading.Event()
        """Set when the server ends; until then a silent host waits for it."""
        self._lock = threading.Lock()

    def answer(self, query: bytes, *, tcp: bool) -> bytes | None:
        """Count `query` and return the answer, or None if it never comes."""
        message = dns.message.from_wire(query)
        question = message.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        with self._lock:
            self.queries[name, kind] += 1
            self.by_tcp += tcp
            count = self.queries[name, kind]
        host = self.hosts.get(name, Host(failure="NXDOMAIN"))
        if host.silent or (host.delay_s and self.closing.wait(host.delay_s)):
            return None
        response = dns.message.make_response(message, recursion_available=True)
        if host.failure and (host.failures is None or count <= host.failures):
            response.set_rcode(dns.rcode.from_text(host.failure))
        elif host.truncated and not tcp:
            response.flags |= dns.flags.TC
        else:
            addresses = [a for a in host.addresses if kind == ("AAAA" if ":" in a else "A")]
            if addresses:
                found = dns.rrset.from_text_list(question.name, _TTL_S, "IN", kind, addresses)
                response.answer.append(found)
        return response.to_wire()


@contextmanager
def dns_server(hosts: Mapping[str, Host]) -> Iterator[DNSServer]:
    """Answer for `hosts` for the time of the block."""
    server = DNSServer(hosts)
    with (
        _UDPServer((ADDRESS, PORT), partial(_UDPHandler, server)) as udp,
        _TCPServer((ADDRESS, PORT), partial(_TCPHandler, server)) as tcp,
    ):
        listeners = (udp, tcp)
        threads = [threading.Thread(target=each.serve_forever, args=(0.02,)) for each in listeners]
        for thread in threads:
            thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            for each in listeners:
                each.shutdown()
            for thread in threads:
                thread.join()


class _UDPServer(socketserver.ThreadingUDPServer):
    daemon_threads = True


class _TCPServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True  # a client may keep its connection for longer than the server lives


class _UDPHandler(socketserver.BaseRequestHandler):
    def __init__(self, server: DNSServer, *arguments: Any) -> None:
        self._server = server
        super().__init__(*arguments)

    def handle(self) -> None:
        query, sock = self.request
        answer = self._server.answer(query, tcp=False)
        if answer is not None:
            sock.sendto(answer, self.client_address)


class _TCPHandler(socketserver.StreamRequestHandler):
    def __init__(self, server: DNSServer, *arguments: Any) -> None:
        self._server = server
        super().__init__(*arguments)

    def handle(self) -> None:
        while len(length := self.rfile.read(2)) == 2:
            query = self.rfile.read(struct.unpack("!H", length)[0])
            answer = self._server.answer(query, tcp=True)
            if answer is None:
                self._server.closing.wait()
                return
            self.wfile.write(struct.pack("!H", len(answer)) + answer)
