"""The table of all settings: one row declares its type, default, flag, meaning and limits."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple, get_args, get_type_hints

from hello_llm.settings.kinds import (
    Boolean,
    Choice,
    FilePath,
    Integer,
    Kind,
    Name,
    NameList,
    Number,
    Prose,
    TextList,
    Url,
    VariableName,
)
from hello_llm.settings.origins import Origin

ProviderChoice = Literal["mock", "litellm"]
OutputChoice = Literal["auto", "rich", "plain", "json", "ndjson"]
ColorChoice = Literal["auto", "always", "never"]

_SECONDS = Number(0, 7 * 24 * 3600, unit=" of seconds")


class _Row(NamedTuple):
    """What the table says of a setting beside its name, type and default."""

    kind: Kind
    flag: str | None
    summary: str
    example: object = None
    hint: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The value of every setting, and where each came from."""

    provider: Annotated[
        ProviderChoice,
        _Row(
            Choice(get_args(ProviderChoice)),
            "--provider",
            "Who answers: the built-in mock, or a model through LiteLLM.",
            hint="a vendor is a model prefix: --provider litellm --model openai/gpt-4o-mini",
        ),
    ] = "mock"
    model: Annotated[
        str | None,
        _Row(
            Name("a model such as openai/gpt-4o-mini"),
            "--model",
            "The model, with its vendor in front.",
            example="ollama/qwen2.5:0.5b",
        ),
    ] = None
    fallback: Annotated[
        tuple[str, ...],
        _Row(
            NameList('a list of models, such as ["anthropic/claude-haiku-4-5"]'),
            "--fallback",
            "Models to ask in turn while the one before is unavailable.",
        ),
    ] = ()
    api_base: Annotated[
        str | None,
        _Row(
            Url("http://127.0.0.1:11434"),
            "--api-base",
            "The address of the server, if not the vendor's own.",
            example="http://127.0.0.1:11434",
        ),
    ] = None
    api_key_env: Annotated[
        str | None,
        _Row(
            VariableName(),
            "--api-key-env",
            "The environment variable that holds the key, if not the vendor's usual one.",
            example="OPENAI_API_KEY",
        ),
    ] = None
    proxy: Annotated[
        str | None,
        _Row(
            Url("http://127.0.0.1:3128"),
            None,
            "The proxy that calls go through; the proxy variables of the environment are ignored.",
            example="http://127.0.0.1:3128",
        ),
    ] = None
    ca_file: Annotated[
        str | None,
        _Row(
            FilePath('a path such as "company-ca.pem"'),
            None,
            "A PEM file of certificates to trust besides the usual ones; relative to this file.",
            example="company-ca.pem",
        ),
    ] = None
    script: Annotated[
        str | None,
        _Row(FilePath('a path such as "a.toml"'), "--script", "What the mock plays.", "a.toml"),
    ] = None
    stream: Annotated[
        bool, _Row(Boolean(), "--stream", "Show the answer while it is being written.")
    ] = False
    system: Annotated[
        str | None,
        _Row(
            Prose(),
            "--system",
            "The instructions that the model gets before the conversation.",
            example="Answer in one sentence.",
        ),
    ] = None
    temperature: Annotated[
        float | None, _Row(Number(0, 2), "--temperature", "Randomness of the answer.", 0.2)
    ] = None
    top_p: Annotated[
        float | None,
        _Row(
            Number(0, 1),
            "--top-p",
            "Share of the probability mass that words are drawn from.",
            example=0.9,
        ),
    ] = None
    max_tokens: Annotated[
        int | None,
        _Row(
            Integer(1, 2**31 - 1),
            "--max-tokens",
            "Largest number of tokens the answer may have.",
            example=500,
        ),
    ] = None
    seed: Annotated[
        int | None,
        _Row(
            Integer(-(2**63), 2**63 - 1),
            "--seed",
            "Seed for repeatable answers, where the server supports one.",
            example=7,
        ),
    ] = None
    stop: Annotated[
        tuple[str, ...],
        _Row(
            TextList('a list of texts, such as ["END"]'),
            "--stop",
            "Texts that end the answer where they would appear.",
        ),
    ] = ()
    connect_timeout: Annotated[
        float,
        _Row(_SECONDS, "--connect-timeout", "Seconds to wait for a connection; 0 sets no limit."),
    ] = 10.0
    first_token_timeout: Annotated[
        float,
        _Row(
            _SECONDS,
            "--first-token-timeout",
            "Seconds from the request to the first piece of a streamed answer; 0 sets no limit.",
        ),
    ] = 120.0
    idle_timeout: Annotated[
        float,
        _Row(
            _SECONDS,
            "--idle-timeout",
            "Seconds from one piece of a streamed answer to the next; 0 sets no limit.",
        ),
    ] = 60.0
    timeout: Annotated[
        float,
        _Row(
            _SECONDS,
            "--timeout",
            "Seconds that a call may take in total, retries and waits included; 0 sets no limit.",
        ),
    ] = 600.0
    retries: Annotated[
        int,
        _Row(
            Integer(0, 100),
            "--retries",
            "How often a call is tried again after a failure that may pass.",
        ),
    ] = 2
    max_wait: Annotated[
        float,
        _Row(
            _SECONDS,
            "--max-wait",
            "Longest wait in seconds that a server may ask for before the call is tried again.",
        ),
    ] = 60.0
    fail_on_length: Annotated[
        bool,
        _Row(
            Boolean(),
            "--fail-on-length",
            "Treat an answer that reached its limit of tokens as broken.",
        ),
    ] = False
    output: Annotated[
        OutputChoice,
        _Row(
            Choice(get_args(OutputChoice)),
            "--output",
            "How the answer is shown; auto is rich on a terminal and plain elsewhere.",
        ),
    ] = "auto"
    usage: Annotated[
        bool | None,
        _Row(
            Boolean(),
            "--usage",
            "Show tokens, time and cost; if unset, on a terminal only.",
            example=True,
        ),
    ] = None
    color: Annotated[
        ColorChoice,
        _Row(
            Choice(get_args(ColorChoice)),
            "--color",
            "Whether to use colour; auto does so on a terminal.",
        ),
    ] = "auto"
    warm: Annotated[
        bool | None,
        _Row(
            Boolean(),
            "--warm",
            "Let the warm process answer, and start one if none runs; if unset, only if one runs.",
            example=True,
        ),
    ] = None
    quiet: Annotated[bool, _Row(Boolean(), "--quiet", "Write only the answer and errors.")] = False
    verbose: Annotated[
        bool, _Row(Boolean(), "--verbose", "Tell what is being done, on stderr.")
    ] = False

    local_models: Mapping[str, Path] = dataclasses.field(default_factory=dict)
    """The ``.gguf`` files that ``local/NAME`` may name, as absolute paths."""
    origins: Mapping[str, Origin] = dataclasses.field(default_factory=dict)
    """Where each value came from, by key; ``local.models.NAME`` for local models."""
    config_file: Path | None = None
    """The configuration file that was read, if any."""
    config_unseen: str | None = None
    """Why nobody can tell whether there is one, if so."""
    profile: str | None = None
    """The profile in use, if any."""


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One setting."""

    key: str
    """Its name in a file and as an attribute of :class:`Settings`."""
    kind: Kind
    """What values it takes."""
    default: object
    """The built-in value; ``None`` if there is none."""
    flag: str | None
    """The flag that sets it; ``None`` if only a file does."""
    summary: str
    """What it is, in one sentence."""
    example: object
    """A value to show where there is no default."""
    hint: str | None
    """What helps after a value that is not allowed."""


def _fields() -> tuple[Field, ...]:
    hints = get_type_hints(Settings, include_extras=True)
    rows = {key: hint.__metadata__[0] for key, hint in hints.items() if _has_row(hint)}
    defaults = {field.name: field.default for field in dataclasses.fields(Settings)}
    return tuple(
        Field(key, row.kind, defaults[key], row.flag, row.summary, row.example, row.hint)
        for key, row in rows.items()
    )


def _has_row(hint: object) -> bool:
    return isinstance(next(iter(getattr(hint, "__metadata__", ())), None), _Row)


FIELDS: Mapping[str, Field] = MappingProxyType({field.key: field for field in _fields()})
"""Every setting by its key, in the order in which they are shown."""
