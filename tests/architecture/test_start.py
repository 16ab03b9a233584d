"""What does not need LiteLLM does not pay for it."""

import re
import subprocess
import sys

import pytest

FORBIDDEN = frozenset({"httpx", "litellm", "openai", "prompt_toolkit"})


def imported(report: str) -> set[str]:
    """Return the top-level packages of an ``-X importtime`` report."""
    names = re.findall(r"^import time:[^|]+\|[^|]+\|\s*([\w.]+)$", report, re.MULTILINE)
    return {name.split(".")[0] for name in names}


def run(*command: str) -> set[str]:
    child = subprocess.run(
        [sys.executable, "-X", "importtime", *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return imported(child.stderr)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["chat", "hi"]])
def test_the_program_starts_without_litellm(arguments):
    packages = run("-m", "hello_llm", *arguments)
    assert "hello_llm" in packages
    assert packages & FORBIDDEN == set()


@pytest.mark.parametrize("arguments", [["--help"], ["chat", "--help"]])
def test_help_is_drawn_without_what_no_page_has(arguments):
    packages = run("-m", "hello_llm", *arguments)
    assert "rich" in packages
    assert packages & {"attr", "markdown_it", "pygments"} == set()


def test_an_import_of_httpx_would_be_found():
    assert run("-c", "import httpx") & FORBIDDEN == {"httpx"}
