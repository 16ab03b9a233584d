"""The proxy that calls go through, and the login that it gets."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from hello_llm.contract.address import host_of, place_of, port_of


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy."""

    scheme: str
    """``http``, ``https``, ``socks5`` or ``socks5h``; the last two mean the same here."""
    host: str
    """Its host, as the resolver takes it."""
    port: int
    """Its port."""
    address: str
    """Its address for a message, without a password."""
    login: str | None = field(default=None, repr=False)
    """The user name and the password, separated by a colon."""

    @classmethod
    def at(cls, address: str, login: str | None = None) -> Self:
        """Return the proxy at a valid `address`, which gets `login`."""
        parts = urlsplit(address)
        return cls(
            scheme=parts.scheme,
            host=host_of(address),
            port=port_of(address),
            address=f"{parts.scheme}://{place_of(address)}",
            login=login,
        )

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS, not HTTP."""
        return self.scheme.startswith("socks")

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that only the proxy gets."""
        if self.login is None:
            return {}
        return {"Proxy-Authorization": f"Basic {base64.b64encode(self.login.encode()).decode()}"}
