"""Installs the completion script of a shell where that shell finds it."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from hello_llm.cli.completion_scripts import Shell
from hello_llm.contract import OutputError, UsageError
from hello_llm.settings.atomic import replacing_in_kind
from hello_llm.settings.paths import chosen_config_file
from hello_llm.text.phrases import printable


class Installation(NamedTuple):
    """Where a script is installed."""

    script: Path
    """The file that holds it."""
    reader: Path | None = None
    """The file of the user's that the shell reads when it starts, if that must name the script."""

    @property
    def line(self) -> str:
        """The line for that file."""
        return f"source {shlex.quote(str(self.script))}"


def script_of(shell: Shell) -> str:
    """Return the completion script of `shell`."""
    return Path(__file__).with_name(f"hello-llm.{shell}").read_text(encoding="utf-8")


def install(shell: Shell, environ: Mapping[str, str]) -> str:
    """Install the script of `shell`, and return what was done and how to undo it.

    Args:
        shell: the shell.
        environ: where the shell's own variables for the places of its files are looked up.

    Raises:
        UsageError: there is no home folder.
        OutputError: a file cannot be written.
    """
    place = _place(shell, environ)
    _write(place.script, script_of(shell), shell)
    undo = f"to remove it: rm {shlex.quote(str(place.script))}"
    done = f"wrote {place.script}"
    if place.reader is not None:
        _add_line(place.reader, place.line, shell)
        done += f"\n{place.reader} reads it: {place.line}"
        undo += f", and delete that line from {place.reader}"
    return f"{done}\nopen a new {shell} to use it\n{undo}"


def _place(shell: Shell, environ: Mapping[str, str]) -> Installation:
    try:
        home = Path.home()
    except RuntimeError:
        raise UsageError("there is no home folder to install completion in", _hint(shell)) from None
    ours = chosen_config_file(None).parent
    match shell:
        case "bash":
            return Installation(ours / "completion.bash", home / ".bashrc")
        case "zsh":
            folder = environ.get("ZDOTDIR") or home
            return Installation(ours / "completion.zsh", Path(folder, ".zshrc"))
        case "fish":
            folder = environ.get("XDG_CONFIG_HOME") or home / ".config"
            return Installation(Path(folder, "fish", "completions", "hello-llm.fish"))


def _add_line(path: Path, line: str, shell: Shell) -> None:
    text = path.read_bytes().decode(errors="surrogateescape") if path.exists() else ""
    if line in text.splitlines():
        return
    gap = "" if text.endswith("\n") or not text else "\n"
    _write(path, f"{text}{gap}{line}\n", shell)


def _write(path: Path, text: str, shell: Shell) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing_in_kind(path) as file:
            file.write(text.encode(errors="surrogateescape"))
    except OSError as error:
        message = f"cannot write {printable(str(path))}: {error.strerror}"
        raise OutputError(message, _hint(shell)) from error


def _hint(shell: Shell) -> str:
    return f"hello-llm --show-completion {shell} prints the script; source it from another file"
