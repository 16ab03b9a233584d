"""What can be expected of the text of an answer: one function for each assertion."""

import re
from collections.abc import Sequence

from hello_llm.checks.evidence import Evidence, Shortfall, excerpt


def equals(wanted: str, evidence: Evidence) -> Shortfall | None:
    """The answer is this text, white space around it apart."""
    if evidence.text.strip() == wanted.strip():
        return None
    return Shortfall(excerpt(wanted), excerpt(evidence.text))


def contains(wanted: str, evidence: Evidence) -> Shortfall | None:
    """The answer holds this text."""
    return None if wanted in evidence.text else _short("a text with", wanted, evidence)


def icontains(wanted: str, evidence: Evidence) -> Shortfall | None:
    """The answer holds this text, in capitals or small letters."""
    if wanted.casefold() in evidence.text.casefold():
        return None
    return _short("a text, in any case, with", wanted, evidence)


def any_of(wanted: Sequence[str], evidence: Evidence) -> Shortfall | None:
    """The answer holds at least one of these texts."""
    if any(text in evidence.text for text in wanted):
        return None
    return Shortfall(f"a text with one of {_listed(wanted)}", excerpt(evidence.text))


def all_of(wanted: Sequence[str], evidence: Evidence) -> Shortfall | None:
    """The answer holds all of these texts."""
    missing = [text for text in wanted if text not in evidence.text]
    if not missing:
        return None
    return Shortfall(f"a text with {_listed(missing)} too", excerpt(evidence.text))


def not_contains(unwanted: str, evidence: Evidence) -> Shortfall | None:
    """The answer does not hold this text."""
    return _short("a text without", unwanted, evidence) if unwanted in evidence.text else None


def regex(pattern: re.Pattern[str], evidence: Evidence) -> Shortfall | None:
    """Some part of the answer matches this regular expression of Python."""
    if pattern.search(evidence.text):
        return None
    return Shortfall(f"a match of /{pattern.pattern}/", excerpt(evidence.text))


def not_regex(pattern: re.Pattern[str], evidence: Evidence) -> Shortfall | None:
    """No part of the answer matches this regular expression of Python."""
    found = pattern.search(evidence.text)
    if not found:
        return None
    return Shortfall(f"no match of /{pattern.pattern}/", f"the match {excerpt(found[0])!r}")


def starts_with(wanted: str, evidence: Evidence) -> Shortfall | None:
    """The answer starts with this text, white space before it apart."""
    if evidence.text.lstrip().startswith(wanted):
        return None
    return _short("a text that starts with", wanted, evidence)


def min_chars(least: int, evidence: Evidence) -> Shortfall | None:
    """The answer has at least so many characters."""
    got = len(evidence.text)
    return None if got >= least else Shortfall(f"at least {least} characters", f"{got} characters")


def max_chars(most: int, evidence: Evidence) -> Shortfall | None:
    """The answer has at most so many characters."""
    got = len(evidence.text)
    return None if got <= most else Shortfall(f"at most {most} characters", f"{got} characters")


def _short(what: str, text: str, evidence: Evidence) -> Shortfall:
    return Shortfall(f'{what} "{text}"', excerpt(evidence.text))


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)
