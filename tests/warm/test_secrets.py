"""The warm process never holds a key: neither that of its start nor one of a call."""

import re
import secrets
from pathlib import Path

import pytest

from tests.cli.calls import asking, until
from tests.cli.program import child
from tests.warm.comparing import warmly
from tests.warm.processes import children
from tests.warm.running import told, warm_process

_RANGE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r")


def in_memory(pid, *words):
    """Return those of `words` that are somewhere in the memory of `pid`."""
    found: set[str] = set()
    try:
        memory = open(f"/proc/{pid}/mem", "rb", buffering=0)  # noqa: PTH123, SIM115 - closed below
    except PermissionError:
        pytest.skip("the memory of a process cannot be read here")
    with memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            if match := _RANGE.match(line):
                start, end = (int(number, 16) for number in match.groups())
                try:
                    memory.seek(start)
                    data = memory.read(end - start) or b""
                except (OSError, ValueError, OverflowError):  # what the kernel keeps to itself
                    continue
                found.update(word for word in words if word.encode() in data)
    return found


@pytest.fixture
def keys(monkeypatch):
    """Random keys under the names that vendors give them; one is there at the start."""
    at_start = f"sk-start-{secrets.token_hex(16)}"
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "SOME_TOKEN", "MY_OWN"):
        monkeypatch.setenv(name, at_start)
    return at_start, f"sk-call-{secrets.token_hex(16)}"


def test_neither_key_is_in_its_environment_nor_in_its_memory(keys, runtime, openai_server):
    at_start, of_call = keys
    with warm_process(runtime) as warm:
        pid = warm.pid
        argv = asking(f"{openai_server.url}/v1", "--api-key-env", "MY_KEY")
        for flags in ((), ("--stream",)):
            answered = warmly(warm, lambda: child(*argv, *flags, MY_KEY=of_call))  # noqa: B023 - called at once
            assert answered.code == 0
            sent = openai_server.requests[-1].headers["authorization"]
            assert sent == f"Bearer {of_call}"
        until(lambda: children(pid) == [])
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert at_start.encode() not in environment
        assert of_call.encode() not in environment
        assert in_memory(pid, at_start, of_call, "hello_llm.warm.holder") == {
            "hello_llm.warm.holder"
        }
        assert at_start not in told({}, "status", "--json")


def test_no_file_of_it_holds_anything(warm):
    (socket,) = (warm.runtime / "hello-llm").iterdir()
    assert socket.is_socket()
