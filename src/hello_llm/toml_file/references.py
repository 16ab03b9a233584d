"""The kinds of values that refer to something elsewhere: a file, a variable, an address."""

import os
from pathlib import Path
from typing import Literal

from hello_llm.files.reading import STANDARD_INPUT
from hello_llm.secrets.names import looks_random, names_a_secret
from hello_llm.secrets.shapes import looks_like_secret
from hello_llm.toml_file.kinds import SECRET_HINT, Name, Textual, UnfitError, text_of


class FilePath(Name):
    """A path; a relative one is resolved against the folder of the file that contains it."""

    def check(self, given: object) -> str:
        """Return the path as written."""
        text = super().check(given)
        if "\0" in text:
            raise UnfitError(f"must be {self.allowed}, and contains a NUL character")
        try:
            Path(text).expanduser()
        except RuntimeError:
            raise UnfitError("begins with ~, but there is no such home folder") from None
        return text

    def read(self, text: str) -> object:
        """Make the path absolute, since the file may be far from the working folder."""
        as_typed = text in {"", STANDARD_INPUT} or text.startswith("~")
        return text if as_typed else os.path.abspath(text)  # noqa: PTH100 - resolve() would follow links


class VariableName(Textual):
    """The name of an environment variable; a bad value is never shown, as it may be the key."""

    allowed = "the name of an environment variable"

    def check(self, given: object) -> str:
        """Return the name."""
        text = text_of(given, self)
        if looks_like_secret(text) or looks_random(text):
            raise UnfitError(f"must be {self.allowed}, not the key itself", SECRET_HINT)
        if not (text.isascii() and text.isidentifier()):
            raise UnfitError(f"must be {self.allowed}, such as OPENAI_API_KEY")
        return text


class Url(Textual):
    """The address of a server; a bad value is never shown, as it may contain a password."""

    def __init__(self, example: str) -> None:
        """Use `example` in the error for a value that is not an address."""
        self.allowed = f"an address such as {example}"

    def check(self, given: object) -> str:
        """Return the address."""
        from hello_llm.contract.address import HTTP_SCHEMES

        return self._checked(given, HTTP_SCHEMES)

    def _checked(self, given: object, schemes: tuple[str, ...]) -> str:
        from urllib.parse import parse_qsl, urlsplit

        from hello_llm.contract.address import find_fault

        text = text_of(given, self)
        fault = find_fault(text, schemes)
        if fault is not None:
            raise UnfitError(f"must be {self.allowed}, but {fault}")
        parts = urlsplit(text)
        query = parse_qsl(parts.query)
        if "@" in parts.netloc or looks_like_secret(text) or any(_is_secret(*q) for q in query):
            raise UnfitError("must not contain a user name, password or key", SECRET_HINT)
        return text


class ProxyUrl(Url):
    """The address of a proxy, or ``false`` for none, which overrides one set elsewhere."""

    def __init__(self, example: str) -> None:
        """Use `example` in the error for a value that is not an address."""
        super().__init__(example)
        self.allowed += " or false"

    def check(self, given: object) -> str | Literal[False]:  # type: ignore[override]
        """Return the address or ``False``."""
        from hello_llm.contract.address import PROXY_SCHEMES

        return False if given is False else self._checked(given, PROXY_SCHEMES)

    def read(self, text: str) -> object:
        """Parse ``false``."""
        return False if text == "false" else text


def _is_secret(name: str, value: str) -> bool:
    return names_a_secret(name) or name.lower() in {"key", "sig"} or looks_random(value)
