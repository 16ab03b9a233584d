"""Gathers the facts of a failed call from the wire; LiteLLM makes up some of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hello_llm.providers.http.client.network import Network
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.error_bodies.body import says_anything
from hello_llm.providers.http.error_bodies.envelope import text_beside
from hello_llm.providers.http.error_bodies.retry_after import wait_in
from hello_llm.providers.http.protocols.piece import UnreadableAnswerError
from hello_llm.providers.http.response_tap import ErrorInAnswerError, ResponseTap

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """The facts about a call; those from the wire are missing if LiteLLM used its own client."""

    transport: Transport
    """The settings of the client."""
    network: Network
    """The connections of the call."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """The headers of the response, by lower-case name."""
    status: int | None = None
    """The HTTP status of the response."""
    retry_after_s: float | None = None
    """How many seconds the server asks to wait."""
    body: bytes = b""
    """The beginning of the body, if no piece of a reply was found in it."""
    asked: str = ""
    """The method and the address of the request, without its query, which may contain a key."""
    problem: UnreadableAnswerError | ErrorInAnswerError | None = None
    """Why reading the answer was abandoned."""
    filtered: bool = False
    """Whether the server said that a filter stopped the reply."""
    begun: bool = False
    """Whether a piece of a reply arrived, or something that was taken for one."""
    opened: bool = False
    """Whether LiteLLM returned a stream."""
    blank: bool = False
    """Whether the answer ended before any of a reply, without announcing an empty body."""
    cut: bool = False
    """Whether an unstreamed reply had begun to arrive."""
    beside: str = ""
    """The text of an unstreamed reply that also contains an error."""

    @property
    def answered(self) -> bool:
        """Whether the server answered without an error status."""
        return self.opened if self.status is None else self.status < 300


def gather_diagnostics(
    transport: Transport,
    network: Network,
    response: "httpx.Response | None",
    tap: ResponseTap,
    asked: str,
    *,
    stream: bool,
    opened: bool,
) -> Diagnostics:
    """Gather the facts about a call.

    Args:
        transport: the settings of its client.
        network: its connections.
        response: the response, if its headers have arrived.
        tap: has read the answer as far as it arrived.
        asked: the method and the address of the request, without its query.
        stream: whether the server was asked to stream.
        opened: whether LiteLLM returned a stream.
    """
    if response is None:
        return Diagnostics(transport, network, asked=asked, opened=opened)
    beside = "" if stream or not isinstance(tap.problem, ErrorInAnswerError) else tap.problem.said
    return Diagnostics(
        transport,
        network,
        headers=dict(response.headers),
        status=response.status_code,
        retry_after_s=wait_in(response.headers),
        body=tap.opaque,
        asked=asked,
        problem=tap.problem,
        filtered=tap.filtered,
        begun=tap.pieces > 0,
        opened=opened,
        blank=_is_blank(response, tap),
        cut=not stream and tap.size > 0,
        beside=text_beside(beside),
    )


def _is_blank(response: "httpx.Response", tap: ResponseTap) -> bool:
    announced = response.headers.get("content-length") == "0" or response.status_code != 200
    return not (announced or tap.answer.alone or says_anything(tap.opaque))
