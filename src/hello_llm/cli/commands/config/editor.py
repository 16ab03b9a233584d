"""Runs the user's editor, and waits for it."""

import shlex
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hello_llm.contract import InterruptError, UsageError
from hello_llm.machine.environment import whole_environ
from hello_llm.text.phrases import printable

_VARIABLES = ("VISUAL", "EDITOR")
_HINT = "name an editor for this call: EDITOR=vi hello-llm config edit"
_INTERRUPTED = (-signal.SIGINT, 128 + signal.SIGINT)
"""How an editor ends that Ctrl-C ended: by itself, and by the report of a shell that ran it."""


def chosen_editor() -> list[str]:
    """Return the command in ``$VISUAL``, or else in ``$EDITOR``, as a list of words.

    Raises:
        UsageError: neither is set, or it has unbalanced quotes.
    """
    environ = whole_environ()
    for name in _VARIABLES:
        try:
            words = shlex.split(environ.get(name, ""))
        except ValueError:
            reason = f"{name} is not a command: its quotes are not balanced"
            raise UsageError(reason, _HINT) from None
        if words:
            return words
    raise UsageError("there is no editor to open: neither VISUAL nor EDITOR is set", _HINT)


def run_editor(command: Sequence[str], file: Path) -> None:
    """Let the user edit `file` on the terminal of this process.

    Raises:
        InterruptError: Ctrl-C ended the editor.
        UsageError: the editor cannot be started, or it failed.
    """
    shown = printable(command[0])
    try:
        with _deaf_to_keys():
            code = _wait_for(subprocess.Popen([*command, file]))  # noqa: S603 - the user's own
    except OSError as error:
        raise UsageError(f"cannot start the editor {shown}: {error.strerror}", _HINT) from None
    if code in _INTERRUPTED:
        raise InterruptError("interrupted")
    if code:
        how = f"failed with exit code {code}" if code > 0 else f"was ended by signal {-code}"
        raise UsageError(f"the editor {shown} {how}")


def _wait_for(editor: "subprocess.Popen[bytes]") -> int:
    with editor:
        try:
            return editor.wait()
        except BaseException:
            editor.terminate()
            raise


@contextmanager
def _deaf_to_keys() -> Iterator[None]:
    r"""Leave Ctrl-C and Ctrl-\ to the editor.

    A handler that does nothing, unlike ``SIG_IGN``, is not passed on to the editor.
    """
    names = ("SIGINT", "SIGQUIT")
    numbers = [number for name in names if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, lambda *_: None)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
