"""Matches requests with rules, and finds the closest rule if none matches."""

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from fnmatch import fnmatchcase

from hello_llm.contract import ChatRequest, UsageError
from hello_llm.providers.mock.script import Rule

_LONGEST = 200
_WITHOUT_A_WORD = 0.5
"""The similarity score of a rule that requires no text in the prompt."""

_SEARCH_S = 5.0
"""The time limit, in seconds, for one search with a rule's regular expression."""


def last_prompt(request: ChatRequest) -> str:
    """Return the last user turn, or an empty string if there is none."""
    return next((one.content for one in reversed(request.messages) if one.role == "user"), "")


def matches(rule: Rule, request: ChatRequest, model: str) -> bool:
    """Return whether `rule` matches `request` to `model`."""
    return unmet(rule, request, model) is None


def unmet(rule: Rule, request: ChatRequest, model: str) -> str | None:
    """Return the first condition of `rule` that `request` to `model` does not meet, if any."""
    return next((words for words, holds in _conditions(rule, request, model) if not holds()), None)


def closest(rules: Sequence[Rule], request: ChatRequest, model: str) -> Rule:
    """Return the rule that `request` to `model` comes closest to matching."""
    return max(rules, key=lambda rule: _nearness(rule, request, model))


def nearest_request(
    rule: Rule, requests: Sequence[tuple[ChatRequest, str]]
) -> tuple[ChatRequest, str]:
    """Return the request, with its model, that comes closest to matching `rule`."""
    return max(requests, key=lambda one: _nearness(rule, *one))


def shown(text: str) -> str:
    """Return `text` in quotes, truncated if it is long."""
    return repr(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")


def _nearness(rule: Rule, request: ChatRequest, model: str) -> tuple[float, int]:
    """Rate a rule by how similar the prompt is to its text, then by how many conditions hold."""
    held = sum(holds() for _, holds in _conditions(rule, request, model))
    wanted = rule.contains or rule.regex
    if wanted is None:
        return _WITHOUT_A_WORD, held
    prompt = last_prompt(request)
    likeness = SequenceMatcher(None, prompt[:_LONGEST], wanted[:_LONGEST]).ratio()
    return max(likeness, float(wanted in prompt)), held


def _conditions(
    rule: Rule, request: ChatRequest, model: str
) -> Iterator[tuple[str, Callable[[], bool]]]:
    """Yield each condition of `rule` as text, with a function that checks it."""
    prompt = last_prompt(request)
    if (contains := rule.contains) is not None:
        yield f"contains = {contains!r}", lambda: contains in prompt
    if (regex := rule.regex) is not None:
        yield f"regex = {regex!r}", lambda: _is_found(rule, regex, prompt)
    if (system := rule.system) is not None:
        told = (one.content for one in request.messages if one.role == "system")
        yield f"system = {system!r}", lambda: any(system in one for one in told)
    if (pattern := rule.model) is not None:
        yield f"model = {pattern!r}", lambda: fnmatchcase(model, pattern)
    if (turn := rule.turn) is not None:
        asked = sum(one.role == "user" for one in request.messages)
        yield f"turn = {turn}", lambda: asked == turn


def _is_found(rule: Rule, pattern: str, prompt: str) -> bool:
    """Return whether `pattern` matches part of `prompt`, in a process that can be stopped."""
    from hello_llm.judge.matching import EndlessSearchError, is_found

    try:
        return is_found(pattern, prompt, _SEARCH_S)
    except EndlessSearchError:
        raise UsageError(
            f"the regex of rule {rule.name!r}, line {rule.line}, takes more than {_SEARCH_S:g} s",
            "write it without repeats inside repeats, such as (a+)+",
        ) from None
