"""Plays a script: picks replies, decides whether faults strike, and finds unused rules."""

import random
import threading
from collections import Counter
from pathlib import Path

from hello_llm.contract import ChatRequest, UsageError
from hello_llm.providers.mock.faults import FAULTS, Fault
from hello_llm.providers.mock.matching import (
    closest,
    last_prompt,
    matches,
    nearest_request,
    shown,
    unmet,
)
from hello_llm.providers.mock.playing import without_fault
from hello_llm.providers.mock.script import Reply, Rule
from hello_llm.providers.mock.script_file import read_script

_MOST_PROMPTS = 100


class Play:
    """A script in play, with the progress of each rule; several threads can share it."""

    def __init__(self, script: Path) -> None:
        """Read the script.

        Args:
            script: the TOML file.

        Raises:
            UsageError: the script cannot be read or is not valid.
        """
        self._script = read_script(script)
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._strikes: Counter[tuple[str, int]] = Counter()
        self._draws: dict[tuple[str, int], random.Random] = {}
        self._asked: list[tuple[ChatRequest, str]] = []

    @property
    def real(self) -> bool:
        """Whether delays take real time; otherwise they are only counted."""
        return self._script.time == "real"

    def next(self, request: ChatRequest, model: str) -> tuple[Reply, Fault | None]:
        """Return the next reply to `request`, and the fault that strikes it, if any.

        Raises:
            UsageError: no rule matches, or the matching rule has no reply left.
        """
        with self._lock:
            return self._next(request, model)

    def finish(self) -> None:
        """Check, after the last call, that every rule was used unless it is optional.

        Raises:
            UsageError: a rule that is not optional matched no prompt.
        """
        for rule in self._script.rules:
            if not rule.optional and not self._calls[rule.name]:
                raise UsageError(
                    f"{self._place(rule)}: rule {rule.name!r} matched no prompt",
                    self._why_unused(rule),
                )

    def _next(self, request: ChatRequest, model: str) -> tuple[Reply, Fault | None]:
        if len(self._asked) < _MOST_PROMPTS:
            self._asked.append((request, model))
        rule = self._matching(request, model)
        position = self._calls[rule.name]
        if position >= len(rule.replies) and rule.then == "error":
            raise UsageError(
                f"{self._place(rule)}: rule {rule.name!r} has no reply left after {position}",
                'write one more, or then = "repeat"',
            )
        self._calls[rule.name] += 1
        position = min(position, len(rule.replies) - 1)
        reply = rule.replies[position]
        fault = self._fault(reply, (rule.name, position))
        return (without_fault(reply) if fault is None else reply), fault

    def _matching(self, request: ChatRequest, model: str) -> Rule:
        rules = self._script.rules
        for rule in rules:
            if matches(rule, request, model):
                return rule
        near = closest(rules, request, model)
        raise UsageError(
            f"no rule of {self._script.path} matches the prompt {shown(last_prompt(request))}",
            f"the closest is rule {near.name!r} on line {near.line}, but not"
            f" {unmet(near, request, model)}",
        )

    def _fault(self, reply: Reply, place: tuple[str, int]) -> Fault | None:
        """Return the fault of `reply` if it strikes this call."""
        if reply.fault is None:
            return None
        fault = FAULTS[reply.fault]
        times = fault.times if reply.times is None else reply.times
        if times is not None and self._strikes[place] >= times:
            return None
        draw = self._draws.setdefault(place, random.Random(reply.seed))  # noqa: S311 - no secret
        if draw.random() >= reply.probability:
            return None
        self._strikes[place] += 1
        return fault

    def _why_unused(self, rule: Rule) -> str:
        if not self._asked:
            return "nothing was asked"
        request, model = nearest_request(rule, self._asked)
        prompt, condition = shown(last_prompt(request)), unmet(rule, request, model)
        if condition is not None:
            return (
                f"the closest prompt was {prompt}, but not {condition};"
                " optional = true lets a rule go unused"
            )
        taken = next(one for one in self._script.rules if matches(one, request, model))
        return f"rule {taken.name!r} on line {taken.line} took {prompt} before it"

    def _place(self, rule: Rule) -> str:
        return f"{self._script.path}, line {rule.line}"
