"""Checks HTTP addresses, says which part is wrong, and formats them for messages."""

from collections.abc import Collection
from ipaddress import IPv6Address
from urllib.parse import SplitResult, urlsplit

HTTP_SCHEMES = ("http", "https")
PROXY_SCHEMES = (*HTTP_SCHEMES, "socks5", "socks5h")
"""The schemes of a proxy's address; with both of SOCKS, the proxy resolves the server's name."""

_USUAL_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_LONGEST_LABEL = 63
_LONGEST_NAME = 253


def find_fault(text: str, schemes: Collection[str] = HTTP_SCHEMES) -> str | None:
    """Return which part of the address `text` is wrong and why; ``None`` if it is valid.

    The words never contain `text` itself, which may hold a password.

    Args:
        text: an address as typed.
        schemes: the schemes that are allowed.
    """
    if " " in text or not text.isprintable():
        return "it contains a space or a control character"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "its host is not a valid IPv6 address in brackets"
    if parts.scheme not in schemes or "://" not in text:
        return f"it does not begin with {' or '.join(f'{one}://' for one in schemes)}"
    return _fault_in_host(parts) or _fault_in_port(parts)


def host_of(address: str) -> str:
    """Return the host of `address` as the resolver takes it."""
    return to_resolve(urlsplit(address).hostname or "")


def port_of(address: str) -> int:
    """Return the port of `address`: the usual one of its scheme if it names none."""
    parts = urlsplit(address)
    return parts.port or _USUAL_PORTS[parts.scheme]


def to_resolve(host: str) -> str:
    """Return `host`, as it stands in an address, in the form that the resolver takes."""
    return host.replace("%25", "%", 1) if ":" in host else host


def to_verify(host: str) -> str:
    """Return `host` in the form that a certificate and the header ``Host`` have.

    That is without the zone of an IPv6 address, which means something on this machine only, and
    without the dot that ends a fully qualified name.
    """
    return host.partition("%")[0] if ":" in host else host.removesuffix(".")


def place_of(address: str) -> str:
    """Return ``HOST:PORT`` of `address`, for a message: without a password."""
    return urlsplit(address).netloc.rpartition("@")[2] or address


def _fault_in_host(parts: SplitResult) -> str | None:
    place = parts.netloc.rpartition("@")[2]
    if place.count(":") > 1 and "[" not in place:
        return "an IPv6 address in it needs brackets, as in http://[::1]:8080"
    host = parts.hostname
    if not host:
        return "it has no host"
    if "[" in place:
        return _fault_in_ipv6(host)
    try:
        labels = host.removesuffix(".").encode("idna").split(b".")
    except UnicodeError:
        labels = [label.encode() for label in host.removesuffix(".").split(".")]
    if not all(labels):
        return "its host has an empty label: a dot at the beginning, or two in a row"
    if max(map(len, labels)) > _LONGEST_LABEL:
        return f"its host has a label of more than {_LONGEST_LABEL} characters"
    if sum(map(len, labels)) + len(labels) - 1 > _LONGEST_NAME:
        return f"its host has more than {_LONGEST_NAME} characters"
    return None


def _fault_in_ipv6(host: str) -> str | None:
    address, mark, zone = host.replace("%25", "%", 1).partition("%")
    try:
        IPv6Address(address)
    except ValueError:
        return "its host is not a valid IPv6 address in brackets"
    return "the zone of its IPv6 address is empty" if mark and not zone else None


def _fault_in_port(parts: SplitResult) -> str | None:
    try:
        port = parts.port
    except ValueError:
        port = 0
    return "its port is not a number from 1 to 65535" if port == 0 else None
