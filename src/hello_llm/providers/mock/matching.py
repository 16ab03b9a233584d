"""Which rule answers a request, and which one was nearly meant."""

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from fnmatch import fnmatchcase

from hello_llm.contract import ChatRequest, UsageError
from hello_llm.providers.mock.script import Rule

_LONGEST = 200
_WITHOUT_A_WORD = 0.5
"""How near a rule is that asks for nothing in the prompt."""

_SEARCH_S = 5.0
"""How long one search by a rule's regular expression may take."""


def last_prompt(request: ChatRequest) -> str:
    """Return the last user turn."""
    return next((one.content for one in reversed(request.messages) if one.role == "user"), "")


def matches(rule: Rule, request: ChatRequest, model: str) -> bool:
    """Tell whether `rule` answers `request` to `model`."""
    return unmet(rule, request, model) is None


def unmet(rule: Rule, request: ChatRequest, model: str) -> str | None:
    """Return the first condition of `rule` that `request` to `model` does not meet."""
    return next((words for words, holds in _conditions(rule, request, model) if not holds()), None)


def closest(rules: Sequence[Rule], request: ChatRequest, model: str) -> Rule:
    """Return the one of `rules` that `request` comes nearest to."""
    return max(rules, key=lambda rule: _nearness(rule, request, model))


def nearest_request(
    rule: Rule, requests: Sequence[tuple[ChatRequest, str]]
) -> tuple[ChatRequest, str]:
    """Return the one of `requests`, each with its model, that comes nearest to `rule`."""
    return max(requests, key=lambda one: _nearness(rule, *one))


def shown(text: str) -> str:
    """Return `text` in quotes, or how it begins."""
    return repr(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")


def _nearness(rule: Rule, request: ChatRequest, model: str) -> tuple[float, int]:
    """Rate a rule: how similar the prompt is to its text, and how many conditions hold."""
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
    """Yield each condition of `rule` in words, and what tells whether it holds."""
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
    """Tell whether some part of `prompt` matches `pattern`, in a process that can be stopped."""
    from hello_llm.judge.matching import EndlessSearchError, is_found

    try:
        return is_found(pattern, prompt, _SEARCH_S)
    except EndlessSearchError:
        raise UsageError(
            f"the regex of rule {rule.name!r}, line {rule.line}, takes more than {_SEARCH_S:g} s",
            "write it without repeats inside repeats, such as (a+)+",
        ) from None
