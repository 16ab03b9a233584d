"""Makes SSL contexts: which certificates are trusted, and which one is shown to the server."""

import ssl
from functools import cache
from pathlib import Path
from threading import Lock

from hello_llm.contract import UsageError
from hello_llm.files.reading import read_file, reason_of
from hello_llm.providers.http.client.certificates import Certificates

_WHATEVER_THE_TIME = 0x200000
"""OpenSSL's ``X509_V_FLAG_NO_CHECK_TIME``, which Python has no name for."""

_making_one = Lock()

_LARGEST_FILE = 16 * 2**20
"""The maximum size of a file of certificates in bytes; a system's own takes a quarter megabyte."""


@cache
def context_without_certificates() -> ssl.SSLContext:
    """Return a context for a call that uses no TLS; it would trust nobody.

    It is cached, since making one takes a third of a millisecond.
    """
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def context_of(certificates: Certificates) -> ssl.SSLContext:
    """Return the context for calls that use `certificates`; they share one.

    Loading certificates takes 20 to 50 ms, longer than a call over loopback.

    Raises:
        UsageError: a file cannot be read, or does not contain what it should.
    """
    with _making_one:  # calls that begin together would each make theirs
        return _context_of(certificates)


@cache
def _context_of(certificates: Certificates) -> ssl.SSLContext:
    import httpx

    context = httpx.create_ssl_context(trust_env=False)
    if certificates.ca_file is not None:
        _trust(context, certificates.ca_file)
    _show(context, certificates)
    return context


def context_to_examine(certificates: Certificates, trusted: bytes | None) -> ssl.SSLContext:
    """Return a context that accepts any certificate, to look at it; nothing may be sent then.

    Args:
        certificates: as for :func:`context_of`.
        trusted: the only certificate to accept, in DER; Python shows only what it has verified.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if trusted is None:
        context.verify_mode = ssl.CERT_NONE
    else:
        context.verify_flags = ssl.VerifyFlags(ssl.VERIFY_X509_PARTIAL_CHAIN | _WHATEVER_THE_TIME)
        context.load_verify_locations(cadata=trusted)
    _show(context, certificates)
    return context


def _trust(context: ssl.SSLContext, file: Path) -> None:
    certificates = _read(file, "the certificates in", "ca_file").decode("ascii", errors="ignore")
    try:
        context.load_verify_locations(cadata=certificates)
    except ssl.SSLError:
        raise UsageError(
            f"cannot read the certificates in {file}: it contains no certificate",
            "name a PEM file in the profile: ca_file",
        ) from None


def _show(context: ssl.SSLContext, certificates: Certificates) -> None:
    cert, key = certificates.client_cert, certificates.client_key
    if cert is None:
        if key is not None:
            message = "client_key is set without client_cert"
            raise UsageError(message, "name the certificate: client_cert")
        return
    _read(cert, "the client certificate in", "client_cert")
    if key is not None:
        _read(key, "the key of the client certificate in", "client_key")
    keys_file = cert if key is None else key
    encrypted: list[bool] = []

    def refuse() -> str:  # OpenSSL would ask on the terminal
        encrypted.append(True)
        return ""

    try:
        context.load_cert_chain(cert, key, password=refuse)
    except ssl.SSLError as error:
        if encrypted:
            message = f"the key in {keys_file} is encrypted"
            hint = f"openssl pkey -in {keys_file} -out FILE   decrypts it; keep that file private"
        elif error.reason == "KEY_VALUES_MISMATCH":
            message = f"the key in {keys_file} does not belong to the certificate in {cert}"
            hint = "name both in the profile: client_cert and client_key"
        else:
            message = f"{cert} and {key} hold no" if key else f"{cert} holds no"
            message += " certificate with its key"
            hint = "name PEM files in the profile: client_cert, and client_key for the key"
        raise UsageError(message, hint) from None


def _read(file: Path, what: str, setting: str) -> bytes:
    try:
        return read_file(file, _LARGEST_FILE)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"cannot read {what} {file}: {reason_of(error)}",
            f"name a PEM file in the profile: {setting}",
        ) from None
