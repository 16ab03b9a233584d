"""The scene of each section of ``docs/networks.md`` that has examples."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.networks.calls import findings, write_call
from tests.networks.dns import Host
from tests.networks.documented.behind_gateway import gateways
from tests.networks.documented.interfaces import ipv6, vpn
from tests.networks.documented.stage import (
    ANSWERED,
    ENVIRON,
    LOGIN,
    Scene,
    Stage,
    bearer,
    unusual_headers,
)
from tests.networks.namespace import LIVE_IPV4, LIVE_IPV6
from tests.networks.proxies import Proxied
from tests.networks.relay import relay


@contextmanager
def connecting(stage: Stage) -> Iterator[None]:
    """A server with addresses of both families, and no proxy."""
    with (
        stage.names(llm=Host((LIVE_IPV6, LIVE_IPV4))) as names,
        stage.site("llm.example") as server,
        relay(LIVE_IPV4, 443),
        relay(LIVE_IPV6, 443),
    ):
        yield
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/v1/models")
    assert bearer("LLM_KEY").items() <= request.headers.items()
    assert {name for name, _ in names.queries} == {"llm.example"}
    assert len(stage.reader.runs) == 1


@contextmanager
def proxies(stage: Stage) -> Iterator[None]:
    """Proxies of three kinds that all want a login, and a server that needs none of them."""
    with (
        stage.names("llm.example", "gpu.example", "proxy.example"),
        stage.site("llm.example", "gpu.example") as server,
        stage.squid(3128, LOGIN) as plain,
        stage.squid(3129, LOGIN, by_tls=True) as secure,
        stage.socks(1080, LOGIN) as socks,
    ):
        yield
        good, refused = plain.wait_for_requests(2)
        (encrypted,) = secure.wait_for_requests(1)
    stage.printed(*[ANSWERED] * 4, "")
    coded = base64.b64encode(ENVIRON["PROXY_LOGIN"].encode()).decode()
    sent = {"host": "llm.example:443", "proxy-authorization": f"Basic {coded}"}
    assert good == encrypted == Proxied("CONNECT", "llm.example:443", 200, LOGIN.user, sent)
    assert (refused.status, refused.user) == (407, LOGIN.user)
    assert socks.targets == ["llm.example:443"]
    hosts = [request.headers["host"] for request in server.requests]
    assert hosts == [*["llm.example"] * 3, "gpu.example"]
    assert all("proxy-authorization" not in request.headers for request in server.requests)


@contextmanager
def certificates(stage: Stage) -> Iterator[None]:
    """A server that wants a certificate; the reader's key is encrypted."""
    own, folder = stage.authority.issue("ada@example.org"), stage.reader.folder
    folder.mkdir(parents=True)
    (folder / "company-ca.pem").write_bytes(stage.authority.file.read_bytes())
    (folder / "ada.pem").write_bytes(own.chain.read_bytes())
    (folder / "ada.key").write_bytes(own.encrypt_key("passphrase").read_bytes())
    stage.reader.typed["openssl"] = "passphrase\n"
    with (
        stage.names("llm.example"),
        stage.site("llm.example", client_ca=stage.authority.file) as server,
    ):
        yield
        assert [handshake.client for handshake in server.handshakes] == ["ada@example.org"]
        write_call(stage.reader.home, "https://llm.example/v1")
        without_ca = findings(stage.reader.home)
        write_call(stage.reader.home, "https://llm.example/v1", 'ca_file = "company-ca.pem"')
        without_own = findings(stage.reader.home)
    refused, _, _, answered = stage.reader.runs
    assert f"the key in {folder}/ada.key is encrypted\n" in refused.stderr
    assert f"openssl pkey -in {folder}/ada.key -out FILE " in refused.stderr
    assert answered.stdout == ANSWERED
    for shown in ("for llm.example, ", "issued by trustme ", "valid from "):
        assert shown in without_ca["tls"]["message"]
    assert without_own["tls"]["message"] == "llm.example requires a client certificate"


@contextmanager
def azure(stage: Stage) -> Iterator[None]:
    """Azure, as far as it matters which path and which headers it gets."""
    host = "resource.openai.azure.com"
    with stage.names(host), stage.site(host) as server:
        yield
    stage.printed(*[ANSWERED] * 3)
    older, newer = "/openai/deployments/my-deployment", "/openai/v1"
    assert [request.path for request in server.requests] == [
        f"{older}/chat/completions?api-version=2024-10-21",
        f"{older}/chat/completions?api-version=2025-02-01-preview",
        f"{newer}/chat/completions",
    ]
    of_key = {"api-key": ENVIRON["AZURE_API_KEY"]}
    own = [unusual_headers(request) for request in server.requests]
    assert own == [of_key, of_key, bearer("AZURE_API_KEY")]
    assert {request.headers["host"] for request in server.requests} == {host}
    assert {request.json()["model"] for request in server.requests} == {"my-deployment"}


@contextmanager
def openrouter(stage: Stage) -> Iterator[None]:
    """OpenRouter, as far as it matters which headers it gets."""
    with stage.names("openrouter.ai"), stage.site("openrouter.ai") as server:
        yield
    stage.printed(ANSWERED, ANSWERED)
    credit = {"http-referer": "https://app.example", "x-title": "My app"}
    key = bearer("OPENROUTER_API_KEY")
    assert [unusual_headers(request) for request in server.requests] == [key, key | credit]
    assert {request.path for request in server.requests} == {"/api/v1/chat/completions"}
    assert {request.json()["model"] for request in server.requests} == {"qwen/qwen3-8b"}


SCENES: Mapping[str, Scene] = {
    "How a call connects": connecting,
    "Proxies": proxies,
    "Your own certificates": certificates,
    "Gateways": gateways,
    "Azure": azure,
    "OpenRouter": openrouter,
    "IPv6": ipv6,
    "VPNs, namespaces and sandboxes": vpn,
}
"""The scenes, by heading."""
