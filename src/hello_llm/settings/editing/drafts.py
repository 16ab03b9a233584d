"""A private copy of the configuration file for an editor; it replaces the file once valid."""

import shutil
import tempfile
from pathlib import Path
from typing import Self

from hello_llm.contract import UsageError
from hello_llm.settings.atomic import find_target, write_atomically
from hello_llm.settings.checking import check_config
from hello_llm.settings.example import example_text
from hello_llm.settings.reading import read_bytes
from hello_llm.text import phrases
from hello_llm.toml_file.problems import Problem


class Draft:
    """A copy of the file in a folder of its own, which only its owner can read.

    The folder is deleted at the end of the ``with`` block, unless it contains unsaved changes.
    """

    def __init__(self, path: Path) -> None:
        """Copy the file at `path`; if there is none, start from the example configuration.

        Raises:
            UsageError: the file cannot be read.
            OutputError: the file cannot be replaced, or the copy not be written.
        """
        find_target(path)
        self._path = path
        self._before = read_bytes(path)
        self._start = example_text().encode() if self._before is None else self._before
        self._saved = False
        self.file = Path(tempfile.mkdtemp(prefix="hello-llm-"), "config.toml")
        """The copy."""
        write_atomically(self.file, self._start)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.is_unsaved:
            shutil.rmtree(self.file.parent, ignore_errors=True)

    @property
    def is_unsaved(self) -> bool:
        """Whether there are changes that have not been saved, even if they cannot be read."""
        try:
            return not self._saved and self._content() != self._start
        except UsageError:
            return True

    def problems(self) -> tuple[Problem, ...]:
        """Return every problem in the copy, from top to bottom.

        Raises:
            UsageError: the copy cannot be read.
        """
        return check_config(self._path, self._content())[1]

    def save(self) -> None:
        """Replace the file by the copy.

        Raises:
            UsageError: the file was changed in the meantime.
            OutputError: the file cannot be written.
        """
        if read_bytes(self._path) != self._before:
            raise UsageError(f"{phrases.printable(str(self._path))} was changed in the meantime")
        write_atomically(self._path, self._content())
        self._saved = True

    def _content(self) -> bytes:
        """Return what is in the copy; an editor that deletes it changes nothing."""
        content = read_bytes(self.file)
        return self._start if content is None else content
