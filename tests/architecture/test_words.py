"""Terminal, console, environment and printing have one place each, and legacy has none."""

from pathlib import Path

import pytest

from tests.architecture import words
from tests.architecture.sources import ROOT, Module, findings

RULES = [words.environment_reads, words.terminal_questions, words.consoles, words.prints]
TEXTS = [
    *("src", "docs", "examples", "Makefile", "config.example.toml"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"),
]


@pytest.mark.parametrize("rule", RULES)
def test_every_module_keeps_the_rule(rule):
    assert findings(rule, "src") == []


def test_every_lint_exception_has_its_rule_and_its_reason():
    assert findings(words.unexplained_exceptions, "src", "tests") == []


def texts() -> list[Path]:
    """Return the files that a reader or the program learns from."""
    found = [ROOT / name for name in TEXTS]
    found += [path for folder in found if folder.is_dir() for path in folder.rglob("*")]
    hidden = {"_build", "__pycache__"}
    return [path for path in found if path.is_file() and not hidden & set(path.parts)]


def test_no_vendor_is_a_provider_of_ours():
    found = [
        finding
        for path in texts()
        for finding in words.legacy(path.name, path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "hello-llm chat --provider " + "openai",
        "--provider=" + "ollama",
        '--provider "' + 'anthropic"',
        "class " + "OpenAIProvider:",
        "class _" + "OllamaChatProvider(Base):",
        "import " + "anthropic_provider",
    ],
)
def test_a_vendor_as_a_provider_is_found(text):
    assert len(words.legacy("README.md", "first line\n" + text)) == 1


def test_the_two_providers_and_model_prefixes_are_no_legacy():
    text = "--provider litellm --model openai/x\n--provider mock\nclass LiteLLMProvider:"
    assert words.legacy("README.md", text) == []


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (words.environment_reads, "import os\nos.environ['A']"),
        (words.environment_reads, "import os\ndict(os.environ)"),
        (words.environment_reads, "import os\nos.getenv('A')"),
        (words.environment_reads, "from os import environ"),
        (words.environment_reads, "typer.Option(envvar='A')"),
        (words.terminal_questions, "sys.stdout.isatty()"),
        (words.terminal_questions, "import os\nos.isatty(1)"),
        (words.terminal_questions, "shutil.get_terminal_size()"),
        (words.consoles, "from rich.console import Console\nConsole()"),
        (words.consoles, "rich.console.Console()"),
        (words.prints, "print('x')"),
    ],
)
def test_a_thing_out_of_its_place_is_found(rule, source):
    assert len(rule(Module("hello_llm.cli.app", source))) == 1


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (words.environment_reads, words.TERMINAL, "os.environ['NO_COLOR']"),
        (words.environment_reads, "hello_llm.providers.http.route", "os.environ['KEY']"),
        (words.environment_reads, "hello_llm.rendering.console", "terminal.environ['NO_COLOR']"),
        (words.terminal_questions, words.TERMINAL, "stream.isatty()"),
        (words.consoles, words.CONSOLE, "Console()"),
        (words.consoles, "hello_llm.rendering.panel", "def f(console: Console) -> None: ..."),
        (words.prints, "hello_llm.rendering.panel", "console.print('x')"),
    ],
)
def test_a_thing_in_its_place_is_allowed(rule, name, source):
    assert rule(Module(name, source)) == []


@pytest.mark.parametrize("comment", ["noqa", "noqa: S101", "noqa: S101 because", "noqa: - why"])
def test_a_lint_exception_without_rule_or_reason_is_found(comment):
    assert len(words.unexplained_exceptions(Module("m", f"x = 1  # {comment}\n"))) == 1


@pytest.mark.parametrize("comment", ["noqa: S101 - why", "noqa: S101, ANN401 - why"])
def test_a_lint_exception_with_rule_and_reason_is_allowed(comment):
    assert words.unexplained_exceptions(Module("m", f"x = 1  # {comment}\n")) == []
