"""How names and values are put into a sentence, harmless to a terminal and without secrets."""

from collections.abc import Iterable, Sequence

from hello_llm.secrets.shapes import looks_like_secret

_LONGEST = 60


def printable(text: str) -> str:
    r"""Return `text` with every character that does not print as an escape such as ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


def quoted(text: str) -> str:
    """Return `text` in quotes, shortened, or a phrase in its place if it looks like a secret."""
    if looks_like_secret(text):
        return "a text that looks like a secret"
    shortened = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return f'"{printable(shortened)}"'


def name(text: str) -> str:
    """Return `text` without quotes, for a key or a flag; otherwise as :func:`quoted`."""
    return quoted(text) if looks_like_secret(text) else quoted(text)[1:-1]


def value(given: object) -> str:
    """Return a value as a file would write it, or its type where that would be long."""
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
    """Return the one of `known` that `word` is most likely a slip of, if there is any."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), n=1)), None)


def by_nearness(word: str, known: Iterable[str]) -> Sequence[str]:
    """Return `known` with the words most like `word` first."""
    from difflib import SequenceMatcher

    start = word[:_LONGEST]
    return sorted(known, key=lambda other: -SequenceMatcher(None, start, other[:_LONGEST]).ratio())


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the hint that names the nearest of `known`, if one is near."""
    near = nearest(word, known)
    return None if near is None else f"did you mean {quoted(near)}?"


def _number(given: float) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, float):
        return f"{given:g}"
    return str(given) if abs(given) < 10**20 else "a number of more than 20 digits"
