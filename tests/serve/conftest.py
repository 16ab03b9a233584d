"""Servers for the tests, one for each file where nothing else is needed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.running import Running, serving

SCRIPT = """version = 1

[[rule]]
name = "slow"
contains = "slow"
chunks = ["one ", "two ", "three ", "four ", "five"]
chunk_delay = 0.1
optional = true

[[rule]]
name = "endless"
contains = "endless"
fault = "drip.for-ever"
optional = true

[[rule]]
name = "cut"
contains = "cut"
chunks = ["one ", "two ", "three "]
fault = "cut-mid-rst"
after_chunks = 2
optional = true

[[rule]]
name = "down"
contains = "down"
fault = "503"
optional = true

[[rule]]
name = "busy"
contains = "busy"
fault = "429-retry-after-3600"
optional = true

[[rule]]
name = "tools"
contains = "tool"
reasoning = "A tool knows."
tool_calls = [{name = "weather", arguments = '{"city": "Paris"}'}]
finish_reason = "tool_calls"
optional = true

[[rule]]
name = "long"
contains = "long"
text = "too long"
finish_reason = "length"
optional = true

[[rule]]
name = "the rest"
optional = true
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A script of the mock, with an answer of each kind."""
    file = tmp_path_factory.mktemp("script") / "script.toml"
    file.write_text(SCRIPT, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def server(script: Path) -> Iterator[Running]:
    """A server whose mock plays the script, for models of any name."""
    with serving("--script", str(script), "--allow", "*", "--retries", "0") as running:
        yield running
