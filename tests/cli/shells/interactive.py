"""An interactive shell that is typed in, and asked for its command line."""

import os
import pty
import select
import shlex
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tests.networks.programs import find
from tests.rendering.screens import Screen

_TAB, _TELL, _TELL_ALL, _CLEAR = b"\t", b"\x18\x10", b"\x18\x01", b"\x15"
_WHICH_TERMINAL, _A_VT220 = b"\x1b[c", b"\x1b[?62c"
"""A question that newer versions of fish ask and wait for, and its answer."""
_PROMPT = "READY>"
_TIMEOUT_S = 30.0


class Dialect(NamedTuple):
    """How a shell is started and how it tells what is on its command line."""

    options: tuple[str, ...]
    """Keep it from reading files beside those of the home folder."""
    reads: str
    """The file in the home folder that it reads when it starts."""
    setup: str
    """Added to that file: sets the prompt, and binds the keys that write to ``$TOLD``."""


DIALECTS = {
    "bash": Dialect(
        (),
        ".bashrc",
        r"""
        PS1='READY> '
        bind 'set enable-bracketed-paste off'
        bind -x '"\C-x\C-p": printf "%s\n" "$READLINE_LINE" >"$TOLD"'
        bind '"\C-x\C-i": insert-completions'
        bind '"\C-x\C-a": "\C-x\C-i\C-x\C-p"'
        """,
    ),
    "zsh": Dialect(
        ("--no-global-rcs",),
        ".zshrc",
        r"""
        PS1='READY> '
        tell() { print -r -- "$BUFFER" >"$TOLD" }
        insert_all() { _main_complete; compstate[insert]=all; compstate[list]= }
        zle -N tell
        zle -C insert_all complete-word insert_all
        bindkey '^X^P' tell '^X^I' insert_all
        bindkey -s '^X^A' '^X^I^X^P'
        """,
    ),
    "fish": Dialect(
        (),
        ".config/fish/config.fish",
        r"""
        function fish_prompt; echo -n 'READY> '; end
        set -g fish_greeting
        function tell_all
            set -l line (commandline --current-buffer)
            set -l all (complete --do-complete $line | string replace --regex '\t.*' '')
            set -l before (string replace --regex '\S*$' '' -- $line)
            echo $before(string escape -- $all | string join ' ') >$TOLD
        end
        bind \cx\cp 'commandline --current-buffer >$TOLD'
        bind \cx\ca tell_all
        """,
    ),
}
"""Every shell that has a completion script."""


def prepare(home: Path, shell: str, lines: str = "") -> None:
    """Let `shell` read `lines` when it starts, and what else the tests need."""
    dialect = DIALECTS[shell]
    file = home / dialect.reads
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as setup:
        setup.write(f"{dialect.setup}\n{lines}\n")


class InteractiveShell:
    """A shell at a terminal of its own, in the home and working folder of `home`."""

    def __init__(self, shell: str, home: Path, **environ: str) -> None:
        """Start `shell` with the program on its PATH, and `environ` in its environment.

        Raises:
            MissingProgramError: it is not installed.
        """
        path = find(shell, shell)
        self.home = home
        self.screen = Screen(200, 50)
        told = home / "told"
        os.mkfifo(told)
        self._told = os.open(told, os.O_RDWR)  # its own writer: it never ends between two answers
        self._master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (50, 200))
        own = {
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "TOLD": str(told),
        }
        self._process = subprocess.Popen(
            ["setsid", "--ctty", path, *DIALECTS[shell].options, "-i"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=home,
            env=own | environ,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        self._watch(lambda: _PROMPT in self.shown)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._master)
        os.close(self._told)

    @property
    def shown(self) -> str:
        """Everything on the screen and above it."""
        return "\n".join(self.screen.rows())

    def completed(self, line: str) -> str:
        """Return what becomes of `line` when TAB is typed at its end."""
        return self._ask(line.encode() + _TAB + _TELL)

    def offered(self, line: str) -> list[str]:
        """Return the words that completion offers at the end of `line`, without quotes."""
        told = self._ask(line.encode() + _TELL_ALL)
        typed = line.rpartition(" ")[0] + " "
        assert told.startswith(typed), told
        return shlex.split(told.removeprefix(typed))

    def list_after(self, line: str, awaited: str) -> None:
        """Type `line` and TAB twice, and wait until `awaited` is on the screen."""
        os.write(self._master, line.encode() + _TAB + _TAB)
        self._watch(lambda: awaited in self.shown)
        os.write(self._master, _CLEAR)

    def run(self, command: str, awaited: str) -> None:
        """Run `command` and wait until `awaited` is on the screen."""
        os.write(self._master, command.encode() + b"\r")
        self._watch(lambda: awaited in self.shown)

    def _ask(self, keys: bytes) -> str:
        os.write(self._master, keys)
        told = b""

        def is_told() -> bool:
            nonlocal told
            if select.select([self._told], [], [], 0)[0]:
                told += os.read(self._told, 65536)
            return told.endswith(b"\n")

        self._watch(is_told)
        os.write(self._master, _CLEAR)
        return told.decode().removesuffix("\n")

    def _watch(self, is_done: Callable[[], bool]) -> None:
        """Take in what the shell writes until `is_done`."""
        ends = time.monotonic() + _TIMEOUT_S
        while not is_done():
            left = ends - time.monotonic()
            assert left > 0, f"waited in vain:\n{self.shown}"
            readable, _, _ = select.select([self._master, self._told], [], [], left)
            if self._master in readable:
                data = os.read(self._master, 65536)
                self.screen.write(data)
                if _WHICH_TERMINAL in data:
                    os.write(self._master, _A_VT220)
