"""How calls reach a server: by a proxy, and trusting whom."""

import socket
import ssl
import threading
from contextlib import suppress

import pytest

from hello_llm.contract import UnreachableError, UsageError
from hello_llm.providers.factory import get_provider
from hello_llm.providers.http.client import wire
from hello_llm.providers.http.client.network import Network
from hello_llm.providers.http.client.transport import Transport
from tests.faults.connect import CERTIFICATE
from tests.providers.subjects import litellm_at, outcome, serving

ANSWER = b'{"choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}],"id":"1"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"


def _ignore(_):
    """Do nothing."""


def _same(response):
    """Return the response."""
    return response


class OneAnswer:
    """A server that answers one connection, over TLS if it is given a context for it."""

    def __init__(self, context=None, status=HEAD):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(10)
        self.port = self.listener.getsockname()[1]
        self.received = b""
        self._context, self._status = context, status
        self._thread = threading.Thread(target=self._answer)

    def _answer(self):
        try:
            peer, _ = self.listener.accept()
        except TimeoutError:
            return
        if self._context is not None:
            peer = self._context.wrap_socket(peer, server_side=True)
        with peer:
            self.received = peer.recv(65536)
            peer.sendall(self._status + ANSWER)
            # Closed with anything unread, a connection is reset, and what was sent may be lost.
            with suppress(OSError):
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65536):
                    pass

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._thread.join()
        self.listener.close()


def ask(base, **options):
    provider = get_provider("litellm", model="openai/x", api_base=base, timeout=5.0, **options)
    return outcome(provider, stream=False)


@pytest.fixture
def closed_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def test_a_call_goes_through_the_proxy_that_is_named():
    with OneAnswer() as proxy:
        reply = ask("http://api.invalid:8080/v1", proxy=f"http://127.0.0.1:{proxy.port}")
    assert reply.text == "hi"
    assert proxy.received.startswith(b"POST http://api.invalid:8080/v1/chat/completions HTTP/1.1")


def test_a_dead_proxy_is_named(closed_port):
    error = ask("http://api.invalid/v1", proxy=f"http://127.0.0.1:{closed_port}")
    assert type(error) is UnreachableError
    assert error.message == f"cannot connect to the proxy http://127.0.0.1:{closed_port}"
    assert error.hint == "check proxy in the profile"


def test_a_password_in_the_address_of_a_proxy_is_refused_and_never_said(closed_port):
    error = ask("http://api.invalid/v1", proxy=f"http://me:secret@127.0.0.1:{closed_port}")
    assert type(error) is UsageError
    assert error.message == (
        "the address of the proxy is not valid: it contains a user name or a password"
    )


def test_a_proxy_that_cannot_be_resolved_is_named():
    error = ask("http://127.0.0.1/v1", proxy="http://proxy.invalid:3128")
    assert type(error) is UnreachableError
    assert error.message == "cannot resolve the proxy http://proxy.invalid:3128"


def test_a_proxy_that_wants_to_know_who_asks_is_named():
    with OneAnswer(status=b"HTTP/1.1 407 Who is it\r\n\r\n") as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        error = ask("http://api.invalid/v1", proxy=address)
    assert type(error) is UnreachableError
    assert error.message == f"the proxy {address} requires a user name and a password (407)"


@pytest.mark.parametrize("address", ["socks4://127.0.0.1:9", "127.0.0.1:3128", "nonsense"])
def test_a_proxy_of_another_kind_is_a_mistake_in_the_profile(address):
    error = ask("http://127.0.0.1/v1", proxy=address)
    assert type(error) is UsageError
    assert error.message == (
        "the address of the proxy is not valid: it does not begin with"
        " http:// or https:// or socks5:// or socks5h://"
    )


def test_a_proxy_that_refuses_to_lead_on_is_named():
    with OneAnswer(status=b"HTTP/1.1 403 Forbidden\r\n\r\n") as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        error = ask("https://api.invalid/v1", proxy=address)
    assert proxy.received.startswith(b"CONNECT api.invalid:443 HTTP/1.1")
    assert type(error) is UnreachableError
    assert error.message == f"the proxy {address} does not lead to api.invalid (403)"


def test_a_certificate_that_was_named_is_trusted():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with OneAnswer(context) as server:
        reply = ask(f"https://127.0.0.1:{server.port}/v1", ca_file=CERTIFICATE)
    assert reply.text == "hi"
    assert server.received.startswith(b"POST /v1/chat/completions HTTP/1.1")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file or directory"), ("no certificate", "it contains no certificate")],
)
def test_certificates_that_cannot_be_read_are_an_error_before_anything_is_sent(
    tmp_path, content, reason
):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with serving("openai") as server:
        error = outcome(litellm_at(server, ca_file=file), stream=False)
        assert server.requests == []
    assert type(error) is UsageError
    assert error.message == f"cannot read the certificates in {file}: {reason}"


def test_a_client_that_speaks_no_tls_reads_no_certificates_and_trusts_nobody(monkeypatch):
    contexts = []
    monkeypatch.setattr(wire, "WireTransport", lambda context, *_: contexts.append(context))
    Transport().client(_ignore, _same, Network(), secure=False)
    Transport().client(_ignore, _same, Network())
    plain, usual = contexts
    assert (plain.cert_store_stats()["x509_ca"], plain.verify_mode) == (0, ssl.CERT_REQUIRED)
    assert usual.cert_store_stats()["x509_ca"] > 0
