"""Errors for unusable answers: cut off, unmarked, filtered, unreadable, or no reply at all."""

import json
from collections.abc import Collection
from dataclasses import replace

from hello_llm.contract import BrokenReplyError, FilteredError, HelloLLMError, LLMReply
from hello_llm.providers.http.answer import Answer
from hello_llm.providers.http.diagnostics import Diagnostics
from hello_llm.providers.http.error_bodies.body import parse_body
from hello_llm.providers.http.error_bodies.envelope import is_error
from hello_llm.providers.http.error_bodies.error_response import ErrorResponse
from hello_llm.providers.http.errors.connection_errors import closed_early
from hello_llm.providers.http.errors.error_mapping import explain
from hello_llm.providers.http.protocols.endings import Ending
from hello_llm.providers.http.protocols.piece import NoReplyError, UnreadableAnswerError
from hello_llm.providers.http.response_tap import ErrorInAnswerError
from hello_llm.providers.http.route import Route

_KEPT = "what arrived is kept; try again"


def bad_answer(
    problem: UnreadableAnswerError | ErrorInAnswerError,
    route: Route,
    diagnostics: Diagnostics | None = None,
    known: Collection[str] = (),
    *,
    started: bool,
) -> HelloLLMError:
    """Explain an answer that was given up while it came.

    Args:
        problem: why it was given up.
        route: where the call went.
        diagnostics: what was seen on the wire, where there is one.
        known: the models of the vendor, of which one may have been meant.
        started: whether something of the reply came that could be read.
    """
    body, asked = (b"", "") if diagnostics is None else (diagnostics.body, diagnostics.asked)
    if isinstance(problem, UnreadableAnswerError):
        reported = None if started else _reported(route, body, asked, known)
        if isinstance(problem, NoReplyError) and not started:
            return reported or no_reply(route, asked=asked)
        where = "the middle" if started else "place"
        message = f"{route.place} sent {problem} in {where} of a reply"
        return reported or BrokenReplyError(message, _kept(started=started))
    response = ErrorResponse.of_object(problem.said)
    if started:
        return failed_midway(route, response.said)
    return explain(response, route, known, asked)


def not_a_reply(
    route: Route, diagnostics: Diagnostics, known: Collection[str] = ()
) -> HelloLLMError:
    """Explain an answer of status 200 in which no reply was found."""
    if diagnostics.blank:
        return closed_early(route, "ended its answer")
    reported = _reported(route, diagnostics.body, diagnostics.asked, known)
    return reported or no_reply(route, asked=diagnostics.asked)


def _reported(
    route: Route, body: bytes, asked: str, known: Collection[str]
) -> HelloLLMError | None:
    """Explain a `body` that is no reply but an error in a form of its own, or mere words."""
    said = parse_body(body.decode("utf-8-sig", errors="replace"))
    response = ErrorResponse.of_object(said)
    if is_error(said) or (isinstance(said, str) and response.known):
        return explain(response, route, known, asked)
    return no_reply(route, response.said, asked) if said and isinstance(said, str) else None


def cut_off(
    route: Route, what: str = "closed the connection", *, started: bool = True
) -> BrokenReplyError:
    """Return the error of a reply in whose middle the server did `what`.

    Args:
        route: where the call went.
        what: what the server did.
        started: whether something of the reply came that could be read.
    """
    return BrokenReplyError(
        f"{route.place} {what} in the middle of a reply", _kept(started=started)
    )


def _kept(*, started: bool) -> str:
    return _KEPT if started else "try again"


def no_reply(route: Route, said: str = "", asked: str = "") -> BrokenReplyError:
    """Return the error of an answer that is no reply.

    Args:
        route: where the call went.
        said: what the server said, to follow our sentence.
        asked: the method and the address of the request, where they are known.
    """
    what = f"; the request was {asked}" if asked else ""
    return BrokenReplyError(
        f"{route.place} answered, but not with a reply{said}",
        f"check --api-base: is that the address of a chat API?{what}",
    )


def failed_midway(route: Route, said: str) -> BrokenReplyError:
    """Explain a server that reported a failure after part of a reply."""
    return BrokenReplyError(f"{route.place} failed in the middle of a reply{said}", _KEPT)


def unmarked(route: Route) -> BrokenReplyError:
    """Return the error of a stream that ended without the server's mark that it is complete."""
    return BrokenReplyError(
        f"{route.place} ended the reply without a mark that it is complete",
        _KEPT,
    )


def incomplete(route: Route) -> BrokenReplyError:
    """Return the error of a whole reply that lacks what every complete one has."""
    return BrokenReplyError(
        f"{route.place} answered, but not with a complete reply",
        "check --api-base: is that the address of a chat API?",
    )


def check_ending(reply: LLMReply, route: Route, answer: Answer) -> None:
    """Look for what the server said of a reply that it ended.

    Raises:
        FilteredError: the model declined to answer.
        BrokenReplyError: the server gave up, or left a tool call unfinished.
    """
    if answer.ending is Ending.BROKEN:
        raise given_up(f'{route.place} broke the reply off: it says "{answer.reason}"', reply)
    if answer.refusal:
        raise FilteredError(
            f'{route.typed} declined to answer: it says "{answer.refusal}"',
            "change the prompt, or ask another model",
            partial=reply,
        )
    for call in reply.tool_calls:
        if not _is_json(call.arguments or "{}"):
            raise given_up(f"{route.place} left the call of {call.name} unfinished", reply)


def given_up(message: str, reply: LLMReply) -> BrokenReplyError:
    """Return the error that a `reply` which seemed complete is not, for what `message` says."""
    partial = replace(reply, complete=False, finish_reason=None)
    return BrokenReplyError(message, _KEPT, partial=partial)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    except RecursionError:  # nested deeper than Python reads; nothing says that it was cut
        return True
    return True
