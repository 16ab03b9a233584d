"""The table in ``docs/python.md`` says after which errors a fallback model is asked."""

import re
from contextlib import suppress

import pytest

from hello_llm import Finished, HelloLLMError, fold
from hello_llm.engine import RetryPolicy, Turn
from tests.architecture.sources import ROOT
from tests.documented.blocks import table
from tests.engine.fakes import REPLY, STARTED, Fake, candidate

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
ASKED = {
    name: asked == "yes"
    for row, asked in table(PAGE, "Retries and fallbacks")
    for name in re.findall(r"`(\w+)`", row)
}


def kinds(kind: type[HelloLLMError] = HelloLLMError) -> list[type[HelloLLMError]]:
    """Every class of error that is raised."""
    found = [found for below in kind.__subclasses__() for found in kinds(below)]
    return [*found, *([kind] if "exit_code" in vars(kind) else [])]


@pytest.mark.parametrize("kind", kinds())
def test_the_table_says_whether_another_model_is_asked(kind):
    second = Fake(STARTED, Finished(REPLY))
    asked = [candidate(Fake(kind("no"))), candidate(second)]
    with suppress(HelloLLMError):
        fold(Turn(asked, stream=True, retry=RetryPolicy(retries=0)))
    assert ASKED[kind.__name__] == bool(second.taken)


def test_the_table_names_nothing_else():
    assert {kind.__name__ for kind in kinds()} == ASKED.keys()
