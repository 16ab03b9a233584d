"""What the values of a script may be, and what they mean."""

import re
from collections.abc import Callable
from typing import Any

from hello_llm.contract import ToolCall

_WORD = re.compile(r"\s*\S+|\s+\Z")
_FIGURES = ("tokens_in", "tokens_out", "tokens_cached", "tokens_reasoning", "usd_micros")


class UnfitError(ValueError):
    """A value is not allowed; the message fits behind the name of its key."""

    def __init__(self, message: str, *trail: str) -> None:
        """Say in `message` what must be, and in `trail` where inside the value it is not."""
        super().__init__(message)
        self.trail = trail


def words(content: str) -> tuple[str, ...]:
    """Return `content` in words, the white space before each with it, as the mock streams it."""
    return tuple(_WORD.findall(content))


def text(given: object) -> str:
    """Return a text, which may be empty."""
    if isinstance(given, str):
        return given
    raise UnfitError(f"must be a text, not {given!r}")


def name(given: object) -> str:
    """Return a text that is not empty."""
    if not text(given).strip():
        raise UnfitError("must not be empty")
    return text(given)


def texts(given: object) -> tuple[str, ...]:
    """Return a list of texts."""
    if isinstance(given, list) and all(isinstance(one, str) for one in given):
        return tuple(given)
    raise UnfitError(f'must be a list of texts, such as ["Hel", "lo"], not {given!r}')


def pattern(given: object) -> re.Pattern[str]:
    """Return a regular expression."""
    try:
        return re.compile(name(given))
    except re.error as error:
        raise UnfitError(f"is no regular expression: {error}") from None


def boolean(given: object) -> bool:
    """Return true or false."""
    if isinstance(given, bool):
        return given
    raise UnfitError(f"must be true or false, not {given!r}")


def number(least: float, most: float) -> Callable[[object], float]:
    """Return the check of a number from `least` to `most`."""

    def check(given: object) -> float:
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        if is_number and least <= given <= most:  # type: ignore[operator]
            return float(given)  # type: ignore[arg-type]
        raise UnfitError(f"must be a number from {least:g} to {most:g}, not {given!r}")

    return check


def whole(least: int | None) -> Callable[[object], int]:
    """Return the check of a whole number that is at least `least`."""

    def check(given: object) -> int:
        fits = isinstance(given, int) and not isinstance(given, bool)
        if fits and (least is None or given >= least):  # type: ignore[operator]
            return int(given)  # type: ignore[call-overload, no-any-return]
        bound = "" if least is None else f" from {least}"
        raise UnfitError(f"must be a whole number{bound}, not {given!r}")

    return check


def one_of(*choices: str) -> Callable[[object], str]:
    """Return the check of one of a few words."""

    def check(given: object) -> str:
        if given in choices:
            return str(given)
        raise UnfitError(f"must be {' or '.join(choices)}, not {given!r}")

    return check


def version(known: int) -> Callable[[object], int]:
    """Return the check of the version of the format."""

    def check(given: object) -> int:
        if type(given) is int and given == known:
            return given
        raise UnfitError(f"must be {known}, not {given!r}")

    return check


def tables(given: object) -> list[dict[str, Any]]:
    """Return a list of tables."""
    if isinstance(given, list) and all(isinstance(one, dict) for one in given):
        return given
    raise UnfitError("must be a list of tables")


def usage(given: object) -> dict[str, int]:
    """Return the figures of a usage."""
    if not isinstance(given, dict):
        raise UnfitError("must be a table, such as {tokens_in = 12, tokens_out = 40}")
    for key, figure in given.items():
        if key not in _FIGURES:
            raise UnfitError(f"has no figure {key!r}: there are {', '.join(_FIGURES)}", key)
        try:
            whole(0)(figure)
        except UnfitError as error:
            raise UnfitError(f"is wrong: {key} {error}", key) from None
    return given


def tool_calls(given: object) -> tuple[ToolCall, ...]:
    """Return the calls of tools."""
    return tuple(_tool_call(number, call) for number, call in enumerate(tables(given)))


def _tool_call(number: int, call: dict[str, Any]) -> ToolCall:
    for key in call:
        if key not in {"id", "name", "arguments"}:
            raise UnfitError(f"has an unknown key {key!r}: id, name, arguments", str(number), key)
    for key in ("name", "arguments"):
        if not isinstance(call.get(key), str):
            raise UnfitError(f"needs {key}, as a text, in each call", str(number), key)
    return ToolCall(str(call.get("id", f"call_{number + 1}")), call["name"], call["arguments"])
