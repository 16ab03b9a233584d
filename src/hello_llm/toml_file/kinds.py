"""The kinds of values in files and flags: what they allow, and how they parse typed text."""

import os
from pathlib import Path
from typing import Protocol

from hello_llm.secrets.names import looks_random, names_a_secret
from hello_llm.secrets.shapes import looks_like_secret
from hello_llm.text import phrases

SECRET_REASON = "must not contain a secret, but its value looks like one"  # noqa: S105 - holds none
SECRET_HINT = (
    "keep the secret in an environment variable and name the variable: "  # noqa: S105 - holds none
    'api_key_env = "OPENAI_API_KEY"'
)


class UnfitError(ValueError):
    """A value is not allowed; `reason` is meant to follow the name of the setting."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        """Store the `reason` ("must be …, not …") and an optional `hint`."""
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class Kind(Protocol):
    """One kind of value.

    The kinds are plain classes: every run creates them, and data classes are slow to create.
    """

    @property
    def allowed(self) -> str:
        """A description of the allowed values, to follow "must be"."""
        ...

    def check(self, given: object) -> object:
        """Return the value as the program uses it, or raise :class:`UnfitError`."""
        ...

    def read(self, text: str) -> object:
        """Convert `text` that a user typed, without checking the value."""
        ...


class _Textual:
    """Takes typed text as it is."""

    def read(self, text: str) -> object:
        return text


class Prose(_Textual):
    """Any text, even an empty one."""

    allowed = "text"

    def check(self, given: object) -> str:
        """Return the text."""
        return _text(given, self)


class Text(_Textual):
    """A text that is not blank."""

    def __init__(self, allowed: str = "text that is not blank") -> None:
        """Describe the text in `allowed`."""
        self.allowed = allowed

    def check(self, given: object) -> str:
        """Return the text."""
        text = _text(given, self)
        if not text.strip():
            raise _unfit(self, given)
        return text


class Name(Text):
    """A text that is neither blank nor a secret."""

    def check(self, given: object) -> str:
        """Return the text."""
        text = super().check(given)
        if looks_like_secret(text):
            raise UnfitError(SECRET_REASON, SECRET_HINT)
        return text


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
        return os.path.abspath(text) if text and not text.startswith("~") else text  # noqa: PTH100 - resolve() would follow links


class VariableName(_Textual):
    """The name of an environment variable; a bad value is never shown, as it may be the key."""

    allowed = "the name of an environment variable"

    def check(self, given: object) -> str:
        """Return the name."""
        text = _text(given, self)
        if looks_like_secret(text) or looks_random(text):
            raise UnfitError(f"must be {self.allowed}, not the key itself", SECRET_HINT)
        if not (text.isascii() and text.isidentifier()):
            raise UnfitError(f"must be {self.allowed}, such as OPENAI_API_KEY")
        return text


class Url(_Textual):
    """The address of a server; a bad value is never shown, as it may contain a password."""

    def __init__(self, example: str) -> None:
        """Use `example` in the error for a value that is not an address."""
        self.allowed = f"an address such as {example}"

    def check(self, given: object) -> str:
        """Return the address."""
        from urllib.parse import parse_qsl, urlsplit

        text = _text(given, self)
        try:
            parts = urlsplit(text)
            _ = parts.port
        except ValueError:
            raise UnfitError(f"must be {self.allowed}") from None
        query = parse_qsl(parts.query)
        if "@" in parts.netloc or looks_like_secret(text) or any(_is_secret(*q) for q in query):
            raise UnfitError("must not contain a user name, password or key", SECRET_HINT)
        blank = any(c.isspace() or not c.isprintable() for c in text)
        if parts.scheme not in {"http", "https"} or not parts.hostname or blank:
            raise UnfitError(f"must be {self.allowed}", _scheme_hint(text))
        return text


class Choice(_Textual):
    """One of a few words."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        """Allow `choices` only."""
        self.choices = choices
        self.allowed = phrases.listed(choices, "or")

    def check(self, given: object) -> str:
        """Return the word."""
        if isinstance(given, str) and given in self.choices:
            return given
        near = phrases.did_you_mean(given, self.choices) if isinstance(given, str) else None
        raise _unfit(self, given, near)


class Boolean:
    """True or false."""

    allowed = "true or false"

    def check(self, given: object) -> bool:
        """Return the boolean."""
        if isinstance(given, bool):
            return given
        raise _unfit(self, given)

    def read(self, text: str) -> object:
        """Parse ``true`` and ``false``."""
        return {"true": True, "false": False}.get(text, text)


class Number:
    """A number within inclusive bounds; whole numbers are accepted too."""

    def __init__(self, low: float, high: float, unit: str = "") -> None:
        """Allow numbers from `low` to `high`; `unit` follows "a number" in messages."""
        self.low, self.high = low, high
        self.allowed = f"a number{unit} from {low:.7g} to {high:.7g}"

    def check(self, given: object) -> float:
        """Return the number as a float."""
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise _unfit(self, given)
        if self.low <= given <= self.high:
            return float(given)
        raise _unfit(self, given)

    def read(self, text: str) -> object:
        """Parse a decimal number."""
        try:
            return float(text)
        except ValueError:
            return text


class Integer:
    """A whole number within inclusive bounds."""

    def __init__(self, low: int, high: int) -> None:
        """Allow whole numbers from `low` to `high`."""
        self.low, self.high = low, high
        self.allowed = f"a whole number from {low} to {high}"
        if low == -high - 1:
            self.allowed = f"a whole number of {high.bit_length() + 1} bits"

    def check(self, given: object) -> int:
        """Return the number."""
        if isinstance(given, bool) or not isinstance(given, int):
            raise _unfit(self, given)
        if self.low <= given <= self.high:
            return given
        raise _unfit(self, given)

    def read(self, text: str) -> object:
        """Parse a whole number."""
        try:
            return int(text)
        except ValueError:
            return text


class TextList:
    """A list of non-empty texts."""

    def __init__(self, allowed: str) -> None:
        """Describe the list in `allowed`."""
        self.allowed = allowed

    def check(self, given: object) -> tuple[str, ...]:
        """Return the texts."""
        if not isinstance(given, list | tuple):
            raise _unfit(self, given)
        return tuple(self._item(item) for item in given)

    def read(self, text: str) -> object:
        """Parse a TOML list; a text without a bracket at its start becomes a list of one."""
        import tomllib

        if not text.startswith("["):
            return [text]
        try:
            return tomllib.loads(f"list = {text}")["list"]
        except (ValueError, RecursionError):
            return text

    def _item(self, item: object) -> str:
        if not isinstance(item, str):
            raise UnfitError(f"must be {self.allowed}, but contains {phrases.value(item)}")
        if not item:
            raise UnfitError(f"must be {self.allowed}, but contains an empty text")
        return _text(item, self)


class NameList(TextList):
    """A list of names, none of them blank or a secret."""

    def _item(self, item: object) -> str:
        text = super()._item(item)
        if not text.strip():
            raise UnfitError(f"must be {self.allowed}, but contains {phrases.value(item)}")
        if looks_like_secret(text):
            raise UnfitError(SECRET_REASON, SECRET_HINT)
        return text


def _text(given: object, kind: Kind) -> str:
    if not isinstance(given, str):
        raise _unfit(kind, given)
    try:
        given.encode()
    except UnicodeEncodeError:
        raise UnfitError("must be valid UTF-8") from None
    return given


def _unfit(kind: Kind, given: object, hint: str | None = None) -> UnfitError:
    return UnfitError(f"must be {kind.allowed}, not {phrases.value(given)}", hint)


def _is_secret(name: str, value: str) -> bool:
    return names_a_secret(name) or name.lower() in {"key", "sig"} or looks_random(value)


def _scheme_hint(text: str) -> str | None:
    return None if "://" in text else "the address begins with http:// or https://"
