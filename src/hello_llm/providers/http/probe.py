"""Probes a server without making a call: its TLS and its list of models."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from hello_llm.providers.http.client.network import Network, NotHTTPError
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.error_bodies.error_response import ErrorResponse
from hello_llm.providers.http.errors.connection_errors import deadline, no_answer, proxys_own
from hello_llm.providers.http.errors.error_mapping import explain
from hello_llm.providers.http.model_list import ListRequest, ModelList, read_list
from hello_llm.providers.http.route import Route
from hello_llm.providers.http.vendor_table import VENDOR_HOSTS

if TYPE_CHECKING:
    import httpx

_LARGEST_LIST = 16 * 2**20


def target(route: Route) -> str | None:
    """Return the address that a call on `route` goes to, or ``None`` if only LiteLLM knows it."""
    host = VENDOR_HOSTS.get(route.vendor, "")
    if route.api_base is None and host and not host.startswith("."):
        return f"https://{host}"
    return route.api_base


def unreached(error: OSError, route: Route, transport: Transport) -> HelloLLMError:
    """Return our error for a call in which `error` occurred before there was a connection."""
    import httpx

    late = isinstance(error, TimeoutError)
    raised = (httpx.ConnectTimeout if late else httpx.ConnectError)(str(error))
    raised.__cause__ = error
    explained = _explained(raised, route, transport)
    if explained is None:
        raise AssertionError("an error of a connection is always explained")
    return explained


def shake_hands(route: Route, transport: Transport) -> str | None:
    """Shake hands over TLS on `route`, and return the version, or ``None`` if it uses no TLS.

    The server gets no request.

    Raises:
        HelloLLMError: the handshake failed; a call would fail with the same error.
    """
    address = target(route)
    hops = [one for one in (transport.proxy, address) if urlsplit(one or "").scheme == "https"]
    if not hops or address is None:
        return None
    agreed: list[str] = []

    def note(stream: Any) -> None:  # noqa: ANN401 - httpcore's network stream
        agreed.append(stream.get_extra_info("ssl_object").version())
        if len(agreed) == len(hops):
            stream.close()
            raise NotSentError("the handshake was all")

    network = Network(on_secure=note)
    with _failing(route, transport), Connection(transport, network=network) as connection:
        try:
            connection.probing_client(route).get(address)
        except NotSentError:
            return agreed[-1]
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
    with _failing(route, transport), Connection(transport) as connection:
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
        raise _refused(ErrorResponse.of_answer(status, body), route, transport, asked)
    return read_list(body, route.place)


def _body(answer: "httpx.Response", route: Route) -> bytes:
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > _LARGEST_LIST:
            raise BrokenReplyError(f"{route.place} sent more than 16 MiB for a list of models")
    return body


def _refused(
    response: ErrorResponse, route: Route, transport: Transport, asked: ListRequest
) -> HelloLLMError:
    error = proxys_own(response, transport) or explain(response, route)
    if response.status in {404, 405}:
        return RequestError(
            f"{route.place} has no list of models ({response.status} for {asked.shown})",
            "check --api-base; most servers have their API under /v1",
        )
    if isinstance(error, RequestError):
        error.hint = f"check --api-base; the request was {asked.shown}"
    return error


@contextmanager
def _failing(route: Route, transport: Transport) -> Iterator[None]:
    """Translate failures on the wire into the errors that a call would raise."""
    import httpx

    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, NotHTTPError) as error:
        explained = _explained(error, route, transport)
        if explained is None:
            raise
        raise explained from error


def _explained(error: Exception, route: Route, transport: Transport) -> HelloLLMError | None:
    late = deadline(error, route, transport) or no_answer(error, route, transport)
    if late is not None:
        return late
    import httpx

    if isinstance(error, httpx.ProtocolError | httpx.DecodingError):
        return BrokenReplyError(
            f"{route.place} answered, but not with valid HTTP",
            "check --api-base: is that the address of a chat API?",
        )
    return None
