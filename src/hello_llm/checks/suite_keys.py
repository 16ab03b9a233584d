"""Defines the keys of a suite: where each is allowed, and which values it takes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from hello_llm.contract import ExitCode, Message, Role
from hello_llm.settings.field import Section
from hello_llm.settings.fields import FIELDS
from hello_llm.text import phrases
from hello_llm.toml_file.checker import Checked
from hello_llm.toml_file.kinds import (
    Boolean,
    Choice,
    Integer,
    Name,
    NameList,
    TextList,
    UnfitError,
)
from hello_llm.toml_file.references import FilePath, VariableName

SETTING_KEYS = (
    "provider",
    "api_base",
    "api_key_env",
    "headers",
    "headers_env",
    "script",
    "system",
    "stream",
    *(key for key, field in FIELDS.items() if field.row.section is Section.SAMPLED),
    "timeout",
    "connect_timeout",
    "first_token_timeout",
    "idle_timeout",
    "retries",
    "max_wait",
    "require_model",
)
"""The settings that a suite may contain; each means the same as in a profile."""


class VariableList(TextList):
    """A list of names of environment variables."""

    def __init__(self) -> None:
        """Give error messages an example of a valid list."""
        super().__init__('a list of names of environment variables, such as ["JUDGE_TOKEN"]')

    def check(self, given: object) -> tuple[str, ...]:
        """Return the names."""
        return tuple(map(VariableName().check, super().check(given)))


_ROLES = ("system", "user", "assistant")
_NO_TROUBLE = {ExitCode.OK, ExitCode.CHECK_FAILED, ExitCode.BUG}
_TROUBLES = tuple(code.name for code in ExitCode if code not in _NO_TROUBLE and code < ExitCode.BUG)

KINDS: Mapping[str, Checked] = MappingProxyType(
    {
        "name": Name("a name"),
        "prompt": Name("a text"),
        "prompt_file": FilePath('a path such as "question.txt"'),
        "model": FIELDS["model"],
        "models": NameList('a list of models, such as ["openai/gpt-4o-mini"]'),
        "profile": Name("the name of a profile"),
        "repeat": Integer(1, 1000),
        "pass": Integer(1, 1000),
        "expect_error": Choice(_TROUBLES),
        "quarantine": Boolean(),
        "exec_env": VariableList(),
        "tags": NameList('a list of tags, such as ["quick"]'),
        **{key: FIELDS[key] for key in SETTING_KEYS},
    }
)
"""The kind of value of each key, except for ``messages`` and ``expect``."""

DEFAULT_KEYS = (
    "profile",
    "model",
    "models",
    "repeat",
    "pass",
    "tags",
    "quarantine",
    "exec_env",
    *SETTING_KEYS,
)
"""The keys of ``[defaults]``."""

CHECK_KEYS = (
    "name",
    "prompt",
    "prompt_file",
    "messages",
    "expect",
    "expect_error",
    *DEFAULT_KEYS,
)
"""The keys of a ``[[check]]``."""


def messages_of(given: object) -> tuple[Message, ...]:
    """Return the conversation that a list of tables describes.

    Raises:
        UnfitError: `given` is not a valid conversation.
    """
    hint = 'messages = [{ role = "user", content = "…" }]'
    if not isinstance(given, list) or not given:
        raise UnfitError(f"must be a list of tables, not {phrases.value(given)}", hint)
    return tuple(_message(one, hint) for one in given)


def _message(given: object, hint: str) -> Message:
    if not isinstance(given, dict) or given.keys() != {"role", "content"}:
        raise UnfitError("must contain tables with role and content", hint)
    role, content = given["role"], given["content"]
    if role not in _ROLES or not isinstance(content, str):
        raise UnfitError(f"takes the roles {phrases.listed(_ROLES, 'or')}, and texts", hint)
    return Message(cast("Role", role), content)
