"""Looks at the processes below another, as the kernel tells of them."""

import time
from collections.abc import Callable
from pathlib import Path

LONGEST_WAIT_S = 60.0


def until(true: Callable[[], object]) -> None:
    """Wait until something is so."""
    ends_at = time.monotonic() + LONGEST_WAIT_S
    while not true():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def below(process: int) -> dict[int, float]:
    """Return the processes below `process`, and the seconds of the processor that each has had."""
    parents, took = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if words[0] != "Z":
            parents[int(folder.name)] = int(words[1])
            took[int(folder.name)] = (int(words[11]) + int(words[12])) / 100
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {child: took[child] for child in found - {process}}


def alive(process: int) -> bool:
    """Tell whether `process` is there and no zombie."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return False
    return state[0] != "Z"
