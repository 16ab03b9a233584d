"""The text of a configuration file, and its replacement by another text once that is verified."""

import codecs
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from hello_llm.contract import UsageError
from hello_llm.settings.atomic import write_atomically
from hello_llm.settings.checking import check_config
from hello_llm.text import phrases
from hello_llm.toml_file.document import Document, parse
from hello_llm.toml_file.problems import to_error


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a configuration file before a change."""

    path: Path
    """The path of the file."""
    content: bytes
    """What is in the file, or what it starts from."""
    is_new: bool
    """Whether there is no file yet."""
    document: Document
    """The parsed content."""

    @classmethod
    def of(cls, path: Path, content: bytes, *, is_new: bool = False) -> Self:
        """Parse `content`, which need not be a valid configuration.

        Raises:
            UsageError: it is not valid TOML.
        """
        document = parse(content)
        if document.problem is not None:
            raise to_error(path, [document.problem])
        return cls(path, content, is_new, document)

    @property
    def text(self) -> str:
        """The content as text, without a byte order mark."""
        return self.content.decode("utf-8-sig")

    @property
    def data(self) -> Mapping[str, Any]:
        """The tables in the content."""
        return self.document.data

    @property
    def line_end(self) -> str:
        r"""The line end of the text: ``\r\n`` if it has any."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def replace(
        self, candidates: Iterable[str], wanted: Collection[Mapping[str, Any]], by_hand: str
    ) -> None:
        """Write the first of the `candidates` that holds exactly the `wanted` data.

        Args:
            candidates: new texts; the layout of the file decides which one is right.
            wanted: the data that the file should hold; any of several.
            by_hand: the hint if no candidate does.

        Raises:
            UsageError: no candidate does, or the file would not be valid.
            OutputError: the file cannot be written.
        """
        content = self._first(candidates, wanted)
        # Line numbers in a text that is never written would only mislead.
        before = () if self.is_new else check_config(self.path, self.content)[1]
        if content is None:
            raise to_error(self.path, before) if before else self._unknown_layout(by_hand)
        if problems := check_config(self.path, content)[1]:
            after = [replace(problem, position=None) for problem in problems]
            raise to_error(self.path, before or after)
        write_atomically(self.path, content)

    def _unknown_layout(self, by_hand: str) -> UsageError:
        shown = phrases.printable(str(self.path))
        return UsageError(f"cannot change {shown} and keep its layout", hint=by_hand)

    def _first(
        self, candidates: Iterable[str], wanted: Collection[Mapping[str, Any]]
    ) -> bytes | None:
        for candidate in candidates:
            content = candidate.encode()
            if parse(content).data in wanted:
                has_mark = self.content.startswith(codecs.BOM_UTF8)
                return codecs.BOM_UTF8 + content if has_mark else content
        return None
