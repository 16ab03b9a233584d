"""Parses tool calls, and groups the pieces that belong to one call."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from hello_llm.providers.http.protocols.content import name_of
from hello_llm.providers.http.protocols.piece import CallPiece, Json, UnreadableAnswerError

_NO_CALLS = ("", "none", "null", "[]", False, 0)
_ARGUMENT_KEYS = ("arguments", "args", "input", "parameters")


def calls_in(value: object, *, whole: bool) -> Iterator[CallPiece]:
    """Yield the calls in `value`, which is a list of calls or a single one.

    Args:
        value: the value of the key for tool calls.
        whole: whether each entry is a complete call, not a piece of one.

    Raises:
        UnreadableAnswerError: `value` is something else.
    """
    if value is None or (isinstance(value, str | bool | int) and _is_nothing(value)):
        return
    if isinstance(value, dict):
        value = [value] if value else []
    if not isinstance(value, list):
        raise UnreadableAnswerError(f"{name_of(value)} where tool calls belong")
    for call in value:
        if isinstance(call, dict):
            yield _call(call, whole=whole)
        elif call is not None:
            raise UnreadableAnswerError(f"{name_of(call)} where a tool call belongs")


def arguments_in(value: object) -> str:
    """Return the arguments as JSON text; some servers send an object instead."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


def word_in(value: object) -> str | None:
    """Return a name or an id as text; some servers send a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None


def _is_nothing(value: str | int) -> bool:
    return value in _NO_CALLS or str(value).lower() in _NO_CALLS


def _call(call: Json, *, whole: bool) -> CallPiece:
    function = call.get("function")
    if function is not None and not isinstance(function, dict | str):
        raise UnreadableAnswerError(f"{name_of(function)} where the function of a call belongs")
    body = function if isinstance(function, dict) else call
    arguments = next((body[key] for key in _ARGUMENT_KEYS if body.get(key) is not None), None)
    index = call.get("index")
    if isinstance(index, str) and index.isdecimal():
        index = int(index)
    return CallPiece(
        id=word_in(call.get("id")),
        name=word_in(function if isinstance(function, str) else body.get("name")),
        arguments=arguments_in(arguments),
        index=index if isinstance(index, int) and not isinstance(index, bool) else None,
        whole=whole or isinstance(arguments, dict),
    )


class CallCounter:
    """Numbers the calls of a reply, by id where a server gives them all the same index."""

    def __init__(self) -> None:
        """Start with no calls."""
        self.calls: list[CallPiece] = []
        """The calls, as far as they have arrived."""
        self._by_index: dict[int | None, int] = {}
        self._by_id: dict[tuple[int | None, str], int] = {}
        self._nameless: set[int] = set()

    def count(self, pieces: Iterable[CallPiece]) -> list[CallPiece]:
        """Number `pieces`; only the first piece of each call keeps an id and a name."""
        return [self._counted(piece) for piece in pieces]

    def _counted(self, piece: CallPiece) -> CallPiece:
        number = self._known(piece)
        new = number is None
        number = len(self.calls) if number is None else number
        self._by_index[piece.index] = self._by_index[None] = number
        if piece.id is not None:
            self._by_id[piece.index, piece.id] = number
        if new:
            if piece.id is None:
                self._nameless.add(number)
            first = replace(piece, id=piece.id or f"call_{number + 1}", name=piece.name or "")
            self.calls.append(replace(first, number=number))
            return replace(first, number=number)
        self.calls[number].arguments += piece.arguments
        return replace(piece, id=None, name=None, number=number)

    def _known(self, piece: CallPiece) -> int | None:
        """Return the number of the call that `piece` continues; ``None`` for a new call."""
        if piece.whole:
            return None
        open_call = self._by_index.get(piece.index)
        if piece.id is not None:
            known = self._by_id.get((piece.index, piece.id))
            late = open_call in self._nameless and not piece.name
            return open_call if known is None and late else known
        if open_call is None or self._begins_again(piece, open_call):
            return None
        return open_call

    def _begins_again(self, piece: CallPiece, number: int) -> bool:
        """Return whether `piece` begins a new call although it has the index of an open one."""
        call = self.calls[number]
        another = piece.name and (piece.arguments or piece.name != call.name)
        return bool(another) and _is_complete(call.arguments)


def _is_complete(arguments: str) -> bool:
    if not arguments.rstrip().endswith("}"):
        return False
    try:
        json.loads(arguments, strict=False)
    except (ValueError, RecursionError):
        return False
    return True
