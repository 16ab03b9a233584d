"""Spoils what is right: a value, a key, or the text of a file."""

import copy
from random import Random
from typing import Any

from tests.fuzz.values import HOSTILE, VALID, Table

_SNIPPETS = (
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\n\n", b"]" * 99, b"[" * 3000),
    *(b'"', b"'''", b"[[", b"=", b"{", b"}", b",", b"#", b"\\u", b"9" * 5000, b"\x1b[2J", b"$ref"),
)


def mutated(random: Random, document: Any, times: int) -> Any:
    """Return a copy of `document` with `times` values or keys spoilt."""
    document = copy.deepcopy(document)
    for _ in range(times):
        places = list(_places(document))
        if places:
            _spoil(random, *random.choice(places))
    return document


def _places(document: Any) -> Any:
    """Yield each place in `document`."""
    if isinstance(document, dict):
        items = list(document.items())
    elif isinstance(document, list):
        items = list(enumerate(document))
    else:
        return
    for key, value in items:
        yield document, key
        yield from _places(value)


def _spoil(random: Random, container: Any, key: Any) -> None:
    match random.randrange(8):
        case 0:
            del container[key]
        case 1 if isinstance(container, dict):
            container[random.choice(["", "x", f"{key}s", "\0", "a.b", "漢"])] = container[key]
        case 1 | 2 if isinstance(container, list):
            container.extend([container[key]] * random.choice([1, 40]))
        case 2 | 3:
            container[key] = [container[key]]
        case 4:
            container[key] = Table(a=container[key])
        case 5:
            container[key] = copy.deepcopy(random.choice(VALID))
        case _:
            container[key] = copy.deepcopy(random.choice(HOSTILE))


def torn(random: Random, text: bytes) -> bytes:
    """Return `text` with a piece left out, doubled, or put in."""
    start = random.randint(0, len(text))
    end = min(len(text), start + random.choice([1, 1, 5, 50]))
    match random.randrange(4):
        case 0:
            return text[:start] + text[end:]
        case 1:
            return text[:end] + text[start:]
        case 2:
            return text[:start]
        case _:
            return text[:start] + random.choice(_SNIPPETS) + text[start:]
