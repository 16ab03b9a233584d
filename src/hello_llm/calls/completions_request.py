"""Reads a request as OpenAI's Chat Completions have it: messages, and values of settings.

What would change the answer and is not supported is refused by name.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hello_llm.contract import Message, ToolCall, UsageError
from hello_llm.contract.model_name import ModelName
from hello_llm.settings.fields import FIELDS
from hello_llm.toml_file.kinds import UnfitError

_SETTINGS = {
    "model": "model",
    "temperature": "temperature",
    "top_p": "top_p",
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "seed": "seed",
    "stop": "stop",
}
"""The setting for each field of a request that has one."""

_NEUTRAL: Mapping[str, tuple[object, ...]] = {
    "n": (1,),
    "stream": (False,),
    "logprobs": (False,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "response_format": ({"type": "text"},),
    "tools": ([],),
    "tool_choice": ("none", "auto"),
    "parallel_tool_calls": (True, False),
    "logit_bias": ({},),
    "modalities": (["text"],),
}
"""The values of fields that are not supported with which they change nothing."""

IGNORED = frozenset(
    {
        "metadata",
        "prompt_cache_key",
        "safety_identifier",
        "service_tier",
        "store",
        "stream_options",
        "user",
    }
)
"""The fields that do not change the answer, and are not sent on."""

_ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
}
_OF_A_MESSAGE = frozenset({"role", "content", "tool_calls", "tool_call_id"})


class UnfitRequestError(Exception):
    """The request cannot be sent; the text says why, and names the field."""

    def __init__(self, text: str, field: str) -> None:
        """Describe the problem, and name the field that causes it."""
        super().__init__(text)
        self.field = field


def read_request(body: Mapping[str, Any]) -> tuple[tuple[Message, ...], dict[str, object]]:
    """Return the messages of a request, and the values of settings that it has.

    Raises:
        UnfitRequestError: a field is not supported, or its value is invalid.
    """
    values: dict[str, object] = {}
    for name, value in body.items():
        if value is None or name in IGNORED or name == "messages":
            continue
        key = _SETTINGS.get(name)
        if key is not None:
            values[key] = _checked(name, key, value)
        elif value not in _NEUTRAL.get(name, ()):
            raise UnfitRequestError(f'its field "{name}" is not supported', name)
    return tuple(_messages(body.get("messages"))), values


def _checked(name: str, key: str, value: object) -> object:
    try:
        if key == "model":
            return _model(str(FIELDS[key].check(value)))
        return FIELDS[key].check([value] if key == "stop" and isinstance(value, str) else value)
    except UnfitError as error:
        raise UnfitRequestError(f'its field "{name}" {error.reason}', name) from None


def _model(name: str) -> str:
    """Return the model with its vendor; a bare name is OpenAI's, whose format this is."""
    try:
        return str(ModelName.parse(name if "/" in name else f"openai/{name}"))
    except UsageError as error:
        raise UnfitRequestError(f'its field "model": {error.message}', "model") from None


def _messages(given: object) -> Iterator[Message]:
    if not isinstance(given, list) or not given:
        raise UnfitRequestError('its field "messages" is not a list with a message', "messages")
    for number, one in enumerate(given, 1):
        if not isinstance(one, dict):
            raise UnfitRequestError(f"its message {number} is not an object", "messages")
        try:
            yield _message(one)
        except (KeyError, TypeError, ValueError) as error:
            raise UnfitRequestError(f"its message {number}: {error}", "messages") from None


def _message(one: Mapping[str, Any]) -> Message:
    role = _ROLES.get(one["role"]) if isinstance(one.get("role"), str) else None
    if role is None:
        raise ValueError(f"its role is not one of {', '.join(_ROLES)}")
    for name, value in one.items():
        if name not in _OF_A_MESSAGE and value is not None and value != []:
            raise ValueError(f'its field "{name}" is not supported')
    calls = tuple(_tool_call(call) for call in one.get("tool_calls") or ())
    content = _content(one.get("content"), optional=bool(calls))
    return Message(role, content, calls, one.get("tool_call_id"))  # type: ignore[arg-type]


def _content(content: object, *, optional: bool) -> str:
    if isinstance(content, str):
        return content
    if content is None and optional:
        return ""
    if not isinstance(content, list):
        raise ValueError("its content is not text")  # noqa: TRY004 - see _messages
    texts = []
    for part in content:
        if not isinstance(part, dict) or part.get("type") != "text":
            raise ValueError("only parts of text are supported")
        texts.append(part["text"])
    return "".join(texts)


def _tool_call(call: Mapping[str, Any]) -> ToolCall:
    function = call["function"]
    return ToolCall(call["id"], function["name"], function["arguments"])
