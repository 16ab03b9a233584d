"""What was seen on the wire of a call that failed; LiteLLM invents some of what it says."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hello_llm.providers.http.error_bodies.body import says_anything
from hello_llm.providers.http.error_bodies.envelope import text_beside
from hello_llm.providers.http.error_bodies.retry_after import wait_in
from hello_llm.providers.http.protocols.piece import UnreadableAnswerError
from hello_llm.providers.http.response_tap import ErrorInAnswerError, ResponseTap
from hello_llm.providers.http.transport import Transport

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """The facts; each is missing where LiteLLM used a client of its own."""

    transport: Transport
    """The settings of the client."""
    status: int | None = None
    """The HTTP status that came."""
    retry_after_s: float | None = None
    """Seconds that the server asks to wait."""
    body: bytes = b""
    """How an answer began in which no piece of a reply was found."""
    asked: str = ""
    """The method and the address of the request, without its query, which may hold a key."""
    problem: UnreadableAnswerError | ErrorInAnswerError | None = None
    """Why reading the answer was given up."""
    filtered: bool = False
    """Whether the server said that a filter stopped the reply."""
    begun: bool = False
    """Whether a piece of a reply came, or what was taken for one."""
    opened: bool = False
    """Whether LiteLLM has given out a stream."""
    blank: bool = False
    """Whether the answer ended before any of a reply, and had not said that it would be empty."""
    cut: bool = False
    """Whether a reply in one piece had begun to arrive."""
    beside: str = ""
    """The text of a reply in one piece that stands beside an error."""

    @property
    def answered(self) -> bool:
        """Whether the server answered, and not with an error status."""
        return self.opened if self.status is None else self.status < 300


def gather_diagnostics(
    transport: Transport,
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
        response: the answer, once its headers were there.
        tap: has read the answer as far as it came.
        asked: the method and the address of the request, without its query.
        stream: whether the server was asked to stream.
        opened: whether LiteLLM has given out a stream.
    """
    if response is None:
        return Diagnostics(transport, asked=asked, opened=opened)
    beside = "" if stream or not isinstance(tap.problem, ErrorInAnswerError) else tap.problem.said
    return Diagnostics(
        transport,
        status=response.status_code,
        retry_after_s=wait_in(response.headers),
        body=tap.opaque,
        asked=asked,
        problem=tap.problem,
        filtered=tap.filtered,
        begun=tap.pieces > 0,
        opened=opened,
        blank=_is_blank(response, tap),
        cut=not stream and response.num_bytes_downloaded > 0,
        beside=text_beside(beside),
    )


def _is_blank(response: "httpx.Response", tap: ResponseTap) -> bool:
    announced = response.headers.get("content-length") == "0" or response.status_code != 200
    return not (announced or tap.answer.alone or says_anything(tap.opaque))
