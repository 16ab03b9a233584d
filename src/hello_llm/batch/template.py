"""A prompt with places for the values of a row: ``Translate: {{text}}``."""

import json
import re
from collections.abc import Mapping

from hello_llm.contract import UsageError

_PLACE = re.compile(r"\{\{([^{}]+)\}\}")


class MissingValueError(Exception):
    """A row has no value for a place of the template; the text says which."""


class Template:
    """A prompt in which ``{{name}}`` stands for a value of each row."""

    def __init__(self, text: str) -> None:
        """Read the template.

        Raises:
            UsageError: it has no place for a value.
        """
        self.text = text
        if not _PLACE.search(text):
            raise UsageError(
                "the prompt has no place for the values of a row, so all rows would get the same",
                'write the name of a value in braces: --prompt "Translate: {{text}}"',
            )

    def fill(self, values: Mapping[str, object]) -> str:
        """Return the prompt with the values of a row; a value that is not text is written as JSON.

        Raises:
            MissingValueError: a value is missing.
        """
        return _PLACE.sub(lambda place: _text(place[1].strip(), values), self.text)


def _text(name: str, values: Mapping[str, object]) -> str:
    value = values.get(name)
    if value is None:
        known = ", ".join(sorted(values)) or "nothing"
        raise MissingValueError(f'it has no value for "{name}"; it has {known}')
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
