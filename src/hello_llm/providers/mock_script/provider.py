"""The provider that answers from a script."""

import random
import threading
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from hello_llm.contract import (
    ChatRequest,
    EventStream,
    LLMReply,
    ReplyBuilder,
    StreamEvent,
    UsageError,
    fold,
)
from hello_llm.providers.litellm.environment import whole_environ
from hello_llm.providers.litellm.route import Route, plan
from hello_llm.providers.mock import DEFAULT_MODEL, greeting, within_limits
from hello_llm.providers.mock_script.faults import FAULTS, Fault
from hello_llm.providers.mock_script.matching import (
    closest,
    last_prompt,
    matches,
    nearest_request,
    shown,
    unmet,
)
from hello_llm.providers.mock_script.playing import Call, Limits, changed, without_fault
from hello_llm.providers.mock_script.reading import read_script
from hello_llm.providers.mock_script.script import Reply, Rule
from hello_llm.providers.model_name import ModelName

STAND_IN = "http://mock.invalid"
"""The address of the server that there is none of, for messages."""

_MOST_PROMPTS = 100
_NO_KEY = "sk-mock-no-key"


class ScriptedMock:
    """Answers as the rules of a script say; it can be asked from several threads at once."""

    name = "mock"

    def __init__(
        self,
        *,
        script: Path,
        model: str = DEFAULT_MODEL,
        api_base: str | None = None,
        api_key_env: str | None = None,
        connect_timeout: float | None = 10.0,
        timeout: float | None = 600.0,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Read the script; the other arguments are those of the LiteLLM provider.

        Args:
            script: the TOML file.
            model: answers as this one where a request names none.
            api_base: the address that messages name.
            api_key_env: the variable that messages name.
            connect_timeout: seconds that a connection may take; ``None`` or 0 waits for ever.
            timeout: seconds to wait for each piece of an answer, likewise.
            environ: where the key is looked for that ``ansi-in-error`` echoes.

        Raises:
            UsageError: the script is wrong, or `model` is not vendor-qualified.
        """
        self.model = str(ModelName.parse(model))
        self.api_base = api_base
        self.api_key_env = api_key_env
        self._environ = whole_environ() if environ is None else environ
        self._script = read_script(script)
        self._limits = Limits(
            connect_s=connect_timeout or None,
            answer_s=timeout or None,
            real=self._script.time == "real",
        )
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._strikes: Counter[tuple[str, int]] = Counter()
        self._draws: dict[tuple[str, int], random.Random] = {}
        self._asked: list[tuple[ChatRequest, str]] = []
        self._open: set[Call] = set()

    def chat(self, request: ChatRequest | str) -> LLMReply:
        """Return the whole reply; see :meth:`LLMProvider.chat <hello_llm.LLMProvider.chat>`."""
        chat = ChatRequest.coerce(request)
        call = self._call(chat, stream=False)
        self._open.add(call)
        try:
            with closing(self._events(chat, call)) as events:
                return fold(events)
        finally:
            self._open.discard(call)

    def stream_chat(self, request: ChatRequest | str) -> EventStream:
        """Stream the reply in the pieces of the script."""
        chat = ChatRequest.coerce(request)
        call = self._call(chat, stream=True)
        return EventStream(self._events(chat, call), call.abort)

    def close(self) -> None:
        """Cut every call under way, from any thread; the provider can be used again."""
        for call in tuple(self._open):
            call.abort()

    def finish(self) -> None:
        """Look back at all calls: each rule is meant to have answered one.

        Raises:
            UsageError: a rule that is not optional matched no prompt.
        """
        for rule in self._script.rules:
            if not rule.optional and not self._calls[rule.name]:
                raise UsageError(
                    f"{self._place(rule)}: rule {rule.name!r} matched no prompt",
                    self._why_unused(rule),
                )

    def _call(self, request: ChatRequest, *, stream: bool) -> Call:
        return Call(self._route(request.model or self.model), stream, self._limits)

    def _route(self, model: str) -> Route:
        """Return the way a real call would go; a key that is not there stops no mock."""
        variable = self.api_key_env
        key = variable and (self._environ.get(variable, "").strip() or _NO_KEY)
        return plan(
            model,
            api_base=self.api_base or STAND_IN,
            api_key_env=variable,
            environ={variable: key} if variable and key else {},
        )

    def _events(self, request: ChatRequest, call: Call) -> Generator[StreamEvent]:
        model = call.route.typed
        tokens_in = sum(len(message.content.split()) for message in request.messages)
        try:
            with self._lock:
                reply, fault = self._next(request, model)
        except UsageError as error:
            error.partial = ReplyBuilder(self.name, model).partial()
            raise
        reply = changed(reply, fault)
        if reply.chunks is None and not (fault and fault.endless):
            reply = replace(reply, chunks=greeting(last_prompt(request)))
        if reply.chunks is not None:
            chunks, reached = within_limits(reply.chunks, request.params)
            reason = reply.finish_reason or reached
            reply = replace(reply, chunks=tuple(chunks), finish_reason=reason)
        yield from call.events(reply, tokens_in, fault)

    def _next(self, request: ChatRequest, model: str) -> tuple[Reply, Fault | None]:
        """Return the reply that is due, and the fault that strikes it.

        Raises:
            UsageError: no rule matches, or the one that does has no reply left.
        """
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
