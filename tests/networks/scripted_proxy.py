"""A proxy that gives the same odd answer to everyone, and keeps what it was sent."""

from typing import Literal

from tests.networks.tls import TLS, TLSServer, wait_until_client_leaves
from tests.servers import OpenAI, Peer, Request

End = Literal["listen", "close", "reset"]

NEGOTIATE_ONLY = (
    b"HTTP/1.1 407 Proxy Authentication Required\r\n"
    b"Proxy-Authenticate: Negotiate\r\n"
    b"Proxy-Authenticate: NTLM\r\n"
    b"Content-Length: 0\r\n"
    b"\r\n"
)
"""What a proxy says that takes only the logins of a Windows domain."""


class ScriptedProxy(TLSServer):
    """Answers every request on 127.0.0.1 with the same bytes; `requests` holds what it was sent.

    A request for a tunnel has the method ``CONNECT`` and the path ``host:port``; another one has a
    whole URL for its path. `Request.raw` is byte for byte what came.
    """

    def __init__(self, answer: bytes, *, then: End = "close", tls: TLS | None = None) -> None:
        """Listen on a free port and start to serve.

        Args:
            answer: sent for each request; may be empty.
            then: reads the next request, ends the connection in order, or resets it. To read on
                after an empty answer is to stay silent.
            tls: how to do the handshake if the proxy is met by ``https://``.
        """
        self._bytes = answer
        self._then = then
        super().__init__(tls, OpenAI())

    def _answer(self, peer: Peer, request: Request) -> bool:
        peer.send(self._bytes)
        match self._then:
            case "close":
                wait_until_client_leaves(peer._socket)
            case "reset":
                peer.reset()
        return self._then == "listen"
