"""What a CI system would obey in a log."""

import re

HOSTILE = (
    "see ##[add-mask]x and ###[stop-commands]q, ##vso[task.setvariable variable=a]b\n"
    "::error::boom\n"
    " \t\u2003::set-output name=a::b\n"
    "::stop-commands::q\r::add-mask::z\r\n"
    "##teamcity[buildProblem description='x']\n"
    ":::error::c"
)
"""A text with commands of every kind."""

_ANYWHERE = re.compile(r"##(\[|vso\[|teamcity\[)", re.IGNORECASE)


def obeyed(log: str) -> list[str]:
    """Return the lines of `log` that a CI system would take for commands."""
    return [
        line
        for line in re.split(r"[\n\r]", log)
        if line.lstrip().startswith("::") or _ANYWHERE.search(line)
    ]
