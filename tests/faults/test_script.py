"""A fault in a mock's script comes to the same as the real one on the wire."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

import pytest

from hello_llm.providers.mock.faults import FAULTS
from tests.faults.case import Case, Run, run_case
from tests.faults.catalogue import CATALOGUE
from tests.faults.documents import Answer, read_answer
from tests.faults.fault import Fault
from tests.faults.launcher import Launcher, launching
from tests.faults.stage import staged

_PIECES = '["Hello", ", ", "world", "!"]'
_OWN_PIECES = {
    "stall-mid": '["Hello", ", ", "world"]',
    "sse-garbage": '["Hello, "]',
    "error-in-choice.after-text": '["Half of"]',
}
_WITHOUT_PIECES = ("drip", "drip.for-ever", "repeated-chunks", "tool-args-cut")
_PLACE = re.compile(r"127\.0\.0\.1:\d+")
_SAME = ("ok", "exit_code", "finish_reason", "complete", "attempts", "error", "reasoning")
_VARIED = "404-model.mistyped"
"""Its hint names models that only LiteLLM knows."""


def played(fault: Fault) -> str:
    """Return the name by which a script plays `fault`; variants may differ in flags only."""
    return fault.id if fault.id in FAULTS else fault.name


PLAYABLE = [fault for fault in CATALOGUE if played(fault) in FAULTS and fault.id != _VARIED]
ON_THE_WIRE = [fault for fault in PLAYABLE if "openai" in fault.protocols]


@dataclass(frozen=True, slots=True)
class Scripted(Case):
    """A case whose server is a script."""

    def argv(self, stage):
        """Return the arguments of the same call to the mock."""
        asked = super(Scripted, self).argv(stage)
        asked[asked.index("litellm")] = "mock"
        return [*asked, "--script", "script.toml"]


def script_of(fault: Fault) -> str:
    """Return the script that plays `fault`."""
    name = played(fault)
    lines = ["version = 1", "[[rule]]", 'name = "all"', f'fault = "{name}"']
    if not FAULTS[name].brings_text and name not in _WITHOUT_PIECES:
        lines.append(f"chunks = {_OWN_PIECES.get(name, _PIECES)}")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Both:
    """What came of a case, on the wire and by a script."""

    wire: tuple[Run, Answer]
    script: tuple[Run, Answer]


def run_both(case: Case, launcher: Launcher) -> Both:
    """Run `case` against its server, and then against a script that plays it."""
    around = case.fault.around
    with staged(case.fault, case.protocol) as stage:
        wire = run_case(case, stage, launcher, around)
        files = {**around.files, "script.toml": script_of(case.fault)}
        scripted = Scripted(case.fault, case.protocol, case.form)
        script = run_case(scripted, stage, launcher, replace(around, files=files))
    return Both(
        (wire, read_answer(case.form, wire.stdout)), (script, read_answer(case.form, script.stdout))
    )


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    """Start the program quickly, again and again."""
    with launching() as started:
        yield started


@pytest.mark.parametrize("fault", ON_THE_WIRE, ids=lambda fault: fault.id)
def test_a_script_comes_to_the_same_as_the_wire(fault, launcher):
    cases = [Case(fault, "openai", form) for form in fault.forms]
    with ThreadPoolExecutor(len(cases)) as pool:  # most of their time they wait
        for case, both in zip(cases, pool.map(run_both, cases, repeat(launcher)), strict=True):
            assert_same(case, both)


def assert_same(case: Case, both: Both) -> None:
    """Check that the script of `case` came to the same as the wire."""
    (wire, told), (script, said) = both.wire, both.script
    assert script.code == wire.code
    assert said.trouble == ()
    assert masked(script.stderr) == masked(wire.stderr)
    assert said.retries == told.retries
    if case.fault.id == "drip.for-ever":
        assert said.text is not None
        kept = case.outcome.kept
        assert kept is not None
        assert said.text.rstrip() in {text.rstrip() for text in kept}
    else:
        assert said.text == told.text
    if told.document is not None and said.document is not None:
        assert compared(said.document) == compared(told.document)
        assert called(said.document) == called(told.document)


def masked(text: str) -> str:
    """Return `text` without the address and the seconds that are drawn."""
    return re.sub(r"in \d+\.\d+ s", "in SOME s", _PLACE.sub("PLACE", text))


def compared(document: dict[str, Any]) -> dict[str, Any]:
    """Return what must be the same in two documents."""
    same: dict[str, Any] = json.loads(masked(json.dumps({key: document[key] for key in _SAME})))
    return same


def called(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the calls of tools in `document`."""
    return [(call["name"], call["arguments"]) for call in document["tool_calls"]]
