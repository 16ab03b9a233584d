"""A reader who does what a page says, in an empty home folder and a clone of the project."""

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.documented.blocks import Block, Command, commands, pattern
from tests.documented.data_blocks import check_json, check_toml, workflow_commands
from tests.documented.shell import shell

_HOME_ON_THE_PAGE = "/home/me"
_BASH = ("bash", "-o", "pipefail", "-c")
_LASTING = re.compile(r"(export|cd|source|\.) |\w+=(\$\(.*\)|\"[^\"]*\"|\S*)(\s*#.*)?$")
_COMMENT = re.compile(r"\s+#.*")
_FILE = re.compile(r"# ([\w-]+\.toml)\b")
_ELLIPSIS = "…"
_PLACEHOLDER = "words-of-the-reader"


@dataclass(slots=True)
class Reader:
    """Follows pages from the top to the bottom."""

    home: Path
    """The home folder."""
    clone: Path
    """The working folder."""
    environ: Mapping[str, str]
    """The variables that are set besides PATH, HOME and LANG."""
    not_run: frozenset[str] = frozenset()
    """Commands to leave out, without their comments."""
    installed: bool = True
    """Whether the program is on the PATH from the start."""
    skipped: list[str] = field(default_factory=list)
    """The commands that were left out."""
    _lasting: list[str] = field(default_factory=list)
    """Earlier commands that change the shell, such as ``export``."""

    def follow(self, blocks: list[Block]) -> None:
        """Do what each block says, and compare what the program shows with the page."""
        shown: str | None = None
        for block in blocks:
            match block.language:
                case "sh":
                    shown = "".join(map(self.run, commands(block)))
                case "python":
                    (self.clone / "example.py").write_text(block.text, encoding="utf-8")
                    shown = self.run(Command(f"{sys.executable} example.py"))
                case "text":
                    if shown is not None:
                        self._compare(block.text, shown)
                    shown = None
                case _:
                    shown = None
                    self._take(block)

    def run(self, command: Command) -> str:
        """Run `command`, which has to exit as the page says; returns its output."""
        bare = _COMMENT.sub("", command.text)
        if bare in self.not_run:
            self.skipped.append(bare)
            return ""
        typed = command.text.replace(_ELLIPSIS, _PLACEHOLDER)
        ended = self._shell("\n".join([*self._lasting, typed]))
        if _LASTING.match(typed):
            self._lasting.append(typed)
        reason = f"{command.text}\nexited with {ended.returncode}:\n{ended.stdout}"
        assert ended.returncode == command.exit_code, reason
        if command.output is not None:
            self._compare(command.output, ended.stdout)
        return ended.stdout

    def _shell(self, line: str) -> subprocess.CompletedProcess[str]:
        return shell(
            line,
            home=self.home,
            folder=self.clone,
            first=Path(sys.executable).parent if self.installed else None,
            environ=self.environ,
            interpreter=_BASH,
            stderr=subprocess.STDOUT,
        )

    def _compare(self, expected: str, shown: str) -> None:
        expected = expected.replace(_HOME_ON_THE_PAGE, str(self.home))
        assert pattern(expected).fullmatch(shown), f"{expected}is not\n{shown}"

    def _take(self, block: Block) -> None:
        """Try a block that is neither a command nor the output of one."""
        match block.language:
            case "console":
                for command in commands(block):
                    self.run(command)
            case "toml":
                self._save(block.text)
                check_toml(block.text, self.clone)
            case "json":
                check_json(block.text)
            case "yaml":
                for line in workflow_commands(block.text):
                    self.run(Command(line))
            case language:
                assert language.startswith("{"), f"nobody can try a block of {language!r}"

    def _save(self, text: str) -> None:
        """Write a file of TOML that names itself in its first line."""
        if named := _FILE.match(text):
            config = self.home / ".config" / "hello-llm"
            folder = config if named[1] == "config.toml" else self.clone
            folder.mkdir(parents=True, exist_ok=True)
            (folder / named[1]).write_text(text, encoding="utf-8")
