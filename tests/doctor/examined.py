"""Runs ``doctor`` and reads its document."""

import json
from dataclasses import dataclass
from typing import Any

import jsonschema

from hello_llm.rendering.json.schemas import load_schema
from tests.cli.program import program


@dataclass(frozen=True, slots=True)
class Examined:
    """What ``doctor --json`` found."""

    code: int
    """The exit code."""
    findings: list[dict[str, Any]]
    """The findings."""
    output: str
    """All that was written."""

    def __getitem__(self, name: str) -> dict[str, Any]:
        """Return the one diagnosis of that name."""
        (found,) = [one for one in self.findings if one["name"] == name]
        return found

    @property
    def names(self) -> list[str]:
        """What was looked at."""
        return [one["name"] for one in self.findings]

    @property
    def failures(self) -> dict[str, str]:
        """The code of each failure by what was looked at."""
        return {one["name"]: one["code"] for one in self.findings if one["status"] == "failure"}


def examined(*flags: object) -> Examined:
    """Run ``doctor`` with `flags`, and check its document against the schema that ships."""
    ended = program("doctor", "--json", *flags)
    assert ended.stderr == ""
    document = json.loads(ended.text)
    jsonschema.validate(document, load_schema("doctor"))
    assert document["exit_code"] == ended.code
    assert document["ok"] == (ended.code == 0)
    return Examined(ended.code, document["findings"], ended.text)


def asking(base: str, model: str = "openai/tiny") -> tuple[str, ...]:
    """Return the flags of a call to `model` at `base`."""
    return ("--provider", "litellm", "--model", model, "--api-base", base)
