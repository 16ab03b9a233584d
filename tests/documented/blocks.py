"""The examples on a page of the documentation: its blocks of code, tables and commands."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_FENCE = "```"
_ELLIPSIS = "…"
_SKIPPED = f"{_ELLIPSIS}\n"
_ANY_LINES = r"(?:.*\n)*"
_CELL_END = re.compile(r"(?<!\\)\|")
_SECOND = 2
"""Where the second cell of a row is, which begins with a bar."""
_CODE = re.compile(r"`([^`]+)`")
_EXIT = re.compile(r"\s+# exits with (\d+)")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of code."""

    language: str
    """What follows the opening fence, such as ``sh``."""
    text: str
    """Its lines."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a page, and what the page says about it."""

    text: str
    """The command as it is typed, with its comment."""
    output: str | None = None
    """The output that the page shows; ``None`` if it shows none."""

    @property
    def exit_code(self) -> int:
        """What it exits with: 0, or what its comment says."""
        promised = _EXIT.search(self.text)
        return 0 if promised is None else int(promised[1])


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


def commands_in_tables(page: str) -> Iterator[Command]:
    """Yield the commands in the second column of each table."""
    for line in page.splitlines():
        cells = _CELL_END.split(line)
        if line.startswith("|") and len(cells) > _SECOND:
            for command in _CODE.findall(cells[_SECOND]):
                yield Command(command.replace("\\|", "|"))


def commands(block: Block) -> Iterator[Command]:
    """Yield the commands of a block of ``sh``, or of ``console`` with the output of each."""
    if block.language == "sh":
        yield from map(Command, _complete(block.text))
        return
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command = next(_complete(part))
        yield Command(command, part.removeprefix(f"{command}\n"))


def _complete(text: str) -> Iterator[str]:
    """Yield the commands in `text`; the shell says where each of several lines is complete."""
    typed = ""
    for line in text.splitlines():
        typed = f"{typed}\n{line}" if typed else line
        if not typed.strip() or typed.startswith("#"):
            typed = ""
        elif not typed.endswith("\\") and _is_complete(typed):
            yield typed
            typed = ""
    assert not typed, f"no shell would run this: {typed}"


def _is_complete(command: str) -> bool:
    ended = subprocess.run(["sh", "-nc", command], stderr=subprocess.DEVNULL, check=False)
    return ended.returncode == 0


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
