"""The examples on a page of the documentation, and a reader who tries each of them."""

import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.networks.running import Ended

_PATIENCE_S = 60.0
_FENCE = "```"
_ELLIPSIS = "…"
_SKIPPED = f"{_ELLIPSIS}\n"
_ANY_LINES = r"(?:.*\n)*"
_EXIT = re.compile(r"\s+# exits with (\d+)$")
_HOME_ON_THE_PAGE = "/home/me"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of code."""

    language: str
    """What follows the opening fence, such as ``sh``."""
    text: str
    """Its lines."""


def sections(page: str) -> dict[str, list[Block]]:
    """Return the blocks below each heading, in order; headings without blocks are left out."""
    found: dict[str, list[Block]] = {}
    heading, language, lines = "", None, list[str]()
    for line in page.splitlines():
        if language is None and line.startswith("#"):
            heading = line.lstrip("# ")
        elif language is None and line.startswith(_FENCE):
            language, lines = line.removeprefix(_FENCE), []
        elif line == _FENCE:
            text = "".join(f"{one}\n" for one in lines)
            found.setdefault(heading, []).append(Block(language or "", text))
            language = None
        else:
            lines.append(line)
    assert language is None, f"a block of {language} has no end"
    return found


def table(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the table below `heading`, row by row and without its head."""
    below = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in below.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def pattern(text: str, placeholders: Mapping[str, str] = {}) -> re.Pattern[str]:
    """Return the pattern of what a program writes where the page shows `text`.

    An ellipsis stands for the rest of a line, or, alone on a line, for any number of lines. Times
    differ.

    Args:
        text: one line or several.
        placeholders: words of `text`, each with the pattern that it stands for.
    """
    lines = text.splitlines(keepends=True)
    return re.compile(
        "".join(_ANY_LINES if one == _SKIPPED else _line(one, placeholders) for one in lines)
    )


def _line(shown: str, placeholders: Mapping[str, str]) -> str:
    made = re.escape(shown).replace(_ELLIPSIS, ".*")
    made = re.sub(r"\d+\\ (m?s)\b", r"[\\d.]+ \1", made)
    for word, meant in placeholders.items():
        made = made.replace(word, meant)
    return made


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
                    shown = "".join(map(self._run, block.text.splitlines()))
                case "text":
                    expected = block.text.replace(_HOME_ON_THE_PAGE, str(self.home))
                    assert pattern(expected).fullmatch(shown), f"{expected}is not\n{shown}"
                case _:
                    raise AssertionError(f"nobody can try a block of {block.language!r}")

    def shell(self, command: str) -> Ended:
        """Run `command` in a shell without a terminal."""
        sbin = ["/usr/local/sbin", "/usr/sbin", "/sbin"]
        path = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath), *sbin]
        bare = {
            "PATH": os.pathsep.join(path),
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(self.runtime),
        }
        typed = self.typed.get(command.split(maxsplit=1)[0])
        started = time.monotonic()
        ended = subprocess.run(
            ["sh", "-c", command],
            cwd=self.home,
            env=bare | dict(self.environ),
            input=typed,
            stdin=subprocess.DEVNULL if typed is None else None,
            capture_output=True,
            encoding="utf-8",
            timeout=_PATIENCE_S,
            start_new_session=True,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr, time.monotonic() - started)

    def _configure(self, text: str) -> None:
        version = tomllib.loads(text).get("version")
        assert version == 1, f"the version is {version}"
        if "ca_file" not in text:
            text = text.replace("[defaults]\n", f'[defaults]\nca_file = "{self.authority}"\n')
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config.toml").write_text(text, encoding="utf-8")

    def _run(self, line: str) -> str:
        """Run the command on `line`, which has to exit as its comment says; returns its output."""
        promised = _EXIT.search(line)
        ended = self.shell(line)
        self.runs.append(ended)
        expected = 0 if promised is None else int(promised[1])
        assert ended.code == expected, f"{line}\nexited with {ended.code}:\n{ended.stderr}"
        return ended.stdout + ended.stderr
