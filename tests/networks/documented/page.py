"""A reader who tries each of the examples in ``docs/networks.md``."""

import sys
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.documented.blocks import Block, Command, commands, pattern
from tests.documented.shell import shell
from tests.networks.running import Ended

_HOME_ON_THE_PAGE = "/home/me"


@dataclass(slots=True)
class Reader:
    """Does what a page says, in a home folder of its own."""

    home: Path
    """The home folder and working folder."""
    runtime: Path
    """The runtime folder, in which a warm process is met."""
    authority: Path
    """A file of certificates that a configuration trusts if it names none itself."""
    environ: Mapping[str, str]
    """The variables that are set besides PATH, HOME, LANG and the runtime folder."""
    typed: dict[str, str] = field(default_factory=dict)
    """What is typed into a program, by its name."""
    runs: list[Ended] = field(default_factory=list)
    """What came of each command so far."""

    @property
    def folder(self) -> Path:
        """The folder of the configuration file."""
        return self.home / ".config" / "hello-llm"

    def follow(self, blocks: list[Block]) -> None:
        """Write each configuration, run each command, and compare what it shows with the page."""
        shown = ""
        for block in blocks:
            match block.language:
                case "toml":
                    self._configure(block.text)
                case "sh":
                    shown = "".join(map(self._run, commands(block)))
                case "text":
                    expected = block.text.replace(_HOME_ON_THE_PAGE, str(self.home))
                    assert pattern(expected).fullmatch(shown), f"{expected}is not\n{shown}"
                case _:
                    raise AssertionError(f"nobody can try a block of {block.language!r}")

    def shell(self, command: str) -> Ended:
        """Run `command` in a shell without a terminal."""
        started = time.monotonic()
        ended = shell(
            command,
            home=self.home,
            folder=self.home,
            first=Path(sys.executable).parent,
            environ={"XDG_RUNTIME_DIR": str(self.runtime)} | dict(self.environ),
            typed=self.typed.get(command.split(maxsplit=1)[0]),
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr, time.monotonic() - started)

    def _configure(self, text: str) -> None:
        version = tomllib.loads(text).get("version")
        assert version == 1, f"the version is {version}"
        if "ca_file" not in text:
            text = text.replace("[defaults]\n", f'[defaults]\nca_file = "{self.authority}"\n')
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config.toml").write_text(text, encoding="utf-8")

    def _run(self, command: Command) -> str:
        """Run `command`, which has to exit as the page says; returns its output."""
        ended = self.shell(command.text)
        self.runs.append(ended)
        reason = f"{command.text}\nexited with {ended.code}:\n{ended.stderr}"
        assert ended.code == command.exit_code, reason
        return ended.stdout + ended.stderr
