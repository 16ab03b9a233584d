"""Disarms text that a CI system would execute as a command if it appeared in a log.

GitHub's runner executes ``::command::`` at the start of a line, even after white space, and
``##[command]`` anywhere in a line; Azure Pipelines ``##vso[…]`` and TeamCity ``##teamcity[…]``.
"""

import re

# The runner splits lines as .NET does: at a newline or a carriage return.
_AT_START = re.compile(r"(?:\A|(?<=[\n\r]))([^\S\n\r]*+:)(?=:)")
_ANYWHERE = re.compile(r"#(?=#\w{0,20}\[)")


def disarmed(text: str) -> str:
    """Return `text` with a space inserted into each command."""
    if "::" in text:
        text = _AT_START.sub(r"\1 ", text)
    return _ANYWHERE.sub("# ", text) if "##" in text else text


def disarmed_json(text: str) -> str:
    """Return JSON equivalent to the JSON in `text`, with an escape in each command."""
    # Two number signs in a row occur only in a string.
    return _ANYWHERE.sub(r"\\u0023", text) if "##" in text else text
