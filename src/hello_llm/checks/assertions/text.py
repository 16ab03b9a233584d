"""Assertions about the text of an answer, one function each."""

from collections.abc import Sequence

from hello_llm.checks.assertions.mismatch import Mismatch
from hello_llm.contract import LLMReply
from hello_llm.judge.excerpts import excerpt


def equals(wanted: str, reply: LLMReply) -> Mismatch | None:
    """The answer is this text, ignoring white space around it."""
    if reply.text.strip() == wanted.strip():
        return None
    return Mismatch("equals", excerpt(wanted), excerpt(reply.text))


def contains(wanted: str, reply: LLMReply) -> Mismatch | None:
    """The answer contains this text."""
    return None if wanted in reply.text else _short("contains", "a text with", wanted, reply)


def icontains(wanted: str, reply: LLMReply) -> Mismatch | None:
    """The answer contains this text, ignoring case."""
    if wanted.casefold() in reply.text.casefold():
        return None
    return _short("icontains", "a text that contains, ignoring case,", wanted, reply)


def any_of(wanted: Sequence[str], reply: LLMReply) -> Mismatch | None:
    """The answer contains at least one of these texts."""
    if any(text in reply.text for text in wanted):
        return None
    return Mismatch("any_of", f"a text that contains one of {_listed(wanted)}", excerpt(reply.text))


def all_of(wanted: Sequence[str], reply: LLMReply) -> Mismatch | None:
    """The answer contains all of these texts."""
    missing = [text for text in wanted if text not in reply.text]
    if not missing:
        return None
    return Mismatch("all_of", f"a text with {_listed(missing)} too", excerpt(reply.text))


def not_contains(unwanted: str, reply: LLMReply) -> Mismatch | None:
    """The answer does not contain this text."""
    return (
        _short("not_contains", "a text without", unwanted, reply)
        if unwanted in reply.text
        else None
    )


def starts_with(wanted: str, reply: LLMReply) -> Mismatch | None:
    """The answer starts with this text, ignoring white space before it."""
    if reply.text.lstrip().startswith(wanted):
        return None
    return _short("starts_with", "a text that starts with", wanted, reply)


def min_chars(least: int, reply: LLMReply) -> Mismatch | None:
    """The answer has at least this many characters."""
    got = len(reply.text)
    return (
        None
        if got >= least
        else Mismatch("min_chars", f"at least {least} characters", f"{got} characters")
    )


def max_chars(most: int, reply: LLMReply) -> Mismatch | None:
    """The answer has at most this many characters."""
    got = len(reply.text)
    return (
        None
        if got <= most
        else Mismatch("max_chars", f"at most {most} characters", f"{got} characters")
    )


def _short(name: str, what: str, text: str, reply: LLMReply) -> Mismatch:
    return Mismatch(name, f'{what} "{text}"', excerpt(reply.text))


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)
