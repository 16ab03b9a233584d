"""The examples at the end of each command's help, on the manual page and in the documentation."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple


class Example(NamedTuple):
    """One way to call a command."""

    does: str
    """What it is for, in a few words."""
    line: str
    """The command line."""


_QUESTION = '"Why is the sea salty?"'

EXAMPLES: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        "": (
            Example("Ask the built-in mock, which needs no key", 'hello-llm chat "Hello"'),
            Example("Ask a model", f"hello-llm chat -m openai/gpt-4o-mini {_QUESTION}"),
            Example("Read about a command", "hello-llm help chat"),
            Example("See what the exit codes mean", "hello-llm help exit-codes"),
        ),
        "chat": (
            Example(
                "Ask a model on this machine, and watch it write",
                f"hello-llm chat -m ollama/qwen2.5:0.5b {_QUESTION}",
            ),
            Example("Ask about a file", 'hello-llm chat "Summarize this:" - <notes.txt'),
            Example(
                "Get one JSON document, even if the call fails", 'hello-llm chat --json "Hello"'
            ),
            Example(
                "See the request, but send nothing",
                'hello-llm chat -m openai/gpt-4o-mini --dry-run "Hello"',
            ),
        ),
        "doctor": (
            Example(
                "Check whether a model can be called, free of charge",
                "hello-llm doctor -m ollama/qwen2.5:0.5b",
            ),
            Example(
                "Also make one small call, with the settings of a profile",
                "hello-llm doctor -p work --spend",
            ),
            Example("Get the findings as JSON", "hello-llm doctor --json"),
        ),
        "check": (
            Example("Try a suite on the mock", "hello-llm check smoke.toml --provider mock"),
            Example(
                "Check a model, with four calls at a time and for at most ten cents",
                "hello-llm check smoke.toml -m openai/gpt-4o-mini -j 4 --max-cost 0.10",
            ),
            Example(
                "Check one version of a model, and accept no other",
                "hello-llm check smoke.toml -m openai/gpt-4o-mini --require-model gpt-4o-mini",
            ),
            Example(
                "Write a report for a CI system",
                "hello-llm check smoke.toml --report junit=report.xml",
            ),
        ),
        "batch": (
            Example(
                "Ask every row of a table, eight at a time",
                'hello-llm batch rows.csv --prompt "Translate: {{text}}" -o out.jsonl -j 8',
            ),
            Example(
                "Keep to a rate and to an amount of money",
                "hello-llm batch rows.jsonl -o out.jsonl -j 8 --rpm 500 --max-cost 2",
            ),
            Example(
                "Ask the rows again that ended in an error",
                "hello-llm batch rows.jsonl -o out.jsonl --retry-failed",
            ),
            Example(
                "Check all rows and what they may cost, but send nothing",
                "hello-llm batch rows.jsonl -o out.jsonl --dry-run",
            ),
        ),
        "serve": (
            Example("Try your profiles in a browser", "hello-llm serve"),
            Example(
                "Serve a model besides them, for at most two dollars",
                "hello-llm serve --allow openai/gpt-4o-mini --max-cost 2",
            ),
            Example(
                "Stand in for a vendor, to test how clients cope with failures",
                'hello-llm serve --script replies.toml --allow "*" --retries 0',
            ),
            Example(
                "Serve a network; clients must send the token",
                "hello-llm serve --host 0.0.0.0 --token-env LLM_TOKEN",
            ),
        ),
        "config": (
            Example("Write a file that explains every setting", "hello-llm config init"),
            Example("Choose a model", "hello-llm config set model ollama/qwen2.5:0.5b"),
            Example("See which settings are in effect", "hello-llm config show"),
        ),
        "config init": (
            Example("Write your configuration file", "hello-llm config init"),
            Example("Write one for a team", "hello-llm config init --config team.toml"),
        ),
        "config path": (
            Example("See where the file is", "hello-llm config path"),
            Example("Read it", 'cat "$(hello-llm config path)"'),
        ),
        "config show": (
            Example("See what a call would use", "hello-llm config show"),
            Example("See what it would use with a profile", "hello-llm config show -p work"),
            Example("Get the settings as JSON", "hello-llm config show --json"),
        ),
        "config get": (
            Example("Read one setting", "hello-llm config get timeout"),
            Example("Read it as a profile has it", "hello-llm config get timeout -p work"),
        ),
        "config set": (
            Example("Choose a model", "hello-llm config set model ollama/qwen2.5:0.5b"),
            Example(
                "Allow more time in a profile", "hello-llm config set profiles.work.timeout 20m"
            ),
        ),
        "config unset": (
            Example("Remove a value", "hello-llm config unset profiles.work.timeout"),
            Example("Remove a profile", "hello-llm config unset profiles.work"),
        ),
        "config edit": (
            Example("Edit your configuration file", "hello-llm config edit"),
            Example("Edit another file", "hello-llm config edit --config team.toml"),
        ),
        "config use": (Example("Use a profile in every call", "hello-llm config use work"),),
        "config validate": (
            Example("Check your configuration file", "hello-llm config validate"),
            Example("Check another file", "hello-llm config validate --config team.toml"),
        ),
        "models": (
            Example("Find a model", "hello-llm models gpt-4o-mini"),
            Example(
                "Find the cheapest that read images and keep to a schema",
                "hello-llm models --can vision,schema --max-price 0.5 --sort output",
            ),
            Example(
                "See which models retire next",
                "hello-llm models --vendor anthropic --sort retires",
            ),
        ),
        "models show": (
            Example("See every price", "hello-llm models show anthropic/claude-haiku-4-5"),
            Example("Get them as JSON", "hello-llm models show openai/gpt-4o --json"),
        ),
        "warm": (
            Example("Make the calls of this session quick", "hello-llm warm start"),
            Example("See whether it runs, and how much memory it uses", "hello-llm warm status"),
            Example("Free the memory", "hello-llm warm stop"),
        ),
        "warm start": (
            Example("Make the calls of this session quick", "hello-llm warm start"),
            Example("Restart the warm process", "hello-llm warm stop && hello-llm warm start"),
        ),
        "warm status": (
            Example("See whether it runs", "hello-llm warm status"),
            Example("Get that as JSON", "hello-llm warm status --json"),
        ),
        "warm stop": (Example("Free the memory", "hello-llm warm stop"),),
        "spend": (
            Example("See what the last 30 days cost", "hello-llm spend"),
            Example(
                "See which models cost most this week", "hello-llm spend --by model --since 7d"
            ),
            Example("Get that as JSON", "hello-llm spend --by model --since 7d --json"),
            Example(
                "Keep a table of all days", "hello-llm spend --since 2000-01-01 --csv >days.csv"
            ),
        ),
        "spend reconcile": (
            Example("Mark what killed processes left behind", "hello-llm spend reconcile"),
        ),
        "help": (
            Example("Read about a command", "hello-llm help chat"),
            Example("Read about a subcommand", "hello-llm help config set"),
            Example("See what the exit codes mean", "hello-llm help exit-codes"),
        ),
        "schema": (
            Example("Print the schema of chat --json", "hello-llm schema reply"),
            Example(
                "Keep the schema of the event stream", "hello-llm schema events >events.schema.json"
            ),
        ),
    }
)
"""The examples of each command by the words that call it; the program itself is ``""``."""


def shown(examples: Iterable[Example]) -> str:
    """Return `examples` as the help of their command shows them."""
    lines = [f"# {example.does}\n{example.line}" for example in examples]
    return "\n\n".join(["Examples:", *lines])
