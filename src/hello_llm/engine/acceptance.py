"""Decides which replies a call accepts, by how they end and by the model that gave them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hello_llm.contract import (
    BrokenReplyError,
    FilteredError,
    Finished,
    LLMReply,
    Started,
    StreamEvent,
    Usage,
)
from hello_llm.text import phrases

_PLAIN_NAME = re.compile(r"\"(\w[\w./:@-]*)\"", re.ASCII)
"""A quoted name that needs no quotes in a shell, and as a pattern matches itself alone."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a reply must meet to be accepted."""

    fail_on_length: bool = False
    """Whether a reply that reached its token limit is an error."""
    require_model: str | None = None
    """The pattern that the model must match which the server says answers; ``None`` for any."""

    def check(self, reply: LLMReply) -> None:
        """Check a complete reply.

        Raises:
            FilteredError: a filter stopped it.
            BrokenReplyError: it reached its token limit, or the wrong model gave it.
        """
        try:
            self.check_models(reply.model, _served(reply))
        except BrokenReplyError as error:
            error.partial = replace(reply, complete=False, finish_reason=None)
            raise
        if reply.finish_reason == "content_filter":
            raise FilteredError.of_reply(reply)
        if reply.finish_reason == "length" and self.fail_on_length:
            raise BrokenReplyError(
                "the reply reached its token limit",
                "raise it with --max-tokens, or leave out --fail-on-length",
                partial=reply,
            )

    def check_models(self, asked: str, served: Sequence[str], known: int = 0) -> None:
        """Check the models that a server names as those that answer.

        Args:
            asked: the model as the user typed it, with its vendor.
            served: the names that the server gave, without those that have been checked.
            known: the number of those.

        Raises:
            BrokenReplyError: one is not the required model, or there is none.
        """
        if self.require_model is None:
            return
        if not served:
            raise BrokenReplyError(
                "the server does not say which model answers, but"
                f" {phrases.quoted(self.require_model)} is required",
                "leave out --require-model: without a name there is nothing to compare",
            )
        vendor = asked.partition("/")[0]
        for number, name in enumerate(served, known):
            if not matches(name, vendor, self.require_model):
                raise _wrong_model(name, self.require_model, later=number > 0)


class ModelWatch:
    """Checks the models that a server names while its reply arrives."""

    def __init__(
        self,
        acceptance: Acceptance,
        asked: str,
        served: Callable[[], Sequence[str]],
        partial: Callable[[], LLMReply],
    ) -> None:
        """Watch a call.

        Args:
            acceptance: what is accepted.
            asked: the model as the user typed it, with its vendor.
            served: returns the names so far.
            partial: returns the part of the reply that was accepted so far.
        """
        self._acceptance = acceptance
        self._asked = asked
        self._served = served
        self._partial = partial
        self._known = 0

    def look(self) -> None:
        """Check the names that are new.

        Raises:
            BrokenReplyError: one is not the required model.
        """
        new = self._served()[self._known :]  # they may become more meanwhile
        if new:
            self._check(new)
            self._known += len(new)

    def check(self, event: StreamEvent) -> None:
        """Check `event` before it is shown: no part of a reply may come from an unknown model.

        The model of a finished reply is checked with the rest of it.

        Raises:
            BrokenReplyError: the model is unknown, or not the required one.
        """
        if isinstance(event, Started | Finished):
            return
        self.look()
        if not self._known:
            self._check(())

    def _check(self, served: Sequence[str]) -> None:
        try:
            self._acceptance.check_models(self._asked, served, self._known)
        except BrokenReplyError as error:
            # How long it took depends on how far ahead the server was, so no replay could match.
            error.partial = replace(self._partial(), usage=Usage())
            raise


def matches(name: str, vendor: str, pattern: str) -> bool:
    """Return whether `name`, as it is or after ``VENDOR/``, matches the shell-style `pattern`.

    >>> matches("gpt-4o-2024-08-06", "openai", "gpt-4o-2024-*")
    True
    >>> matches("gpt-4o-2024-08-06", "openai", "openai/gpt-4o-2024-08-06")
    True
    >>> matches("gpt-4o-2024-08-06", "openai", "GPT-4o")
    False
    """
    from fnmatch import fnmatchcase

    return fnmatchcase(name, pattern) or fnmatchcase(f"{vendor}/{name}", pattern)


def _served(reply: LLMReply) -> Sequence[str]:
    return () if reply.model_served is None else (reply.model_served, *reply.also_served)


def _wrong_model(name: str, pattern: str, *, later: bool) -> BrokenReplyError:
    shown, when = phrases.quoted(name), "in the middle of the reply, " if later else ""
    plain = _PLAIN_NAME.fullmatch(shown)
    accept = f"accept it with --require-model {plain[1]}" if plain else "change --require-model"
    return BrokenReplyError(
        f"{when}the server says that another model answers: {shown}, but"
        f" {phrases.quoted(pattern)} is required",
        f"{accept}, or ask for the version that you need by its full name: --model VENDOR/NAME",
    )
