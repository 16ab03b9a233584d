"""The servers that the documentation calls, at the addresses where the program looks for them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import certifi

from tests.networks.certificates import Authority
from tests.networks.dns import Host, dns_server
from tests.networks.namespace import replaced
from tests.networks.tls import TLS, TLSServer
from tests.servers import (
    Anthropic,
    Ollama,
    OpenAI,
    Peer,
    Request,
    Responses,
    Script,
    ScriptedServer,
)

VENDORS = (
    "api.openai.com",
    "api.anthropic.com",
    "api.groq.com",
    "generativelanguage.googleapis.com",
    "name.openai.azure.com",
)
"""The vendors' hosts that the pages call."""
_MODELS = ("gpt-4o-mini", "claude-haiku-4-5", "qwen2.5:0.5b")


class Vendor(TLSServer):
    """Answers at each vendor's path in that vendor's protocol, and lists some models."""

    def _answer(self, peer: Peer, request: Request) -> bool:
        path = request.path.partition("?")[0]
        if request.method == "GET":
            listed = json.dumps({"data": [{"id": name} for name in _MODELS]}).encode()
            return self._play_error(peer, Script(body=listed))
        if path == Anthropic().path:
            self.dialect = Anthropic()
        else:
            spoken = Responses() if path.endswith("/responses") else OpenAI()
            self.dialect = replace(spoken, path=request.path)
        return super()._answer(peer, request)


@contextmanager
def internet(authority: Authority, folder: Path) -> Iterator[Vendor]:
    """Serve the vendors on port 443, and a server of the reader's own without TLS on port 8080.

    Everything happens in the network of this process, in which everybody trusts `authority`.

    Args:
        authority: issues the certificate.
        folder: where to keep the list of trusted certificates.
    """
    usual = Path(certifi.where())
    trusted = usual.read_text(encoding="ascii") + authority.file.read_text(encoding="ascii")
    tls = TLS(certificate=authority.issue(*VENDORS))
    with (
        replaced(usual, folder / "trusted.pem", trusted),
        dns_server(dict.fromkeys(VENDORS, Host(("127.0.0.1",)))),
        Vendor(None, OpenAI(), port=8080),
        Vendor(tls, OpenAI(), port=443) as vendors,
    ):
        yield vendors


def ollama() -> ScriptedServer:
    """Start Ollama on its usual port."""
    return ScriptedServer(Ollama(), port=11434)
