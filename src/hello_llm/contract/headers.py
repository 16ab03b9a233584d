"""Checks the names and values of HTTP headers that a user adds to a call."""

import re

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OF_THE_KEY = frozenset({"authorization", "proxy-authorization"})
_FRAMING = frozenset(
    """
    accept-encoding connection content-encoding content-length content-type expect host keep-alive
    proxy-connection te trailer transfer-encoding upgrade
    """.split()
)
"""Headers that say how the request is sent, which only the client can know."""


def find_name_fault(name: str) -> tuple[str, str | None] | None:
    """Return why `name` cannot be the name of an added header, with a hint; ``None`` if it can."""
    if not _NAME.fullmatch(name):
        return "is not the name of a header", "a name has letters, digits and dashes: X-Team"
    if name.lower() in _OF_THE_KEY:
        setting = "proxy_auth_env" if name.lower().startswith("proxy") else "api_key_env"
        return "carries a login, which has a setting of its own", f'{setting} = "VARIABLE"'
    if name.lower() in _FRAMING:
        return "says how the request is sent, and cannot be set", None
    return None


def find_value_fault(value: str) -> str | None:
    """Return why `value` cannot be the value of a header; ``None`` if it can."""
    if not (value.isascii() and value.isprintable()):
        return "contains characters that no header may have"
    if value != value.strip():
        return "begins or ends with a space"
    return None
