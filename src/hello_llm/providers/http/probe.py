"""Probes a server without making a call: its TLS and its list of models."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from threading import Timer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hello_llm.contract import (
    BrokenReplyError,
    DeadlineError,
    HelloLLMError,
    RequestError,
)
from hello_llm.providers.http.client.connection import Connection, NotSentError
from hello_llm.providers.http.client.dialing import EarlyDial
from hello_llm.providers.http.client.network import FOREIGN, Network
from hello_llm.providers.http.client.tls import context_to_examine
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.error_bodies.error_response import ErrorResponse
from hello_llm.providers.http.errors.connection_errors import deadline, no_answer
from hello_llm.providers.http.errors.error_mapping import explain
from hello_llm.providers.http.errors.proxy_errors import proxys_own
from hello_llm.providers.http.model_list import ListRequest, ModelList, read_list
from hello_llm.providers.http.route import Route

if TYPE_CHECKING:
    import httpx

    from hello_llm.providers.http.client.http11 import KeptConnections
    from hello_llm.providers.http.client.streams import TlsStream

_LARGEST_LIST = 16 * 2**20
_LATE_ALERT_S = 0.3
"""How long to wait for an alert after the handshake, in seconds."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What was agreed on in a TLS handshake."""

    version: str
    """The version of the protocol, such as ``TLSv1.3``."""
    certificate: Mapping[str, Any]
    """The server's certificate, as ``ssl.SSLSocket.getpeercert`` returns it."""


@dataclass(frozen=True, slots=True)
class _Examining(Transport):
    """Trusts every certificate, or only `trusted`, whatever is wrong with it; sends no request."""

    trusted: bytes | None = None

    def _wire(
        self,
        network: Network,
        early: EarlyDial | None,
        kept: "KeptConnections | None",  # noqa: ARG002 - none was verified
        *,
        secure: bool,  # noqa: ARG002 - always
    ) -> "httpx.BaseTransport":
        from hello_llm.providers.http.client.wire import WireTransport

        return WireTransport(context_to_examine(self.certificates, self.trusted), network, early)


def unreached(
    error: OSError, route: Route, transport: Transport, network: Network
) -> HelloLLMError:
    """Return our error for a call in which `error` occurred before there was a connection."""
    import httpx

    late = isinstance(error, TimeoutError)
    raised = (httpx.ConnectTimeout if late else httpx.ConnectError)(str(error))
    raised.__cause__ = error
    explained = _explained(raised, route, transport, network)
    if explained is None:
        raise AssertionError("an error of a connection is always explained")
    return explained


def shake_hands(route: Route, transport: Transport, network: Network) -> Handshake | None:
    """Shake hands over TLS on `route`, and return the result; ``None`` if it uses no TLS.

    The server gets no request.

    Args:
        route: where the call would go.
        transport: the settings of the HTTP client.
        network: gets the connections, and says how far they came.

    Raises:
        HelloLLMError: the handshake failed; a call would fail with the same error.
    """
    agreed = _last_session(route, transport, network)
    return None if agreed is None else Handshake(agreed.version() or "TLS", agreed.getpeercert())


def examine_certificate(route: Route, transport: Transport) -> Mapping[str, Any]:
    """Return the certificate of a server that is not trusted, for a person to look at.

    It takes two handshakes, and the server gets no request. The result is empty if they fail.
    """
    settings = {one.name: getattr(transport, one.name) for one in fields(Transport)}
    with suppress(HelloLLMError):
        seen = _last_session(route, _Examining(**settings), Network())
        raw = None if seen is None else seen.getpeercert(binary_form=True)
        if raw is not None:
            known = _last_session(route, _Examining(**settings, trusted=raw), Network())
            return {} if known is None else known.getpeercert() or {}
    return {}


def _last_session(route: Route, transport: Transport, network: Network) -> Any:  # noqa: ANN401 - an SSLObject
    """Return the TLS session that a request to `route` would use; ``None`` if it uses no TLS."""
    import httpx

    address = route.address
    if address is None:
        return None
    proxy = transport.via
    sessions: list[Any] = []

    def note(stream: "TlsStream") -> None:
        sessions.append(stream.session)
        if network.ends_here:
            if not isinstance(transport, _Examining):
                # In TLS 1.3, a server looks at the client's certificate after the client is done.
                with suppress(httpx.ReadTimeout):
                    stream.read(1, _LATE_ALERT_S)
            stream.close()
            raise NotSentError("the handshake was all")

    network.on_secure = note
    if urlsplit(address).scheme != "https" and (proxy is None or proxy.scheme != "https"):
        return None
    with _failing(route, transport, network), Connection(transport, network=network) as connection:
        try:
            connection.probing_client(route).get(address)
        except NotSentError:
            return sessions[-1]
    raise AssertionError("a request by https:// shakes hands")


def list_models(
    route: Route, transport: Transport, asked: ListRequest, within_s: float | None
) -> ModelList:
    """Ask the server on `route` for its list of models.

    Args:
        route: where the request goes.
        transport: the settings of the HTTP client.
        asked: the request, as built for `route`.
        within_s: seconds for the whole exchange; ``None`` waits forever.

    Raises:
        HelloLLMError: there is no answer, or it is not a list of models.
    """
    started = time.monotonic()
    network = Network()
    with _failing(route, transport, network), Connection(transport, network=network) as connection:
        cut = Timer(within_s or 0, connection.abort)
        cut.daemon = True
        if within_s is not None:
            cut.start()
        try:
            with connection.probing_client(route).stream(
                "GET", asked.url, headers=asked.headers
            ) as answer:
                body = _body(answer, route)
                status = answer.status_code
                facts = connection.diagnostics()
        except Exception:
            if within_s is not None and time.monotonic() - started >= within_s:
                raise DeadlineError(
                    f"gave up waiting to hear from {route.place} within {within_s:g} s",
                    "raise it with --timeout SECONDS, 0 turns it off",
                ) from None
            raise
        finally:
            cut.cancel()
    if not 200 <= status < 300:
        response = ErrorResponse.of_answer(status, body)
        raise proxys_own(route, replace(facts, body=body)) or _refused(response, route, asked)
    return read_list(body, route.place)


def _body(answer: "httpx.Response", route: Route) -> bytes:
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > _LARGEST_LIST:
            raise BrokenReplyError(f"{route.place} sent more than 16 MiB for a list of models")
    return body


def _refused(response: ErrorResponse, route: Route, asked: ListRequest) -> HelloLLMError:
    error = explain(response, route)
    if response.status in {404, 405}:
        return RequestError(
            f"{route.place} has no list of models ({response.status} for {asked.shown})",
            "check --api-base; most servers have their API under /v1",
        )
    if isinstance(error, RequestError):
        error.hint = f"check --api-base; the request was {asked.shown}"
    return error


@contextmanager
def _failing(route: Route, transport: Transport, network: Network) -> Iterator[None]:
    """Translate failures on the wire into the errors that a call would raise."""
    import httpx

    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, OSError, *FOREIGN) as error:
        explained = _explained(error, route, transport, network)
        if explained is None:
            raise
        raise explained from error


def _explained(
    error: Exception, route: Route, transport: Transport, network: Network
) -> HelloLLMError | None:
    explained = deadline(error, route, transport, network) or no_answer(error, route, network)
    if explained is not None:
        return explained
    import httpx

    if isinstance(error, httpx.ProtocolError | httpx.DecodingError):
        return BrokenReplyError(
            f"{route.place} answered, but not with valid HTTP",
            "check --api-base: is that the address of a chat API?",
        )
    return None
