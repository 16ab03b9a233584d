"""What happens to a connection happens on the wire."""

import socket
import ssl
import time

import pytest

from tests.faults.asking import PATIENCE_S, asked, connected, port_of, read_to_end, request_of
from tests.faults.catalogue import BY_ID
from tests.faults.connect import CERTIFICATE
from tests.faults.stage import staged


def test_refused_refuses():
    with (
        staged(BY_ID["refused"], "openai") as stage,
        pytest.raises(ConnectionRefusedError),
        connected(stage),
    ):
        pass


def test_dns_fail_has_a_name_that_cannot_exist():
    with staged(BY_ID["dns-fail"], "openai") as stage:
        assert stage.api_base == "http://nowhere.invalid:80/v1"


def test_blackhole_connect_neither_accepts_nor_refuses():
    with staged(BY_ID["blackhole-connect"], "openai") as stage, socket.socket() as sock:
        sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            sock.connect(("127.0.0.1", port_of(stage)))


def test_accept_close_counts_connections_as_attempts():
    with staged(BY_ID["accept-close"], "openai") as stage:
        for _ in range(2):
            with connected(stage) as sock:
                assert sock.recv(1) == b""
        assert stage.server is not None
        assert stage.server.attempts == 2


def test_an_http_port_answers_a_tls_handshake_in_plain_text():
    with staged(BY_ID["tls-to-plain"], "openai") as stage:
        assert stage.api_base.startswith("https://")
        with connected(stage) as sock, pytest.raises(ssl.SSLError, match="WRONG_VERSION_NUMBER"):
            ssl.create_default_context().wrap_socket(sock, server_hostname="127.0.0.1")
        assert stage.server is not None
        assert stage.server.requests == []
        assert stage.server.connections[0].requests[0].raw.startswith(b"\x16\x03")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("plain-to-tls", b"\x15\x03\x03\x00\x02\x02\x0a"),
        ("plain-to-tls.told", b"Client sent an HTTP request to an HTTPS server.\n"),
        ("not-http", b"SSH-2.0-OpenSSH_9.6\r\n"),
    ],
)
def test_a_port_of_another_kind_answers_in_its_own_way(name, answer):
    with asked(name) as (sock, stage):
        assert read_to_end(sock).endswith(answer)
    assert stage.server is not None
    assert stage.server.connections[0].requests[0].raw == request_of("openai", stream=True)


def test_a_self_signed_certificate_is_not_trusted_unless_it_is_named():
    with staged(BY_ID["tls-untrusted"], "openai") as stage:
        with connected(stage) as sock, pytest.raises(ssl.SSLCertVerificationError):
            ssl.create_default_context().wrap_socket(sock, server_hostname="127.0.0.1")
        trusting = ssl.create_default_context(cafile=CERTIFICATE)
        with (
            connected(stage) as sock,
            trusting.wrap_socket(sock, server_hostname="127.0.0.1") as secure,
        ):
            secure.sendall(request_of("openai", stream=False))
            assert secure.recv(12) == b"HTTP/1.1 200"


def test_the_moment_the_client_leaves_is_known():
    with asked("stall-mid") as (sock, stage):
        assert sock.recv(12) == b"HTTP/1.1 200"
        assert stage.server is not None
        assert stage.server.reached.wait(PATIENCE_S)
        left_at = time.monotonic()
        sock.close()
        assert stage.server.connections[0].wait_closed(PATIENCE_S)
    ended_at = stage.server.exchanges[0].ended_at
    assert ended_at is not None
    assert left_at <= ended_at <= left_at + 1
