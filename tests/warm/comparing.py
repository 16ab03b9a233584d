"""Makes the same call cold and warm, and compares everything that is left of the two."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from hello_llm.warm import control
from tests.cli.calls import until
from tests.warm.running import Warm

_Left = TypeVar("_Left")


def calls_of(warm: Warm) -> int:
    """Return how many calls the warm process has answered; it must be the one that is met."""
    status = control.status()
    assert status is not None
    assert status.socket.startswith(f"{warm.runtime}/")
    return status.calls


def warmly(warm: Warm, call: Callable[[], _Left], times: int = 1) -> _Left:
    """Return what is left of `call`, after it was made sure that the warm process answered it."""
    before = calls_of(warm)
    left = call()
    until(lambda: calls_of(warm) >= before + times)
    assert calls_of(warm) == before + times
    return left


def coldly(call: Callable[[], _Left], folder: Path) -> _Left:
    """Return what is left of `call` where no warm process is met; `folder` is a new one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_RUNTIME_DIR", str(folder))
        left = call()
    assert not folder.exists()
    return left


def both(warm: Warm, call: Callable[[], _Left], folder: Path) -> _Left:
    """Return what is left of `call`, which is the same if it is made cold and warm."""
    cold = coldly(call, folder)
    same = warmly(warm, call)
    assert same == cold
    return cold


def untimed(text: str) -> str:
    """Return `text` with every measured time and rate masked, also one that took no time."""
    text = re.sub(r'("(?:latency_ms|first_token_ms)": ?)[\d.]+', r"\g<1>0", text)
    return re.sub(r" +(?:\d+(?:\.\d+)? (?:ms|s)|[\d,]+\.\d|—)(?!\S)", " N", text)
