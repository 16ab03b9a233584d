"""Formats names and values for messages, harmless to a terminal and without secrets."""

from collections.abc import Iterable, Sequence

from hello_llm.secrets.shapes import looks_like_secret

_LONGEST = 60


def printable(text: str) -> str:
    r"""Return `text` with every unprintable character as an escape such as ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


def quoted(text: str) -> str:
    """Return `text` in quotes, shortened; a phrase replaces a text that looks like a secret."""
    if looks_like_secret(text):
        return "a text that looks like a secret"
    shortened = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return f'"{printable(shortened)}"'


def name(text: str) -> str:
    """Format `text` like :func:`quoted` but without quotes, for a key or a flag."""
    return quoted(text) if looks_like_secret(text) else quoted(text)[1:-1]


def value(given: object) -> str:
    """Format a value as in a TOML file, or name its type if the value would be long."""
    match given:
        case str():
            return quoted(given)
        case int() | float():
            return _number(given)
        case dict():
            return "a table"
        case list() | tuple():
            return "a list"
        case _:
            return "a date or time"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Join `words` as a sentence does: ``a, b and c``."""
    *head, tail = words
    return f"{', '.join(head)} {last} {tail}" if head else tail


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the word in `known` that `word` most likely misspells, if any."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), n=1)), None)


def by_nearness(word: str, known: Iterable[str]) -> Sequence[str]:
    """Sort `known` by similarity to `word`, most similar first."""
    from difflib import SequenceMatcher

    start = word[:_LONGEST]
    return sorted(known, key=lambda other: -SequenceMatcher(None, start, other[:_LONGEST]).ratio())


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return a hint with the nearest word in `known`, if one is near."""
    near = nearest(word, known)
    return None if near is None else f"did you mean {quoted(near)}?"


def _number(given: float) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, float):
        return f"{given:g}"
    return str(given) if abs(given) < 10**20 else "a number of more than 20 digits"
