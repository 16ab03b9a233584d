"""The origin of the value of a setting."""

from dataclasses import dataclass
from pathlib import Path

from hello_llm.text.phrases import printable


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from; ``str()`` gives the words to show."""

    words: str
    """``flag --model``, ``profile ci``, ``[defaults]``, ``[local.models]`` or ``built-in``."""
    file: Path | None = None
    """The file that contains it, if it came from one."""
    line: int | None = None
    """The line in that file, from 1, if known."""

    @property
    def in_its_file(self) -> str:
        """The words and the line, for use where the file is already named."""
        return self.words if self.line is None else f"{self.words}, line {self.line}"

    def __str__(self) -> str:
        """Return the words, with the file and line if there are any."""
        if self.file is None:
            return self.words
        line = "" if self.line is None else f":{self.line}"
        return f"{self.words} ({printable(str(self.file))}{line})"


BUILT_IN = Origin("built-in")
TERMINAL = Origin("implied by the terminal")
"""The origin of streaming that nobody requested: a server may decline it."""
