"""Values: those that a table of the program takes, those that nothing should, and their texts."""

import json
import math
from collections.abc import Callable
from random import Random
from typing import Any

Check = Callable[[Any], object]
"""Raises a ``ValueError`` for what is not allowed."""


class Raw(str):
    """Stands in a file as it is."""

    __slots__ = ()


def nested(depth: int) -> Any:
    """Return a list in a list in a list."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


WORDS = (
    *("hi", "yes", "heads", "question.txt", "a.toml", "mock/echo", "openai/tiny", "ollama/a:b"),
    *("OPENAI_API_KEY", "http://127.0.0.1:9", "http://[::1]:9/v1", "^(a+)+$", "a.*b", "(?i)yes"),
    *("漢字", "e\u0301", "👩\u200d💻", "\u202eabc", "two\nlines", "\ttab", "a" * 3000, "{}", "%s"),
    *("$.name", "$.a[0]", "$..a", "::error::x", "[bold]x[/]", "\\(a*b\\)", "**注意：**请"),  # noqa: RUF001 - fullwidth on purpose
)
VALID = (
    *(
        True,
        False,
        0,
        1,
        2,
        3,
        7,
        100,
        0.0,
        0.5,
        1.0,
        2.0,
        *WORDS,
        list[Any](),
        ["yes"],
        ["a", "b"],
    ),
    *({"$.name": "Ada"}, {"name": "add", "arguments": {"a": 1}}, {"type": "object"}, {"$.a": None}),
    *([{"name": "add", "arguments": '{"a": 1}'}], [{"role": "user", "content": "yes"}]),
    *({"tokens_in": 3}, {"tokens_out": 0}, ["true"], ["false"], ["cat"], ["sh", "-c", "exit 3"]),
)
HOSTILE: tuple[Any, ...] = (
    *(-1, -0.0, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308, math.nan, math.inf, -math.inf),
    *("", " ", "\0", "\x1b[2J", "\ud800", "\udcff", "\ufeff", "a" * 100_000, "sk-" + "a1B2" * 12),
    *(".", "..", "/", "~", "~nobody-here", "/dev/zero", "/dev/full", "fifo", "folder", "no-such"),
    *(
        "(",
        "(?P<n>a)(?P<n>b)",
        "[",
        "a{99999}",
        "(?<=a+)b",
        "(" * 500,
        "\\",
        "^(a|a)*$",
        "$[",
        "$.",
    ),
    *("http://", "http://[::1", "http://a:99999", "ftp://x", "http://u:p@h/", "http://\0", "//[x"),
    *(None, [], {}, [[]], [None], {"": {}}, ["", "\0"], {"a": {"b": {"c": []}}}, nested(200)),
    *(Raw("1e999"), Raw("nan"), Raw("1979-05-27"), Raw("07:32:00"), Raw("0x_f"), Raw('"\\ud800"')),
)


def fitting(random: Random, check: Check, also: tuple[Any, ...] = ()) -> Any:
    """Return a value that `check` takes, from the pool or from `also`."""
    pool = [*also, *VALID]
    random.shuffle(pool)
    return next((value for value in pool if _fits(check, value)), "yes")


def _fits(check: Check, value: object) -> bool:
    try:
        check(value)
    except (ValueError, TypeError, OSError):
        return False
    return True


def toml(data: dict[str, Any]) -> str:
    """Return `data` as TOML, also where it is no TOML."""
    lines = [f"{_key(key)} = {_inline(value)}" for key, value in data.items() if not _below(value)]
    for key, value in data.items():
        if isinstance(value, dict) and _below(value):
            lines += [f"\n[{_key(key)}]", toml(value)] if _flat(value) else _dotted(key, value)
        elif _below(value):
            lines += [line for one in value for line in (f"\n[[{_key(key)}]]", toml(one))]
    return "\n".join(lines)


def _below(value: object) -> bool:
    """Tell whether `value` is written below the keys: a table, or a list of them."""
    if isinstance(value, Table):
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(v, Table) for v in value)


class Table(dict[str, Any]):
    """A table that gets a header of its own."""


def _flat(value: dict[str, Any]) -> bool:
    return not any(isinstance(one, Table) for one in value.values())


def _dotted(key: str, value: dict[str, Any]) -> list[str]:
    lines = []
    for name, one in value.items():
        if isinstance(one, Table):
            lines += [f"\n[{_key(key)}.{_key(name)}]", toml(one)]
    return lines


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else _quoted(key)


def _inline(value: object) -> str:
    match value:
        case Raw():
            return str(value)
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case str():
            return _quoted(value)
        case list() | tuple():
            return "[" + ", ".join(map(_inline, value)) + "]"
        case dict():
            inner = (f"{_key(str(k))} = {_inline(v)}" for k, v in value.items() if v is not None)
            return "{ " + ", ".join(inner) + " }"
        case _:
            return "null"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def json_text(value: object) -> str:
    """Return `value` as JSON, also where it is no JSON."""
    match value:
        case Raw():
            return str(value)
        case dict():
            return "{" + ",".join(f"{json.dumps(k)}:{json_text(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(json_text, value)) + "]"
        case _:
            return json.dumps(value)
