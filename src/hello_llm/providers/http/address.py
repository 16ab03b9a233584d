"""Recognizes HTTP addresses, and formats them for messages without any password in them."""

from urllib.parse import urlsplit


def is_address(text: str) -> bool:
    """Return whether `text` is an HTTP or HTTPS address with a host name that can be looked up."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - a port that is none is only found when it is asked for
        (parts.hostname or "").encode("idna")
    except ValueError:
        return False
    known = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return known and text.isprintable() and " " not in text


def place_of(address: str) -> str:
    """Return ``HOST:PORT`` of `address`, for a message."""
    return urlsplit(address).netloc.rpartition("@")[2] or address
