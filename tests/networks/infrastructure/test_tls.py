"""A handshake succeeds or fails as the test wants, and the client hears the reason."""

import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from tests.networks.certificates import Authority, Certificate
from tests.networks.infrastructure.asking import ask
from tests.networks.tls import NO_COMMON_CIPHER, OLD_VERSIONS, TLS, Handshake, TLSServer, alert
from tests.servers import OpenAI, Script

HOST = "localhost"
TLS_1_0, TLS_1_1 = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
OF_AN_UNKNOWN_NAME = ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME


def client_context(authority: Authority) -> ssl.SSLContext:
    """A modern client that trusts `authority`."""
    return ssl.create_default_context(cafile=authority.file)


def shake_hands(server: TLSServer, context: ssl.SSLContext) -> str:
    """Return the version that was agreed on, or what made the client give up.

    With TLS 1.3 the client's own part ends first, so only an answer shows that it was accepted.
    """
    try:
        with (
            socket.create_connection((HOST, server.port)) as sock,
            context.wrap_socket(sock, server_hostname=HOST) as secure,
        ):
            secure.sendall(b"GET / HTTP/1.1\r\n\r\n")
            secure.recv(1)
            return secure.version() or ""
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except ssl.SSLError as error:
        return error.reason


@pytest.mark.parametrize(
    ("issue", "reason"),
    [
        (lambda ca: ca.issue(HOST), "TLSv1.3"),
        (lambda ca: ca.issue(HOST, valid="expired"), "certificate has expired"),
        (lambda ca: ca.issue(HOST, valid="not-yet"), "certificate is not yet valid"),
        (
            lambda ca: ca.issue("other.test"),
            "Hostname mismatch, certificate is not valid for 'localhost'.",
        ),
        (lambda ca: ca.issue_without_chain(HOST), "unable to get local issuer certificate"),
    ],
)
def test_a_certificate_is_as_it_was_ordered(
    issue: Callable[[Authority], Certificate], reason: str, authority: Authority
):
    with TLSServer(TLS(certificate=issue(authority)), OpenAI()) as server:
        assert shake_hands(server, client_context(authority)) == reason


def test_another_authority_is_not_trusted(authority, tmp_path):
    stranger = Authority(tmp_path / "stranger")
    with TLSServer(TLS(certificate=stranger.issue(HOST)), OpenAI()) as server:
        reason = shake_hands(server, client_context(authority))
    assert reason == "unable to get local issuer certificate"
    assert server.handshakes == [Handshake(HOST, error="TLSV1_ALERT_UNKNOWN_CA")]


@pytest.mark.parametrize(
    ("options", "client", "server_says"),
    [
        (
            {"minimum": TLS_1_0, "maximum": TLS_1_1, "ciphers": OLD_VERSIONS},
            "TLSV1_ALERT_PROTOCOL_VERSION",
            "UNSUPPORTED_PROTOCOL",
        ),
        (
            {"maximum": TLS_1_2, "ciphers": NO_COMMON_CIPHER},
            "SSLV3_ALERT_HANDSHAKE_FAILURE",
            "NO_SHARED_CIPHER",
        ),
        ({"names": frozenset({"api.test"})}, "TLSV1_UNRECOGNIZED_NAME", "CALLBACK_FAILED"),
        ({"reply": alert(OF_AN_UNKNOWN_NAME)}, "TLSV1_UNRECOGNIZED_NAME", None),
        ({"reply": b"HTTP/1.1 400 Bad Request\r\n\r\n"}, "WRONG_VERSION_NUMBER", None),
    ],
)
def test_a_handshake_fails(options: dict[str, Any], client, server_says, authority):
    with TLSServer(TLS(certificate=authority.issue(HOST), **options), OpenAI()) as server:
        assert shake_hands(server, client_context(authority)) == client
    said = [handshake.error for handshake in server.handshakes]
    assert said == ([] if server_says is None else [server_says])


def test_a_silent_server_keeps_the_handshake_waiting(authority):
    tls = TLS(certificate=authority.issue(HOST), reply=b"")
    with (
        TLSServer(tls, OpenAI()) as server,
        socket.create_connection((HOST, server.port), timeout=0.3) as sock,
        pytest.raises(TimeoutError),
    ):
        client_context(authority).wrap_socket(sock, server_hostname=HOST)


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        (TLS_1_2, "SSLV3_ALERT_HANDSHAKE_FAILURE"),
        (TLS_1_3, "TLSV13_ALERT_CERTIFICATE_REQUIRED"),
    ],
)
def test_a_client_certificate_is_required(version, reason, authority, tmp_path):
    tls = TLS(
        certificate=authority.issue(HOST),
        client_ca=authority.file,
        minimum=version,
        maximum=version,
    )
    known, unknown = client_context(authority), client_context(authority)
    own = authority.issue("ada@example.org")
    known.load_cert_chain(own.chain, own.encrypt_key("passphrase"), "passphrase")
    other = Authority(tmp_path / "other").issue("ada@example.org")
    unknown.load_cert_chain(other.chain, other.key)
    with TLSServer(tls, OpenAI()) as server:
        assert shake_hands(server, client_context(authority)) == reason
        assert shake_hands(server, unknown) == "TLSV1_ALERT_UNKNOWN_CA"
        assert shake_hands(server, known) == version.name.replace("_", ".")
    assert server.handshakes == [
        Handshake(HOST, error="PEER_DID_NOT_RETURN_A_CERTIFICATE"),
        Handshake(HOST, error="CERTIFICATE_VERIFY_FAILED"),
        Handshake(HOST, version.name.replace("_", "."), "ada@example.org"),
    ]


def test_an_encrypted_key_needs_its_passphrase(authority: Authority):
    own = authority.issue("ada@example.org")
    context = ssl.create_default_context()
    with pytest.raises(ssl.SSLError):
        context.load_cert_chain(own.chain, own.encrypt_key("passphrase"), "another")


def test_a_script_is_played_over_tls(authority: Authority):
    script = Script(chunks=("Hello", "!"), delay_s=0.01)
    certificate = authority.issue("127.0.0.1")
    with TLSServer(TLS(certificate=certificate), OpenAI(), script) as server:
        response = ask(server.url, trusted=authority.file)
    assert response.json()["choices"][0]["message"]["content"] == "Hello!"
