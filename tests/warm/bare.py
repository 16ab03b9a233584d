"""A warm process that imports no LiteLLM: it is there at once, and runs a program of one line."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

_CODE = """
import os, sys, time
import hello_llm
from hello_llm.warm import fork, holder
{patch}
def run(arguments):
    time.sleep(arguments.count("slowly"))
    print(*arguments, "by", os.getpid() if "fork" in arguments else os.getppid(), flush=True)
    return len(arguments)
def ready():
    print("ready", flush=True)
holder.Holder({idle_s}).serve(fork.Program(run, print, bool), ready)
"""


@contextmanager
def bare_holder(
    patch: str = "", idle_s: float = 60.0, within: Sequence[str] = ()
) -> Iterator["subprocess.Popen[str]"]:
    """Run it for the time of the block, unless it ends before.

    Args:
        patch: a line of Python that it runs first.
        idle_s: seconds without a call after which it ends.
        within: the words before the command that confine it.
    """
    code = _CODE.format(patch=patch, idle_s=idle_s)
    command = [*within, sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            kill_confined(process)


def kill_confined(process: "subprocess.Popen[str]") -> None:
    """Kill `process` and what it confines, which would outlive it in another PID namespace."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
