"""A gateway that lets in only what carries its own header, and a list of models behind it."""

from tests.networks.tls import TLS, TLSServer
from tests.servers import Dialect, Peer, Request, Script

NAME = "X-Gateway-Token"
"""The header that the gateway requires."""
_MODELS = b'{"object":"list","data":[{"id":"m"}],"models":[{"name":"m"}]}'


class Gateway(TLSServer):
    """Answers 403 to every request without the header, whatever its path."""

    def __init__(
        self, dialect: Dialect, *scripts: Script, token: str, tls: TLS | None = None, port: int = 0
    ) -> None:
        """Listen on a free port; let in requests whose header has the value `token`."""
        self._token = token
        super().__init__(tls, dialect, *scripts, port=port)

    def _answer(self, peer: Peer, request: Request) -> bool:
        if request.headers.get(NAME.lower()) != self._token:
            return self._play_error(peer, Script(status=403, error=f"{NAME} is missing or wrong"))
        if request.method == "GET":
            return self._play_error(peer, Script(body=_MODELS))
        return super()._answer(peer, request)
