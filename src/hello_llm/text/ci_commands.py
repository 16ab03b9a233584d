"""Makes inert what a CI system would obey if it stood in a log.

GitHub's runner obeys ``::command::`` at the start of a line, whatever white space is before it, and
``##[command]`` anywhere in one; Azure Pipelines ``##vso[…]`` and TeamCity ``##teamcity[…]``.
"""

import re

# A line ends for the runner where it ends for .NET: at a newline or a carriage return.
_AT_START = re.compile(r"(?:\A|(?<=[\n\r]))([^\S\n\r]*+:)(?=:)")
_ANYWHERE = re.compile(r"#(?=#\w{0,20}\[)")


def disarmed(text: str) -> str:
    """Return `text` with a space in each command that it holds."""
    if "::" in text:
        text = _AT_START.sub(r"\1 ", text)
    return _ANYWHERE.sub("# ", text) if "##" in text else text


def disarmed_json(text: str) -> str:
    """Return JSON that says what `text` says, with an escape in each command that it holds."""
    # Two such signs stand nowhere but in a string.
    return _ANYWHERE.sub(r"\\u0023", text) if "##" in text else text
