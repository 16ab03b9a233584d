"""Reads a LiteLLM exception: what lies beneath it, and what the server said."""

import json
import re
from collections.abc import Iterator
from typing import Any

_LONGEST_QUOTE = 300


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and all that it was raised from, outermost first."""
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
    """Tell whether one of the chain is an exception of LiteLLM's; not all have a common base."""
    return any(type(link).__module__.startswith("litellm") for link in chain(error))


def http_status(error: BaseException) -> int | None:
    """Return the status that a server sent; LiteLLM invents one where none did.

    Only for vendors whose client is not ours: ours knows the answer itself.
    """
    import httpx  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now
    import openai  # noqa: PLC0415 - as above

    for link in chain(error):
        # LiteLLM's own exceptions derive from the SDK's, with a dummy for a response.
        if type(link).__module__.startswith("litellm"):
            continue
        if isinstance(link, httpx.HTTPStatusError | openai.APIStatusError):
            return link.response.status_code
    return None


def innermost(error: BaseException) -> str:
    """Return on one line what the first exception of the chain says."""
    *_, first = chain(error)
    return _shortened(str(first).partition("\n")[0]) or type(first).__name__


def quote(error: BaseException) -> str:
    """Return the server's own sentence about the failure on one line, or an empty text."""
    for link in chain(error):
        said = _sentence(_body(link))
        if said:
            return _shortened(said)
    return ""


def error_code(error: BaseException) -> str:
    """Return the machine-readable code or type that the server gave, or an empty text."""
    return next(filter(None, (code_in(_body(link)) for link in chain(error))), "")


def code_in(body: Any) -> str:  # noqa: ANN401 - whatever JSON the server sent
    """Return the code or type that the error object `body` gives, or an empty text."""
    detail = body.get("error", body) if isinstance(body, dict) else None
    if not isinstance(detail, dict):
        return ""
    return str(detail.get("code") or detail.get("type") or detail.get("status") or "")


def sentence_in(body: Any) -> str:  # noqa: ANN401 - whatever JSON the server sent
    """Return the sentence that the error object `body` holds on one line, or an empty text."""
    return _shortened(_sentence(body))


def _shortened(text: str) -> str:
    return text[:_LONGEST_QUOTE] + ("…" if len(text) > _LONGEST_QUOTE else "")


def _body(link: BaseException) -> Any:  # noqa: ANN401 - whatever JSON the server sent
    body = getattr(link, "body", None)
    if isinstance(body, dict):
        return body
    text = _response_text(link)
    try:
        return json.loads(text)
    except ValueError:
        return text


def _response_text(link: BaseException) -> str:
    """Return the text of the response that `link` carries, where it was read and is no page."""
    import httpx  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now

    for source in (getattr(link, "text", None), getattr(link, "message", None)):
        if isinstance(source, str) and source.lstrip().startswith("{"):
            return source
    response = getattr(link, "response", None)
    if not isinstance(response, httpx.Response):
        return ""
    try:
        text = response.text
    except httpx.ResponseNotRead:
        return ""
    return "" if re.match(r"\s*<", text) else text


def _sentence(body: Any) -> str:  # noqa: ANN401 - whatever JSON the server sent
    if isinstance(body, dict):
        nested = (body.get(key) for key in ("error", "message", "detail", "msg"))
        return next(filter(None, map(_sentence, nested)), "")
    if isinstance(body, list):
        return next(filter(None, map(_sentence, body)), "")
    return " ".join(body.split()) if isinstance(body, str) else ""
