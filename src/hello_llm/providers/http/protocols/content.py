"""Extracts the text from whatever a server sends where text belongs."""

from collections.abc import Iterator
from typing import Any

from hello_llm.providers.http.protocols.piece import Json, Piece, UnreadableAnswerError

_TEXT_KEYS = ("text", "content", "value", "output_text", "parts")
_REASONING_KEYS = ("thinking", "reasoning", "reasoning_content", "reasoning_text", "summary")
_REASONING_TYPES = frozenset(
    {*_REASONING_KEYS, "thinking_delta", "reasoning.text", "reasoning.summary", "summary_text"}
)
_TEXTLESS_TYPES = frozenset(
    {
        "citation",
        "compaction",
        "redacted_thinking",
        "reasoning.encrypted",
        "reference",  # Mistral: the documents that a sentence is based on
        "server_tool_use",  # Anthropic: a tool that the server runs, such as a search
    }
)

_PLAIN_KEYS = frozenset({"content", "text"})
_BESIDE = frozenset(
    """
    annotations audio citations citationMetadata compaction content_filter_results context error
    executableCode codeExecutionResult groundingMetadata grounding_metadata images logprobs
    promptFeedback prompt_filter_results provider_specific_fields reasoning reasoning_content
    reasoning_details search_results thinking tool_calls usage x_groq
    """.split()
)
"""Keys whose values are never part of the answer's text, whatever they contain."""


def text_in(content: object) -> str:
    """Return the text of `content` without its reasoning.

    Raises:
        UnreadableAnswerError: `content` contains something that is not text.
    """
    return piece_of(content).text


def piece_of(content: object) -> Piece:
    """Read `content`: a string, a part, or a list of parts; null gives an empty piece.

    Raises:
        UnreadableAnswerError: `content` contains something that is not text.
    """
    if isinstance(content, str):
        return Piece(text=content)
    piece = Piece()
    if isinstance(content, list):
        for part in content:
            if isinstance(part, list):
                raise UnreadableAnswerError("a list among the parts of its text")
            piece.add(piece_of(part))
    elif isinstance(content, dict):
        _add_part(piece, content)
    elif content is not None:
        raise UnreadableAnswerError(f"{name_of(content)} where text belongs")
    return piece


def reasoning_in(value: object) -> str:
    """Return the text of `value`, a reasoning field; empty if unreadable, which is no loss."""
    try:
        piece = piece_of(value)
    except UnreadableAnswerError:
        return ""
    return piece.reasoning + piece.text


def hides_text(value: object) -> bool:
    """Return whether `value`, in which no text was found, has some in an unexpected place.

    Alternatives other than the first, and material quoted beside the answer, do not count.
    """
    if isinstance(value, list):
        return any(map(hides_text, value))
    if not isinstance(value, dict):
        return False
    kind = value.get("type")
    if isinstance(kind, str) and (kind in _TEXTLESS_TYPES or kind.endswith("_tool_result")):
        return False
    if value.get("index") not in (None, 0) and not isinstance(kind, str):
        return False
    items = [(key, item) for key, item in value.items() if key not in _BESIDE]
    if any(key in _PLAIN_KEYS and _has_string(item) for key, item in items):
        return True
    return any(hides_text(item) for _, item in items)


def _has_string(value: object) -> bool:
    items = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and one for one in items)


def name_of(value: object) -> str:
    """Name the JSON type of `value` for an error message."""
    match value:
        case None:
            return "null"
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


def _add_part(piece: Piece, part: Json) -> None:
    kind = part.get("type")
    if isinstance(kind, str) and (kind in _TEXTLESS_TYPES or kind.endswith("_tool_result")):
        return
    if kind == "refusal":
        piece.refusal += text_in(part.get("refusal"))
        return
    if kind in _REASONING_TYPES if isinstance(kind, str) else kind is None and _thinks(part):
        piece.reasoning += "".join(_reasoning_of(part))
        return
    if isinstance(kind, str) and "text" not in kind and kind not in {"", "message"}:
        raise UnreadableAnswerError(f"a part of type {kind!r}, which is no text")
    present = [key for key in _TEXT_KEYS if part.get(key) is not None]
    if not present and any(value not in ("", None, [], {}) for value in _payload(part)):
        raise UnreadableAnswerError("an object without text where text belongs")
    for key in present[:1]:
        piece.add(piece_of(part[key]))


def _thinks(part: Json) -> bool:
    return any(part.get(key) for key in _REASONING_KEYS) and not any(
        part.get(key) for key in _TEXT_KEYS
    )


def _reasoning_of(part: Json) -> Iterator[str]:
    keys = (*_REASONING_KEYS, *_TEXT_KEYS)
    present = [part[key] for key in keys if part.get(key)]
    yield from map(reasoning_in, present[:1])


def _payload(part: Json) -> Iterator[Any]:
    return (value for key, value in part.items() if key not in {"type", "index", "id", "role"})
