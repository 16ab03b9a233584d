"""What is wrong with a network, for each message in the last table of ``docs/networks.md``."""

from collections.abc import Callable, Mapping
from typing import Any

from hello_llm import HelloLLMError
from tests.networks.calls import failure
from tests.networks.certificates import Authority
from tests.networks.documented.stage import ENVIRON, Site, Stage
from tests.networks.proxies import Login
from tests.networks.scripted_proxy import NEGOTIATE_ONLY, ScriptedProxy
from tests.networks.tls import TLS
from tests.servers import OpenAI, Script

_BASE = "https://llm.example/v1"

Trouble = Callable[[Stage], HelloLLMError]
"""Brings the trouble about, and returns the error of a call that meets it."""


def _call(stage: Stage, base: str = _BASE, **settings: Any) -> HelloLLMError:
    return failure(base, ca_file=stage.authority.file, environ=ENVIRON, **settings)


def _unanswered(stage: Stage) -> HelloLLMError:
    return _call(stage, "https://firewalled.example/v1", connect_timeout=0.3)


def _by_squid(stage: Stage, *, login: Login | None = None, deny: bool = False) -> HelloLLMError:
    with stage.squid(3128, login, deny=deny):
        return _call(stage, proxy="http://proxy.example:3128")


def _by_socks(stage: Stage) -> HelloLLMError:
    with stage.socks(1080):
        return _call(stage, proxy="http://proxy.example:1080")


def _by_windows_login(stage: Stage) -> HelloLLMError:
    with ScriptedProxy(NEGOTIATE_ONLY) as proxy:
        return _call(stage, proxy=f"http://proxy.example:{proxy.port}")


def _by_stranger(stage: Stage, *, with_root: bool) -> HelloLLMError:
    """Call a server whose certificate comes from an authority that nobody trusts."""
    stranger = Authority(stage.folder / "stranger")
    certificate = stranger.issue("llm.example")
    if with_root:
        with certificate.chain.open("ab") as chain:
            chain.write(stranger.file.read_bytes())
    with Site(TLS(certificate=certificate), OpenAI(), port=443):
        return _call(stage)


def _without_tls(stage: Stage) -> HelloLLMError:
    tls = TLS(certificate=stage.authority.issue("llm.example"), reply=b"HTTP/1.1 400 No\r\n\r\n")
    with Site(tls, OpenAI(), port=443):
        return _call(stage)


def _without_certificate(stage: Stage) -> HelloLLMError:
    with stage.site("llm.example", client_ca=stage.authority.file):
        return _call(stage)


def _answered(stage: Stage, script: Script) -> HelloLLMError:
    with stage.site("llm.example") as server:
        server.play(script)
        return _call(stage, api_key_env="LLM_KEY")


def _page(status: int, *headers: tuple[str, str]) -> Script:
    html = ("Content-Type", "text/html")
    return Script(status=status, headers=(html, *headers), body=b"<h1>Please log in</h1>")


TROUBLES: Mapping[str, Trouble] = {
    "cannot resolve HOST": lambda stage: _call(stage, "https://nowhere.example/v1"),
    "cannot resolve HOST for the moment: …": lambda stage: _call(
        stage, "https://unresolved.example/v1"
    ),
    "cannot connect to HOST": _call,
    "no connection to HOST within 10 s …": _unanswered,
    "the proxy PROXY does not speak HTTP": _by_socks,
    "the proxy PROXY requires a user name and a password (407)…": lambda stage: _by_squid(
        stage, login=Login("ada", "lovelace")
    ),
    "the proxy PROXY requires a login by Negotiate or NTLM (407), …": _by_windows_login,
    "the proxy PROXY does not lead to HOST (403)…": lambda stage: _by_squid(stage, deny=True),
    "the certificate of HOST cannot be trusted: unable to get local issuer certificate": (
        lambda stage: _by_stranger(stage, with_root=False)
    ),
    "the certificate of HOST cannot be trusted: self-signed certificate in certificate chain": (
        lambda stage: _by_stranger(stage, with_root=True)
    ),
    "cannot set up TLS with HOST: it does not speak TLS": _without_tls,
    "HOST requires a client certificate": _without_certificate,
    "HOST rejected the key in VARIABLE (403)…": lambda stage: _answered(
        stage, Script(status=403, error="X-Gateway-Token is missing")
    ),
    "HOST redirects elsewhere (302), which an API never does": lambda stage: _answered(
        stage, _page(302, ("Location", "https://login.example/"))
    ),
    "HOST answered, but not with a reply": lambda stage: _answered(stage, _page(200)),
}
"""The troubles, by the message as the page shows it."""
