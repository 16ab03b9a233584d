"""What one read of a connection brings reaches the tap at once, in one piece, over TCP and TLS."""

import socket
import ssl
import threading
from itertools import accumulate, pairwise
from typing import Any

import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hello_llm.providers.http.client.http11 import HttpConnection
from hello_llm.providers.http.client.network import Network, Step
from hello_llm.providers.http.client.streams import TlsStream
from hello_llm.providers.http.client.wire import WireTransport
from tests.faults.connect import CERTIFICATE

HEAD = b"HTTP/1.1 200 OK\r\nDate: today\r\n"
REQUEST = httpcore.Request("GET", "http://x/", headers={"host": "x"})
FRAME = b'data: {"choices": [{"delta": {"content": "%d "}}]}\n\n'


class Played(httpcore.NetworkStream):
    """A connection on which each read brings what was written for it, then the end."""

    def __init__(self, reads, on_read=lambda: None):
        self._reads, self._on_read = iter(reads), on_read

    def read(self, max_bytes, timeout=None):
        self._on_read()
        data = next(self._reads, b"")
        assert len(data) <= max_bytes
        return data

    def write(self, buffer, timeout=None):
        """Take any request."""

    def close(self):
        """Need nothing."""


class Backend(httpcore.NetworkBackend):
    """Opens one connection."""

    def __init__(self, stream):
        self._stream = stream

    def connect_tcp(self, *_, **__):
        return self._stream


def ours(stream):
    """Yield the body as we read it."""
    connection = HttpConnection(stream, Network())
    yield from connection.send(REQUEST).iter_stream()


def theirs(stream):
    """Yield the body as httpcore does."""
    with httpcore.ConnectionPool(network_backend=Backend(stream)) as pool:
        response = pool.handle_request(REQUEST)
        yield from response.iter_stream()
        response.close()


def bodies(reads):
    """The body as it is yielded, and as httpcore yields it: each with its size at every read."""
    for body_of in (ours, theirs):
        parts: list[bytes] = []
        sizes: list[int] = []
        stream = Played(reads, lambda p=parts, s=sizes: s.append(sum(map(len, p))))
        parts.extend(body_of(stream))
        yield parts, sizes


def chunked(chunks, zeros=0):
    sizes = (f"{'0' * zeros}{len(chunk):X}".encode() for chunk in chunks)
    return b"".join(b"%s\r\n%s\r\n" % (size, one) for size, one in zip(sizes, chunks, strict=True))


def cut(data, cuts):
    places = sorted({0, len(data), *(place % (len(data) + 1) for place in cuts)})
    return [data[start:end] for start, end in pairwise(places)]


CHUNKS = st.lists(st.one_of(st.text("\r\n1adD:", min_size=1), st.just("data: {}\n\n")), max_size=8)


@given(CHUNKS, st.lists(st.integers(0, 2000), max_size=8), st.integers(0, 2))
def test_a_body_is_whole_and_never_held_over_a_read(chunks, cuts, zeros):
    chunks = [chunk.encode() for chunk in chunks]
    body = chunked(chunks, zeros) + b"0\r\n\r\n"
    wire = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body
    (got, our_sizes), (other, their_sizes) = bodies(cut(wire, cuts))
    assert b"".join(got) == b"".join(other) == b"".join(chunks)
    assert our_sizes == their_sizes


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.booleans())
def test_the_chunks_that_one_read_brings_are_one(groups, with_the_head):
    frames = [FRAME % number for number in range(sum(groups))]
    ends = list(accumulate(groups, initial=0))
    reads = [chunked(frames[start:end]) for start, end in pairwise(ends)]
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    reads = [head + reads[0], *reads[1:]] if with_the_head else [head, *reads]
    (got, _), (other, _) = bodies([*reads, b"0\r\n\r\n"])
    assert len(other) == len(frames)
    assert got == [b"".join(frames[start:end]) for start, end in pairwise(ends)]


@given(st.lists(st.binary(min_size=1), min_size=1))
def test_a_body_without_chunks_is_yielded_as_it_is_read(reads):
    wire = [HEAD + b"Connection: close\r\n\r\n", *reads]
    (got, our_sizes), (other, their_sizes) = bodies(wire)
    assert (got, our_sizes) == (other, their_sizes) == (reads, their_sizes)


def test_what_came_before_a_broken_chunk_is_yielded():
    frames = [FRAME % number for number in range(3)]
    wire = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(frames) + b"nonsense\r\nx"
    found: list[bytes] = []
    with pytest.raises(httpx.RemoteProtocolError, match="chunk header"):
        found.extend(ours(Played([wire])))
    assert b"".join(found) == b"".join(frames)


def test_a_call_reads_its_body_this_way():
    frames = [FRAME % number for number in range(50)]
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

    def answer():
        with listener.accept()[0] as peer:
            peer.recv(65536)
            peer.sendall(head + chunked(frames) + b"0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=answer)
        server.start()
        transport = WireTransport(httpx.create_ssl_context(), Network())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        response = transport.handle_request(httpx.Request("GET", url))
        assert list(response.iter_raw()) == [b"".join(frames)]
        transport.close()
        server.join()


class TlsServer:
    """The far end of a TLS connection in memory; what it sends arrives with the next read."""

    def __init__(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._open = False
        self.reads = 0

    def say(self, *records):
        for record in records:
            self._tls.write(record)

    def end(self):
        with pytest.raises(ssl.SSLWantReadError):
            self._tls.unwrap()

    def write(self, buffer, timeout=None):
        self._incoming.write(buffer)
        if not self._open:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                return
            self._open = True

    def read(self, max_bytes, timeout=None):
        self.reads += 1
        return self._outgoing.read(max_bytes)

    def close(self):
        """Need nothing."""


@pytest.fixture
def secured():
    """A client's TLS stream, open, and the server that it is connected to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    server: Any = TlsServer()
    network = Network(secure=True)
    stream = TlsStream.over(server, context, "localhost", network)
    assert network.step is Step.OPEN
    server.reads = 0
    return stream, server


def test_all_records_that_arrived_are_one_read(secured):
    stream, server = secured
    records = [FRAME % number for number in range(100)]
    server.say(*records)
    assert stream.read(65536) == b"".join(records)
    assert server.reads == 1


def test_a_read_brings_no_more_than_was_asked_for(secured):
    stream, server = secured
    server.say(b"12345", b"67890")
    assert [stream.read(7), stream.read(7)] == [b"1234567", b"890"]


@pytest.mark.parametrize("announced", [True, False])
def test_the_end_follows_what_arrived_with_it(secured, announced):
    stream, server = secured
    server.say(b"1", b"2")
    if announced:
        server.end()
    assert [stream.read(9), stream.read(9), stream.read(9)] == [b"12", b"", b""]


def test_a_failure_follows_what_arrived_with_it(secured):
    stream, server = secured
    server.say(b"1", b"2")
    server._outgoing.write(b"\x17\x03\x03\x00\x20" + b"x" * 32)
    assert stream.read(9) == b"12"
    for _ in range(2):
        with pytest.raises(httpx.ReadError, match=r"(?i)bad.record.mac|decryption.failed"):
            stream.read(9)
