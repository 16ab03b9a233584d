"""The table of all settings: each row is the only description of its setting.

The command-line options, the example file, the documentation pages and the checks of every file
are generated from it.
"""

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from hello_llm.settings.field import (
    Field,
    Row,
    Section,
    cost_limit,
    fields_of,
    in_a_file,
    named_variables,
    sampled,
    switch,
    time_limit,
)
from hello_llm.settings.sources import Sources
from hello_llm.toml_file.header_kinds import HeaderTable, HeaderVariables
from hello_llm.toml_file.kinds import (
    Boolean,
    Choice,
    Integer,
    Name,
    NameList,
    Number,
    Prose,
    TextList,
)
from hello_llm.toml_file.references import FilePath, ProxyUrl, Url, VariableName

ProviderChoice = Literal["mock", "litellm"]
OutputChoice = Literal["auto", "rich", "plain", "json", "ndjson"]
ColorChoice = Literal["auto", "always", "never"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Sources):
    """The value of every setting, and where each came from."""

    provider: Annotated[
        ProviderChoice,
        Row(
            Choice(get_args(ProviderChoice)),
            Section.ASKED,
            "Who answers: the built-in mock, or a model through LiteLLM; a model implies it.",
            hint="a vendor is a model prefix: --provider litellm --model openai/gpt-4o-mini",
        ),
    ] = "mock"
    model: Annotated[
        str | None,
        Row(
            Name("a model such as openai/gpt-4o-mini"),
            Section.ASKED,
            "The model, vendor first: openai/gpt-4o-mini, ollama/qwen2.5:0.5b, local/smollm2.",
            metavar="MODEL",
            example="ollama/qwen2.5:0.5b",
            short="-m",
        ),
    ] = None
    fallback: Annotated[
        tuple[str, ...],
        Row(
            NameList('a list of models, such as ["anthropic/claude-haiku-4-5"]'),
            Section.ASKED,
            "A model to ask while the one before it is unavailable.",
            metavar="MODEL",
        ),
    ] = ()
    require_model: Annotated[
        str | None,
        Row(
            Name("a pattern such as gpt-4o-2024-*"),
            Section.ASKED,
            "Accept only a model that the server names like this; * is a wildcard, case counts.",
            metavar="PATTERN",
            example="gpt-4o-2024-*",
        ),
    ] = None
    api_base: Annotated[
        str | None,
        Row(
            Url("http://127.0.0.1:11434"),
            Section.ASKED,
            "The address of the server, if not the vendor's own.",
            example="http://127.0.0.1:11434",
        ),
    ] = None
    api_key_env: Annotated[
        str | None,
        Row(
            VariableName(),
            Section.ASKED,
            "The environment variable that holds the key, if not the vendor's usual one.",
            example="OPENAI_API_KEY",
        ),
    ] = None
    headers: Annotated[
        Mapping[str, str] | None,
        Row(
            HeaderTable(),
            Section.ASKED,
            "A header to send besides the usual ones, as a gateway may require it.",
            metavar="HEADER",
            example={"X-Team": "blue"},
            flag="--header",
        ),
    ] = None
    headers_env: Annotated[
        Mapping[str, str] | None,
        in_a_file(
            HeaderVariables(),
            "Headers whose values are secrets, each with the environment variable that holds it.",
            {"X-Token": "GATEWAY_TOKEN"},
        ),
    ] = None
    proxy: Annotated[
        str | Literal[False] | None,
        in_a_file(
            ProxyUrl("http://127.0.0.1:3128"),
            "The proxy for all calls, or false for none; proxy variables are ignored.",
            "http://127.0.0.1:3128",
        ),
    ] = None
    proxy_auth_env: Annotated[
        str | None,
        in_a_file(
            VariableName(),
            "The environment variable that holds the login for the proxy, as user:password.",
            "PROXY_LOGIN",
        ),
    ] = None
    ca_file: Annotated[
        str | None,
        in_a_file(
            FilePath('a path such as "company-ca.pem"'),
            "A PEM file of certificates to trust besides the usual ones; relative to this file.",
            "company-ca.pem",
        ),
    ] = None
    client_cert: Annotated[
        str | None,
        in_a_file(
            FilePath('a path such as "client.pem"'),
            "A PEM file with the certificate for a server that asks for one.",
            "client.pem",
        ),
    ] = None
    client_key: Annotated[
        str | None,
        in_a_file(
            FilePath('a path such as "client.key"'),
            "A PEM file with the key of client_cert, if that does not contain it.",
            "client.key",
        ),
    ] = None
    script: Annotated[
        str | None,
        Row(
            FilePath('a path such as "a.toml"'),
            Section.ASKED,
            "A file that says what the mock answers, and how it fails.",
            example="a.toml",
        ),
    ] = None
    stream: Annotated[
        bool | None,
        switch(
            Section.SHOWN,
            "Show the answer while it is being written; if unset, on a terminal only.",
        ),
    ] = None
    system: Annotated[
        str | None,
        Row(
            Prose(),
            Section.ASKED,
            "Instructions for the model, sent before the conversation.",
            example="Answer in one sentence.",
            short="-s",
        ),
    ] = None
    temperature: Annotated[
        float | None, sampled(Number(0, 2), "Randomness of the answer.", 0.2)
    ] = None
    top_p: Annotated[
        float | None,
        sampled(Number(0, 1), "Share of the probability mass that words are drawn from.", 0.9),
    ] = None
    max_tokens: Annotated[
        int | None,
        sampled(Integer(1, 2**31 - 1), "Largest number of tokens in the answer.", 500),
    ] = None
    seed: Annotated[
        int | None,
        sampled(
            Integer(-(2**63), 2**63 - 1),
            "Seed for repeatable answers, where the server supports one.",
            7,
        ),
    ] = None
    stop: Annotated[
        tuple[str, ...],
        Row(
            TextList('a list of texts, such as ["END"]'),
            Section.SAMPLED,
            "A text that ends the answer where it would appear.",
        ),
    ] = ()
    connect_timeout: Annotated[
        float, time_limit("Time to connect, from the name to TLS; 0 sets no limit.")
    ] = 10.0
    first_token_timeout: Annotated[
        float, time_limit("Time until the first piece of a streamed answer; 0 sets no limit.")
    ] = 120.0
    idle_timeout: Annotated[
        float, time_limit("Time between two pieces of a streamed answer; 0 sets no limit.")
    ] = 60.0
    timeout: Annotated[
        float, time_limit("Time for the whole call, retries and waits included; 0 sets no limit.")
    ] = 600.0
    retries: Annotated[
        int, Row(Integer(0, 100), Section.LIMITS, "Retries after a transient failure.")
    ] = 2
    max_wait: Annotated[
        float, time_limit("Longest wait before a retry that a server may ask for.")
    ] = 60.0
    max_cost: Annotated[
        float | None, cost_limit("Stop before the total cost of the run could exceed this.")
    ] = None
    fail_on_length: Annotated[
        bool,
        Row(Boolean(), Section.LIMITS, "Treat an answer cut off by its token limit as broken."),
    ] = False
    output: Annotated[
        OutputChoice,
        Row(
            Choice(get_args(OutputChoice)),
            Section.SHOWN,
            "How to show the answer; auto is rich on a terminal and plain elsewhere.",
            metavar="FORM",
        ),
    ] = "auto"
    usage: Annotated[
        bool | None,
        switch(
            Section.SHOWN,
            "Show tokens, time and cost on stderr; if unset, on a terminal only.",
            short="-u",
        ),
    ] = None
    color: Annotated[
        ColorChoice,
        Row(
            Choice(get_args(ColorChoice)),
            Section.SHOWN,
            "When to use colour; auto means on a terminal.",
            metavar="WHEN",
        ),
    ] = "auto"
    warm: Annotated[
        bool | None,
        switch(
            Section.SOURCES,
            "Let the warm process answer, starting one if needed; if unset, only if one runs.",
        ),
    ] = None
    lazy_imports: Annotated[
        bool,
        in_a_file(Boolean(), "Import each part of LiteLLM when it is first used.", None),
    ] = True
    ledger: Annotated[
        bool | None,
        switch(
            Section.SOURCES,
            "Record what the call costs; if unset, only while there is a spending limit.",
        ),
    ] = None
    quiet: Annotated[
        bool, Row(Boolean(), Section.SHOWN, "Write only the answer and errors.", short="-q")
    ] = False
    verbose: Annotated[
        bool, Row(Boolean(), Section.SHOWN, "Say on stderr what is being done.", short="-v")
    ] = False

    @property
    def secret_variables(self) -> tuple[str, ...]:
        """The environment variables that hold the secrets of a call, whatever their names say."""
        return tuple(named_variables(self.api_key_env, self.proxy_auth_env, self.headers_env))


FIELDS: Mapping[str, Field] = fields_of(Settings)
"""Every setting by its key, in the order in which they are shown."""
