"""Errors for unusable answers: cut off, unmarked, filtered, unreadable, or no reply at all."""

import json
from collections.abc import Collection
from dataclasses import replace

from hello_llm.contract import BrokenReplyError, FilteredError, HelloLLMError, LLMReply
from hello_llm.providers.http.answer import Answer
from hello_llm.providers.http.client.diagnostics import Diagnostics
from hello_llm.providers.http.error_bodies.body import parse_body
from hello_llm.providers.http.error_bodies.envelope import is_error
from hello_llm.providers.http.error_bodies.error_response import ErrorResponse
from hello_llm.providers.http.errors.connection_errors import closed_early
from hello_llm.providers.http.errors.error_mapping import explain
from hello_llm.providers.http.errors.proxy_errors import proxys_own
from hello_llm.providers.http.protocols.endings import Ending
from hello_llm.providers.http.protocols.piece import NoReplyError, UnreadableAnswerError
from hello_llm.providers.http.response_tap import ErrorInAnswerError
from hello_llm.providers.http.route import Route

_KEPT = "the partial answer is kept; try again"


def bad_answer(
    problem: UnreadableAnswerError | ErrorInAnswerError,
    route: Route,
    diagnostics: Diagnostics | None = None,
    known: Collection[str] = (),
    *,
    started: bool,
) -> HelloLLMError:
    """Return our error for an answer that was abandoned while it was arriving.

    Args:
        problem: why it was abandoned.
        route: where the call went.
        diagnostics: the facts about the call, if any were gathered.
        known: the vendor's models, one of which the user may have meant.
        started: whether a readable part of the reply arrived.
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
    """Return our error for a successful response that contains no reply."""
    proxys = proxys_own(route, diagnostics)
    if proxys is not None:
        return proxys
    if diagnostics.blank:
        return closed_early(route, "ended its answer")
    reported = _reported(route, diagnostics.body, diagnostics.asked, known)
    return reported or no_reply(route, asked=diagnostics.asked)


def _reported(
    route: Route, body: bytes, asked: str, known: Collection[str]
) -> HelloLLMError | None:
    """Return our error for a `body` that is plain text or an unusual error, or else ``None``."""
    said = parse_body(body.decode("utf-8-sig", errors="replace"))
    response = ErrorResponse.of_object(said)
    if is_error(said) or (isinstance(said, str) and response.known):
        return explain(response, route, known, asked)
    return no_reply(route, response.said, asked) if said and isinstance(said, str) else None


def cut_off(
    route: Route, what: str = "closed the connection", *, started: bool = True
) -> BrokenReplyError:
    """Return the error for a reply that broke off because of `what` the server did.

    Args:
        route: where the call went.
        what: what the server did, as a phrase for the message.
        started: whether a readable part of the reply arrived.
    """
    return BrokenReplyError(
        f"{route.place} {what} in the middle of a reply", _kept(started=started)
    )


def _kept(*, started: bool) -> str:
    return _KEPT if started else "try again"


def no_reply(route: Route, said: str = "", asked: str = "") -> BrokenReplyError:
    """Return the error for an answer that is not a reply.

    Args:
        route: where the call went.
        said: the server's message, to append to our sentence.
        asked: the method and the address of the request, if known.
    """
    what = f"; the request was {asked}" if asked else ""
    return BrokenReplyError(
        f"{route.place} answered, but not with a reply{said}",
        f"check --api-base: is that the address of a chat API?{what}",
    )


def failed_midway(route: Route, said: str) -> BrokenReplyError:
    """Return the error for a server that reported a failure after part of a reply."""
    return BrokenReplyError(f"{route.place} failed in the middle of a reply{said}", _KEPT)


def unmarked(route: Route) -> BrokenReplyError:
    """Return the error for a stream that ended without being marked as complete."""
    return BrokenReplyError(
        f"{route.place} ended the reply without marking it as complete",
        _KEPT,
    )


def incomplete(route: Route) -> BrokenReplyError:
    """Return the error for an unstreamed reply that lacks a part that every complete one has."""
    return BrokenReplyError(
        f"{route.place} answered, but not with a complete reply",
        "check --api-base: is that the address of a chat API?",
    )


def check_ending(reply: LLMReply, route: Route, answer: Answer) -> None:
    """Check whether the reply that the server ended is usable.

    Raises:
        FilteredError: the model declined to answer.
        BrokenReplyError: the server broke off the reply, or left a tool call unfinished.
    """
    if answer.ending is Ending.BROKEN:
        raise given_up(f'{route.place} broke off the reply: it says "{answer.reason}"', reply)
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
    """Return the error for a `reply` that only seemed complete; `message` says why."""
    partial = replace(reply, complete=False, finish_reason=None)
    return BrokenReplyError(message, _KEPT, partial=partial)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    except RecursionError:  # nested too deeply for Python, but not necessarily cut off
        return True
    return True
