"""What the scenes are made of: servers, proxies and names, where the page says that they are."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.networks import proxies
from tests.networks.calls import ANSWER
from tests.networks.certificates import Authority
from tests.networks.dns import DNSServer, Host, dns_server
from tests.networks.documented.page import Reader
from tests.networks.proxies import Login, Socks, Squid, microsocks, squid
from tests.networks.tls import TLS, TLSServer
from tests.servers import Anthropic, OpenAI, Peer, Request, Script

LOGIN = Login("ada", "lovelace")
"""What the proxies ask for."""
ENVIRON = {
    "LLM_KEY": "key-of-the-company",
    "PROXY_LOGIN": f"{LOGIN.user}:{LOGIN.password}",
    "GATEWAY_TOKEN": "token-of-the-gateway",
    "AZURE_API_KEY": "key-for-azure",
    "OPENROUTER_API_KEY": "key-for-openrouter",
    "ANTHROPIC_API_KEY": "key-for-anthropic",
}
"""The variables that the page names; all of them are set for each command."""
ANSWERED = f"{ANSWER}\n"
"""What ``chat`` prints when it gets its answer."""
_USUAL = "accept accept-encoding connection content-length content-type host user-agent"


def bearer(variable: str) -> dict[str, str]:
    """Return the header with the key that `variable` holds."""
    return {"authorization": f"Bearer {ENVIRON[variable]}"}


def unusual_headers(request: Request) -> dict[str, str]:
    """Return the headers of a chat `request` besides those that each has."""
    headers = dict(request.headers)
    for name in _USUAL.split():
        del headers[name]
    return headers


class Site(TLSServer):
    """Lists one model, and answers a chat at any path."""

    token: str | None = None
    """What the header ``X-Gateway-Token`` must hold, except in a call to Anthropic."""

    def _answer(self, peer: Peer, request: Request) -> bool:
        if request.path == Anthropic().path:
            self.dialect = Anthropic()
            return super()._answer(peer, request)
        if self.token not in {None, request.headers.get("x-gateway-token")}:
            return self._play_error(peer, Script(status=403, error="X-Gateway-Token is missing"))
        if request.method == "GET":
            listed = json.dumps({"data": [{"id": "assistant"}]}).encode()
            return self._play_error(peer, Script(body=listed))
        self.dialect = replace(OpenAI(), path=request.path)
        return super()._answer(peer, request)


@dataclass(slots=True)
class Stage:
    """Where a scene is set."""

    reader: Reader
    """Who tries the examples."""
    authority: Authority
    """Issues all certificates."""
    folder: Path
    """A folder for the files of proxies."""
    monkeypatch: pytest.MonkeyPatch
    """Puts the proxies on the ports that the page names."""

    def names(self, *local: str, **others: Host) -> AbstractContextManager[DNSServer]:
        """Resolve the `local` names to 127.0.0.1, and each of the `others` below ``.example``."""
        hosts = {name: Host(("127.0.0.1",)) for name in local}
        return dns_server(hosts | {f"{name}.example": host for name, host in others.items()})

    def site(self, *names: str, client_ca: Path | None = None) -> Site:
        """Start the server of all these `names` on port 443."""
        certificate = self.authority.issue(*names)
        return Site(TLS(certificate=certificate, client_ca=client_ca), OpenAI(), port=443)

    def squid(
        self, port: int, login: Login | None = None, *, deny: bool = False, by_tls: bool = False
    ) -> AbstractContextManager[Squid]:
        """Run squid on `port`, as the proxy ``proxy.example``."""
        self._put_on(port)
        certificate = self.authority.issue("proxy.example") if by_tls else None
        folder = self.folder / f"squid-{port}"
        return squid(folder, login=login, deny=deny, certificate=certificate)

    def socks(self, port: int, login: Login | None = None) -> AbstractContextManager[Socks]:
        """Run microsocks on `port`."""
        self._put_on(port)
        return microsocks(self.folder / f"socks-{port}", login=login)

    def printed(self, *expected: str) -> None:
        """Check what each command wrote to standard output."""
        assert [ended.stdout for ended in self.reader.runs] == list(expected)

    def _put_on(self, port: int) -> None:
        self.monkeypatch.setattr(proxies, "_free_port", lambda: port)


Scene = Callable[[Stage], AbstractContextManager[None]]
"""The servers of a section; at the end it checks what reached them, and what the commands said."""
