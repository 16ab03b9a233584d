"""Builds the errors for failed TLS handshakes: the reason in words, and advice that fits it."""

import ssl

from hello_llm.contract import UnreachableError
from hello_llm.providers.http.client.network import Network, Step
from hello_llm.providers.http.client.proxy import Proxy

_ALERT_BYTES = 7
"""The size of a TLS alert: a server that sent no more refused the client's first message."""

_NOT_TLS = frozenset(
    {
        "HTTP_REQUEST",
        "HTTPS_PROXY_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
        "UNEXPECTED_MESSAGE",
        "UNKNOWN_PROTOCOL",
        "WRONG_VERSION_NUMBER",
    }
)
_WANTS_CERTIFICATE = frozenset(
    {
        "SSLV3_ALERT_NO_CERTIFICATE",
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
        "TLSV1_CERTIFICATE_UNOBTAINABLE",
    }
)
_OF_CLIENT_CERTIFICATE = {
    "SSLV3_ALERT_BAD_CERTIFICATE": "is damaged, or not of the right kind",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "has expired",
    "SSLV3_ALERT_CERTIFICATE_REVOKED": "was revoked",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "is not accepted",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": "is of a kind that it does not support",
    "TLSV1_ALERT_ACCESS_DENIED": "gives no access",
    "TLSV1_ALERT_DECRYPT_ERROR": "does not fit its key",
    "TLSV1_ALERT_UNKNOWN_CA": "is not from an issuer that it trusts",
}
_PROTOCOLS = frozenset(
    {
        "NO_PROTOCOLS_AVAILABLE",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "UNSUPPORTED_PROTOCOL",
        "VERSION_TOO_LOW",
        "WRONG_SSL_VERSION",
    }
)
_CIPHERS = frozenset(
    {"NO_CIPHERS_AVAILABLE", "NO_SHARED_CIPHER", "TLSV1_ALERT_INSUFFICIENT_SECURITY"}
)
_WEAK = frozenset({"DH_KEY_TOO_SMALL", "EE_KEY_TOO_SMALL", "CA_MD_TOO_WEAK", "CA_KEY_TOO_SMALL"})
_NAMES = frozenset({"TLSV1_UNRECOGNIZED_NAME", "TLSV1_ALERT_UNRECOGNIZED_NAME"})

_EXPIRED, _NOT_YET_VALID = 10, 9
_OTHER_HOST = frozenset({62, 64})
_REVOKED = 23
"""Numbers of OpenSSL's reasons why a certificate is not accepted."""


def no_tls(
    error: ssl.SSLError, place: str, network: Network | None = None, *, proxy: Proxy | None = None
) -> UnreachableError:
    """Return the error for a TLS session that failed.

    Args:
        error: what went wrong.
        place: where the connection went.
        network: the connections of the call.
        proxy: the proxy, if the session was with that.
    """
    place = place if proxy is None else f"the proxy {proxy.address}"
    if (error.reason or "") in _NOT_TLS and proxy is not None:
        hint = f'is it proxy = "http://{proxy.host}:{proxy.port}"?'
        return UnreachableError(f"{place} does not speak TLS", hint)
    if isinstance(error, ssl.SSLCertVerificationError):
        return not_trusted(place, error.verify_message, error.verify_code)
    return alerted(error.reason or "", place, network)


def alerted(reason: str, place: str, network: Network | None = None) -> UnreachableError:
    """Return the error for a TLS handshake that the server or OpenSSL refused.

    Args:
        reason: OpenSSL's name for it, such as ``TLSV1_ALERT_PROTOCOL_VERSION``.
        place: where the connection went.
        network: the connections of the call.
    """
    if reason in _NOT_TLS:
        return no_tls_spoken(place)
    if reason in _PROTOCOLS:
        return _refused(
            place,
            "it has no version of TLS in common with this program, which speaks 1.2 and 1.3",
            "have the server updated; older versions of TLS are not safe",
        )
    if reason in _NAMES:
        hint = "check the host in --api-base: the server knows itself by another name"
        return _refused(place, "it does not know the name that it was called by", hint)
    shown = network is not None and network.shows_certificate
    if reason in _WANTS_CERTIFICATE or (reason in _OF_CLIENT_CERTIFICATE and not shown):
        return _wants_certificate(place)
    if reason in _OF_CLIENT_CERTIFICATE:
        words = f"it says that the client certificate {_OF_CLIENT_CERTIFICATE[reason]}"
        return _refused(place, words, "check client_cert and client_key in the profile")
    if reason == "SSLV3_ALERT_HANDSHAKE_FAILURE" and _got_past_hello(network):
        return _wants_certificate(place)
    if reason == "SSLV3_ALERT_HANDSHAKE_FAILURE" or reason in _CIPHERS | _WEAK:
        weak = "it offers a key that is too weak" if reason in _WEAK else None
        return _refused(
            place,
            weak or "it has no cipher in common with this program",
            f"openssl s_client -connect {place}   shows what the server offers",
        )
    words = reason.lower().replace("_", " ") or "the handshake failed"
    return _refused(
        place, words, f"openssl s_client -connect {place}   shows the handshake", transient=True
    )


def no_tls_spoken(place: str) -> UnreachableError:
    """Return the error for a TLS connection to a server that does not speak TLS."""
    return UnreachableError(
        f"cannot set up TLS with {place}: it does not speak TLS",
        f"is it http://{place} and not https://?",
    )


def not_trusted(place: str, reason: str, code: int = 0) -> UnreachableError:
    """Return the error for a certificate that cannot be trusted.

    Args:
        place: where the connection went.
        reason: OpenSSL's reason, in words.
        code: its number.
    """
    message = f"the certificate of {place} cannot be trusted: {reason.removesuffix('.')}"
    if code == _EXPIRED:
        hint = "the server needs a new certificate; if it has one, check this machine's clock: date"
    elif code == _NOT_YET_VALID:
        hint = "check this machine's clock: date"
    elif code in _OTHER_HOST:
        hint = "use the name that the certificate is for; hello-llm doctor shows it"
    elif code == _REVOKED:
        hint = "the server needs a new certificate"
    else:
        hint = "if it is yours, put it into a PEM file and name that in the profile: ca_file"
    return UnreachableError(message, hint)


def _wants_certificate(place: str) -> UnreachableError:
    return UnreachableError(
        f"{place} requires a client certificate",
        "name the PEM files in the profile: client_cert, and client_key for its key",
    )


def _refused(place: str, words: str, hint: str, *, transient: bool = False) -> UnreachableError:
    return UnreachableError(f"cannot set up TLS with {place}: {words}", hint, transient=transient)


def _got_past_hello(network: Network | None) -> bool:
    """Return whether the server agreed on a protocol and a cipher before it refused."""
    if network is None:
        return False
    return network.step is Step.OPEN or network.received > _ALERT_BYTES
