"""The kinds of values in files and flags: what they allow, and how they parse typed text."""

from typing import Protocol

from hello_llm.secrets.shapes import looks_like_secret
from hello_llm.text import phrases

SECRET_REASON = "must not contain a secret, but its value looks like one"  # noqa: S105 - holds none
SECRET_HINT = (
    "keep the secret in an environment variable and name the variable: "  # noqa: S105 - holds none
    'api_key_env = "OPENAI_API_KEY"'
)


_SECONDS_OF = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


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


class Textual:
    """Takes typed text as it is."""

    def read(self, text: str) -> object:
        """Return the text."""
        return text


class Prose(Textual):
    """Any text, even an empty one."""

    allowed = "text"

    def check(self, given: object) -> str:
        """Return the text."""
        return text_of(given, self)


class Text(Textual):
    """A text that is not blank."""

    def __init__(self, allowed: str = "text that is not blank") -> None:
        """Describe the text in `allowed`."""
        self.allowed = allowed

    def check(self, given: object) -> str:
        """Return the text."""
        text = text_of(given, self)
        if not text.strip():
            raise unfit(self, given)
        return text


class Name(Text):
    """A text that is neither blank nor a secret."""

    def check(self, given: object) -> str:
        """Return the text."""
        text = super().check(given)
        if looks_like_secret(text):
            raise UnfitError(SECRET_REASON, SECRET_HINT)
        return text


class Choice(Textual):
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
        raise unfit(self, given, near)


class Boolean:
    """True or false."""

    allowed = "true or false"

    def check(self, given: object) -> bool:
        """Return the boolean."""
        if isinstance(given, bool):
            return given
        raise unfit(self, given)

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
            raise unfit(self, given)
        if self.low <= given <= self.high:
            return float(given)
        raise unfit(self, given)

    def read(self, text: str) -> object:
        """Parse a decimal number."""
        try:
            return float(text)
        except ValueError:
            return text


class Duration(Number):
    """A time: a number of seconds, or a number with its unit such as ``5m``."""

    def __init__(self, longest_s: float) -> None:
        """Allow times from 0 to `longest_s` seconds."""
        super().__init__(0, longest_s, unit=" of seconds")
        self.allowed += ", or a time such as 500ms, 90s, 5m or 1h"

    def check(self, given: object) -> float:
        """Return the time in seconds."""
        if not isinstance(given, str):
            return super().check(given)
        number, unit = given, ""
        for unit in ("ms", "s", "m", "h"):
            number, end, rest = given.rpartition(unit)
            if end and not rest and number.isascii() and number.replace(".", "", 1).isdecimal():
                break
        else:
            raise unfit(self, given)
        seconds = float(number) * _SECONDS_OF[unit]
        if seconds > self.high:
            raise unfit(self, given)
        return seconds


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
            raise unfit(self, given)
        if self.low <= given <= self.high:
            return given
        raise unfit(self, given)

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
            raise unfit(self, given)
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
        return text_of(item, self)


class ChoiceList(TextList):
    """A list of some of a few words."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        """Allow `choices` only."""
        super().__init__(f"a list of {phrases.listed(choices, 'or')}")
        self._choice = Choice(choices)

    def read(self, text: str) -> object:
        """Parse a TOML list, or words with commas between them."""
        return super().read(text) if text.startswith("[") else text.split(",")

    def _item(self, item: object) -> str:
        return self._choice.check(item)


class NameList(TextList):
    """A list of names, none of them blank or a secret."""

    def _item(self, item: object) -> str:
        text = super()._item(item)
        if not text.strip():
            raise UnfitError(f"must be {self.allowed}, but contains {phrases.value(item)}")
        if looks_like_secret(text):
            raise UnfitError(SECRET_REASON, SECRET_HINT)
        return text


def text_of(given: object, kind: Kind) -> str:
    """Return `given` if it is text.

    Raises:
        UnfitError: it is something else, or not valid UTF-8.
    """
    if not isinstance(given, str):
        raise unfit(kind, given)
    try:
        given.encode()
    except UnicodeEncodeError:
        raise UnfitError("must be valid UTF-8") from None
    return given


def unfit(kind: Kind, given: object, hint: str | None = None) -> UnfitError:
    """Return the error for a value that is not of `kind`."""
    return UnfitError(f"must be {kind.allowed}, not {phrases.value(given)}", hint)
