"""Inspects a LiteLLM exception: the exceptions behind it, and the server's own words."""

import re
from collections.abc import Iterator
from itertools import takewhile
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

from hello_llm.providers.http.error_bodies.body import parse_body
from hello_llm.providers.http.error_bodies.envelope import codes_in, sentence_in, shortened

if TYPE_CHECKING:
    import httpx

_ADVICE = re.compile(r"litellm\.|drop_params|allowed_openai_params|reasoning_effort|os\.environ")
"""Advice that is useful only to someone who calls LiteLLM from a program."""


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and the exceptions that it was raised from, outermost first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        original = getattr(current, "original_exception", None)
        current = current.__cause__ or current.__context__ or original


def find(error: BaseException, *kinds: type[BaseException]) -> BaseException | None:
    """Return the outermost exception of the chain that is one of `kinds`."""
    return next((link for link in chain(error) if isinstance(link, kinds)), None)


def is_litellms(error: BaseException) -> bool:
    """Return whether the chain has an exception of LiteLLM's; not all share a base class."""
    return any(type(link).__module__.startswith("litellm") for link in chain(error))


def began_here(error: BaseException) -> bool:
    """Return whether our own code raised the innermost exception of the chain."""
    *_, first = chain(error)
    frames = [frame for frame, _ in walk_tb(first.__traceback__)]
    return bool(frames) and str(frames[-1].f_globals.get("__name__")).startswith("hello_llm.")


def answer_to(error: BaseException) -> "httpx.Response | None":
    """Return the response that a server sent, not one that LiteLLM made up.

    It is needed only for vendors whose client is not ours: our client has the response itself.
    """
    import httpx
    import openai

    for link in chain(error):
        # LiteLLM's own exceptions derive from the SDK's, with a dummy response.
        if type(link).__module__.startswith("litellm"):
            continue
        if isinstance(link, httpx.HTTPStatusError | openai.APIStatusError):
            return link.response
    return None


def innermost(error: BaseException) -> str:
    """Return the message of the innermost exception of the chain on one line."""
    *_, first = chain(error)
    return shortened(spoken(first)) or type(first).__name__


def spoken(error: BaseException) -> str:
    """Return the message of `error` on one line, without class names and advice to programmers."""
    text = str(getattr(error, "message", error)).partition("\n")[0]
    text = re.sub(r"^(litellm\.\w+: )+", "", text)
    kept = takewhile(lambda one: not _ADVICE.search(one), re.split(r"(?<=\.) +", text))
    return " ".join(kept).removesuffix(".")


def quote(error: BaseException) -> str:
    """Return the server's own sentence about the failure on one line, or an empty string."""
    return next(filter(None, map(sentence_in, map(_body, chain(error)))), "")


def error_codes(error: BaseException) -> tuple[str, ...]:
    """Return the machine-readable codes that the server sent."""
    return next(filter(None, map(codes_in, map(_body, chain(error)))), ())


def _body(link: BaseException) -> Any:  # noqa: ANN401 - whatever JSON the server sent
    body = getattr(link, "body", None)
    return body if isinstance(body, dict) else parse_body(_response_text(link))


def _response_text(link: BaseException) -> str:
    """Return the text of the response that `link` carries, if it has been read."""
    import httpx

    for source in (getattr(link, "text", None), getattr(link, "message", None)):
        if isinstance(source, str) and source.lstrip().startswith("{"):
            return source
    response = getattr(link, "response", None)
    if not isinstance(response, httpx.Response):
        return ""
    try:
        return response.text
    except httpx.ResponseNotRead:
        return ""
