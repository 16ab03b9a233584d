"""A client that knows of proxies and certificates, for asking a scripted server."""

import ssl
from pathlib import Path

import httpx

from tests.servers.asking import ASKED


def ask(
    url: str,
    *,
    trusted: Path | None = None,
    proxy: str | None = None,
    login: tuple[str, str] | None = None,
) -> httpx.Response:
    """Ask the server at `url` once, by `proxy` if there is one.

    Args:
        url: the server's address, without a path.
        trusted: the authority of server and proxy; ``None`` trusts only public ones.
        proxy: the proxy's address.
        login: user and password for the proxy.
    """
    context = ssl.create_default_context(cafile=trusted)
    secure_proxy = proxy is not None and proxy.startswith("https:")
    through = proxy and httpx.Proxy(
        proxy, auth=login, ssl_context=context if secure_proxy else None
    )
    with httpx.Client(verify=context, proxy=through, trust_env=False) as client:
        return client.post(f"{url}/v1/chat/completions", json=ASKED)
