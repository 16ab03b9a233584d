"""Reads what a server says went wrong: the error objects of all vendors, and plain words."""

import json
import re
from collections.abc import Iterator
from typing import Any

from hello_llm.providers.litellm.retry_after import seconds_to_wait

_LONGEST_QUOTE = 300
_CODE_KEYS = ("code", "type", "status", "reason")


def parse_body(text: str) -> Any:  # noqa: ANN401 - whatever JSON the server sent
    """Return the JSON in `text`, or its words; of a page or of half an object there are none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return "" if re.match(r"\s*[<{[]", text) else text


def codes_in(body: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever JSON the server sent
    """Return the codes and types that the error object `body` gives, the most telling first."""
    objects = list(_objects(body))
    codes = (one.get(key) for one in objects for key in _CODE_KEYS)
    return tuple(str(code) for code in codes if code and isinstance(code, str | int))


def delay_in(body: Any) -> float | None:  # noqa: ANN401 - whatever JSON the server sent
    """Return the seconds that `body` asks to wait, as Google's errors do in place of a header."""
    delays = (one.get("retryDelay") for one in _objects(body))
    asked = (seconds_to_wait(one.removesuffix("s")) for one in delays if isinstance(one, str))
    return next((seconds for seconds in asked if seconds is not None), None)


def sentence_in(body: Any) -> str:  # noqa: ANN401 - whatever JSON the server sent
    """Return the sentence that the error object `body` holds on one line, or an empty text."""
    return shortened(_sentence(body))


def shortened(text: str) -> str:
    """Return `text`, or its beginning if it is too long to be quoted."""
    return text[:_LONGEST_QUOTE] + ("…" if len(text) > _LONGEST_QUOTE else "")


def _objects(body: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - whatever JSON the server sent
    """Yield the error object in `body` and its details."""
    if isinstance(body, list):
        body = next((one for one in body if isinstance(one, dict)), None)
    if not isinstance(body, dict):
        return
    error = body.get("error")
    error = error if isinstance(error, dict) else body
    yield error
    details = error.get("details")
    if isinstance(details, list):
        yield from (one for one in details if isinstance(one, dict))


def _sentence(body: Any) -> str:  # noqa: ANN401 - whatever JSON the server sent
    if isinstance(body, dict):
        nested = (body.get(key) for key in ("error", "message", "detail", "msg"))
        return next(filter(None, map(_sentence, nested)), "")
    if isinstance(body, list):
        return next(filter(None, map(_sentence, body)), "")
    return " ".join(body.split()) if isinstance(body, str) else ""
