"""Recognizes errors that servers send, and finds the message and the codes in them.

No vendor is named here. An object is recognized by the names of its keys, in any spelling
(``error_msg``, ``errorMsg``, ``ErrorMsg``), and is read from the inside out: first an error object,
then the object around it, then anything else in that object.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from hello_llm.providers.http.error_bodies.retry_after import seconds_to_wait

_LONGEST_MESSAGE = 4000
_LONGEST_QUOTE = 300
_LONGEST_WORD = 200
_DEEPEST = 12
_MOST_OBJECTS = 64

Keys = Mapping[str, Any]
"""An object whose keys are in lower case and without separators."""

_ERROR = re.compile(r"(error|err|fault|failure|\w*exception)(s|info|data)?")
"""The key of an error, which may be an object or text."""

_WRAPPERS = ("baseresp", "header", "status", "response", "responsemetadata", "metadata", "meta")
"""Keys of objects that say whether the call succeeded."""

_MESSAGE = re.compile(
    r"\w*(message|msg)s?|(error)?details?|\w*description|desc|faultstring|reason|title|raw"
)
"""The key of a message."""

_MESSAGES = ("message", "errormessage", "errormsg", "msg", "detail", "errordescription")
"""Keys of the most informative messages, best first."""

_VAGUE = ("reason", "title", "raw", "description", "desc")
"""Keys of messages that do not by themselves indicate an error."""

_CODES = ("code", "errorcode", "errcode", "statuscode", "type", "errortype", "status")
"""Keys of codes, the most specific first."""

_CODE = re.compile(r"\w*code|errno|ret|rc")
"""The key of any other code."""

_NAMES = ("reason", "error")
"""Keys whose value is a code or a message, depending on its form."""

_NAME = re.compile(r"[a-z]+(_[a-z]+)+|([A-Z]+_)*[A-Z]+|([A-Z][a-z]+)+")

_NO_CODE = re.compile(
    r"error|fail(ed|ure)?|about:blank|(message|response|content)\W.*", re.IGNORECASE
)
"""Types and statuses that do not distinguish one error from another."""

_FLAGS = ("success", "issuccess", "succeeded", "ok", "status")
"""Keys of a boolean that is false if something went wrong."""

_FAILING = re.compile(r"error|fail|failed|failure|\w*[._](failed|error)", re.IGNORECASE)
"""Statuses and types that mean that something went wrong."""

_FINE = re.compile(r"0+|2\d\d|ok|success(ful(ly)?)?|succeeded|done|none|null", re.IGNORECASE)
"""Values of a code or an error that mean that there is no error."""

_PROGRESS = re.compile(
    r"\w*(ping|heartbeat|keep.?alive|info|status|progress|queued?|pending|processing|running"
    r"|loading|starting|started|waiting|warming.?up|in_progress|created|log|notice)\b.*",
    re.IGNORECASE,
)
"""Types and statuses of messages that only report progress."""

_ANSWERS = frozenset(
    """
    choices candidates content delta output outputs results generations text completion
    promptFeedback usageMetadata
    """.split()
)
"""Keys of a reply, or of a piece of one, in the protocols of all vendors."""


def is_error(value: object, event: bytes = b"") -> bool:
    """Return whether `value`, which came where an answer was expected, is an error.

    Args:
        value: the JSON of a whole body, or of one piece of a stream.
        event: the name of the event, if it has one.
    """
    if isinstance(value, list):
        return any(isinstance(one, dict) and is_error(one) for one in value[:_MOST_OBJECTS])
    if not isinstance(value, dict):
        return False
    if event == b"error" or value.get("type") == "error" or value.get("object") == "error":
        return True
    for place in _places(value):
        if place.get("error") and not _is_fine(place["error"]):
            return True
    if is_of_reply(value):
        return False
    keys = _keyed(value)
    return _fails(keys) or any(map(_fails, _wrapped(keys)))


def is_of_reply(value: dict[str, Any]) -> bool:
    """Return whether `value` is a reply, or a piece of one, in any vendor's protocol."""
    for key, item in value.items():
        if key in _ANSWERS and item:
            return True
    return _is_message(value.get("message")) or "done" in value


def text_beside(value: object) -> str:
    """Return the text of the reply in a `value` that also contains an error."""
    match value:
        case {"choices": [{"message": {"content": str(text)}}, *_]}:
            return text
        case {"choices": [{"delta": {"content": str(text)}}, *_]}:
            return text
    return ""


def message_in(said: object) -> str:
    """Return the message of the error `said` on one line, or an empty string."""
    said = _unpacked(said)
    if isinstance(said, str):
        return _on_one_line(said)
    objects = list(_objects(said))
    found = (text for one in objects for text in _messages(one))
    others = (_text(item) for one in objects for item in one.values())
    return next(found, "") or next((text for text in others if " " in text), "")


def sentence_in(said: object) -> str:
    """Return the message of the error `said`, short enough to quote."""
    return shortened(message_in(said))


def codes_in(said: object) -> tuple[str, ...]:
    """Return the codes and types of the error `said`, the most specific first."""
    found = (code for one in _objects(said) for code in _codes(one))
    return tuple(dict.fromkeys(found))


def delay_in(said: object) -> float | None:
    """Return how many seconds the error `said` asks to wait; Google sends this only in the body."""
    delays = (one.get("retrydelay") for one in _objects(said))
    asked = (seconds_to_wait(one.removesuffix("s")) for one in delays if isinstance(one, str))
    return next((seconds for seconds in asked if seconds is not None), None)


def shortened(text: str) -> str:
    """Return `text`, or its beginning if it is too long to quote.

    It is cut between two words if possible: half of a key would not be recognized as a key.
    """
    if len(text) <= _LONGEST_QUOTE:
        return text
    head = text[:_LONGEST_QUOTE]
    before, _, word = head.rpartition(" ")
    whole_words = before and word.isascii() and len(word) <= _LONGEST_WORD
    return (before if whole_words else head) + "…"


def _keyed(value: Mapping[str, Any]) -> Keys:
    return {re.sub(r"[_\-. ]", "", key).lower(): item for key, item in value.items()}


def _is_fine(error: object) -> bool:
    """Return whether `error`, the value under an error's key, says that there is no error."""
    if isinstance(error, dict):
        return all(isinstance(item, bool) or _is_nothing(item) for item in error.values())
    return _is_nothing(error)


def _is_nothing(value: object) -> bool:
    return not value or (value is not True and bool(_FINE.fullmatch(str(value)[:_LONGEST_WORD])))


def _places(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the objects of a reply, or of a piece of one, that may contain an error."""
    yield value
    choices = value.get("choices")
    choice = choices[0] if choices and isinstance(choices, list) else value
    if isinstance(choice, dict):
        yield choice
        for key in ("delta", "message"):
            if isinstance(choice.get(key), dict):
                yield choice[key]


def _is_message(value: object) -> bool:
    """Return whether `value` is a message from the model, as Ollama and Cohere send it."""
    return isinstance(value, dict) and not {"role", "content", "tool_calls"}.isdisjoint(value)


def _wrapped(keys: Keys) -> Iterator[Keys]:
    items = (keys.get(key) for key in _WRAPPERS)
    yield from (_keyed(item) for item in items if isinstance(item, dict))


def _fails(keys: Keys) -> bool:
    """Return whether an object without an answer reports a failure."""
    if any(_ERROR.fullmatch(key) and not _is_fine(item) for key, item in keys.items()):
        return True
    if any(keys.get(key) is False for key in _FLAGS):
        return True
    states = [keys[key] for key in ("status", "type", "state") if isinstance(keys.get(key), str)]
    if any(map(_FAILING.fullmatch, states)):
        return True
    codes = [item for key, item in keys.items() if key in _CODES or _CODE.fullmatch(key)]
    codes = [code for code in codes if isinstance(code, str | int) and not isinstance(code, bool)]
    if any(re.fullmatch(r"[45]\d\d", str(code)) for code in codes):
        return True
    said = [key for key, item in keys.items() if item and _MESSAGE.fullmatch(key)]
    if any(map(_PROGRESS.fullmatch, states)) or not said:
        return False
    if codes:
        return not any(map(_is_fine, codes))
    return not set(said) <= set(_VAGUE) and not any(keys.get(key) is True for key in _FLAGS)


def _objects(said: object) -> Iterator[Keys]:
    """Yield the objects in the error `said`, the most specific first."""
    return islice(_nested(said, _DEEPEST), _MOST_OBJECTS)


def _nested(said: object, depth: int) -> Iterator[Keys]:
    said = _unpacked(said)
    if not depth:
        return
    if isinstance(said, list):
        for one in said:
            yield from _nested(one, depth - 1)
    if isinstance(said, dict):
        keys = _keyed(said)
        inner = [key for key in keys if _is_inner(key, keys[key])]
        for key in inner:
            yield from _nested(keys[key], depth - 1)
        yield keys
        for key in keys:
            if key not in inner:
                yield from _nested(keys[key], depth - 1)


def _is_inner(key: str, item: object) -> bool:
    """Return whether `item` says more about an error than the object that has it under `key`."""
    if key == "details":
        return False
    holds = key in _WRAPPERS or _MESSAGE.fullmatch(key) or key == "choices" or _ERROR.fullmatch(key)
    return bool(holds) and not _is_fine(_unpacked(item))


def _messages(keys: Keys) -> Iterator[str]:
    """Yield the messages in an error object, the most specific first."""
    items = [keys[key] for key in _MESSAGES if key in keys]
    items += [item for key, item in keys.items() if _MESSAGE.fullmatch(key)]
    items += [item for key, item in keys.items() if _ERROR.fullmatch(key)]
    yield from filter(None, map(_text, items))


def _text(value: object) -> str:
    """Return `value`, or the first string in a list, on one line; empty if it is not a message."""
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, str)), None)
    if not isinstance(value, str) or _FINE.fullmatch(value) or _unpacked(value) is not value:
        return ""
    return _on_one_line(value)


def _codes(keys: Keys) -> Iterator[str]:
    """Yield the codes in an error object, the most specific first."""
    items = [keys[key] for key in _CODES if key in keys]
    items += [item for key, item in keys.items() if _CODE.fullmatch(key)]
    found = (str(code) for code in items if isinstance(code, str | int) and not _is_nothing(code))
    yield from filter(_is_code, found)
    names = (keys.get(key) for key in _NAMES)
    yield from (name for name in names if isinstance(name, str) and _NAME.fullmatch(name))


def _is_code(text: str) -> bool:
    spoken = re.fullmatch(r"[^\s/]{1,100}", text) and text not in {"True", "False"}
    return bool(spoken) and not _NO_CODE.fullmatch(text)


def _unpacked(said: object) -> Any:  # noqa: ANN401 - as above
    """Return the JSON in a string, which is how gateways pass on errors, or else `said` itself."""
    if isinstance(said, str) and said.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(said)
        except (ValueError, RecursionError):
            return said
    return said


def _on_one_line(text: str) -> str:
    return " ".join(text[:_LONGEST_MESSAGE].split())
