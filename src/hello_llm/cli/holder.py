"""The warm process: ``python -m hello_llm.cli.holder``, which ``hello-llm warm`` starts."""

import gc
import io
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pkgutil import walk_packages
from typing import NoReturn

import hello_llm
from hello_llm.cli.app import run
from hello_llm.cli.commands.chat.run import ChatRun
from hello_llm.cli.display import Display
from hello_llm.cli.prompt import PromptSource
from hello_llm.cli.signals import STOP
from hello_llm.cli.startup import Startup
from hello_llm.machine.last_words import say
from hello_llm.providers.litellm.rehearsal import rehearse, rehearse_all
from hello_llm.rendering.terminal import ClosedStream, Terminal
from hello_llm.settings.fields import FIELDS, Settings
from hello_llm.settings.origins import BUILT_IN
from hello_llm.settings.paths import default_config_file
from hello_llm.warm.control import (
    LONGEST_START_S,
    WarmError,
    is_taken_by_another,
    retire_others,
)
from hello_llm.warm.fork import Program
from hello_llm.warm.holder import IDLE_S, Holder, TakenError
from hello_llm.warm.place import NoPlaceError

_ENTRY_POINTS = frozenset({"hello_llm.__main__", __name__})
_SCREEN = {"TERM": "xterm-256color"}
_MODEL = "openai/rehearsal"
"""A model of the protocol that most servers speak."""
_CONFIG = b"version = 1\n[defaults]\nwarm = true\n"


def main() -> NoReturn:
    """Answer calls until none has come for some time; the argument is that time in seconds."""
    try:
        _serve(float(sys.argv[1]) if sys.argv[1:] else IDLE_S)
    except (NoPlaceError, WarmError, OSError) as error:
        os.write(1, f"{error}\n".encode())
    except MemoryError:
        os.write(1, b"it needs more memory than the limits of this shell allow (ulimit -v)\n")
    except BaseException as error:  # noqa: BLE001 - it is told to the one who started this
        os._exit(say(error))
    os._exit(0)


def _serve(idle_s: float) -> None:
    retire_others()
    holder = _place(idle_s)
    if holder is None:
        return
    _import_everything()
    gc.collect()
    gc.freeze()  # memory that the collector does not touch stays shared with the forks
    holder.serve(Program(_run, STOP.explain, _rehearse_chat), _let_go)


def _place(idle_s: float) -> Holder | None:
    """Become the warm process; return ``None`` if there is another one that answers."""
    ends = time.monotonic() + LONGEST_START_S
    while True:
        try:
            return Holder(idle_s)
        except TakenError:
            if is_taken_by_another(ends):
                return None


def _run(arguments: Sequence[str]) -> int:
    return run(arguments, Startup(holder=os.getppid()))


def _import_everything() -> None:
    """Import everything that a call may need, including modules that are imported on first use."""
    for module in walk_packages(hello_llm.__path__, "hello_llm."):
        if module.name not in _ENTRY_POINTS:
            import_module(module.name)
    _rehearse_rendering()
    rehearse_all()
    _rehearse_chat()


def _rehearse_rendering() -> None:
    """Show an answer of the mock on a fake terminal."""
    settings = Settings(
        stream=True, output="rich", usage=True, origins=dict.fromkeys(FIELDS, BUILT_IN)
    )
    nowhere = io.BytesIO()
    terminal = Terminal(
        ClosedStream(), nowhere, nowhere, stdout_is_tty=True, stderr_is_tty=True, environ=_SCREEN
    )
    source = PromptSource(["- **a** `b`\n\n| c |\n| - |\n| d |"], None, no_stdin=True)
    run = ChatRun(settings, source, out=None, keep_partial=False, dry_run=False)
    run.on(Display.of(settings, terminal))


def _rehearse_chat() -> None:
    """Run a command line that the mock answers, and a call of LiteLLM; show and send nothing.

    Neither depends on the user's files, and no thread is left running.
    """
    default_config_file()  # imports what locates it
    with _silence(), _file(_CONFIG) as config:
        command = ["chat", "hi", "--provider", "mock", "--stream", "--no-stdin", "--config", config]
        run(command, Startup(holder=os.getppid()))
    rehearse(_MODEL)
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join()


@contextmanager
def _silence() -> Iterator[None]:
    """Connect the standard descriptors to the null device."""
    kept = [os.dup(number) for number in range(3)]
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    os.close(null)
    try:
        yield
    finally:
        for number, descriptor in enumerate(kept):
            os.dup2(descriptor, number)
            os.close(descriptor)


@contextmanager
def _file(content: bytes) -> Iterator[str]:
    """Yield the path of a file in memory."""
    file = os.memfd_create("hello-llm")
    try:
        os.write(file, content)
        yield f"/proc/self/fd/{file}"
    finally:
        os.close(file)


def _let_go() -> None:
    """Tell the process that started this one that it is ready, by closing the output to it."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(null, number)
    os.close(null)


if __name__ == "__main__":
    main()
