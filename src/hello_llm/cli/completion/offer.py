"""Decides what may follow on a command line."""

from hello_llm.cli.completion.candidates import (
    Candidate,
    Files,
    Offer,
    commands_in,
    options_in,
)
from hello_llm.cli.completion.line import Line, options_of


def offer_for(line: Line) -> list[Candidate] | Files:
    """Return the candidates that begin like the line's current word, or any file.

    Nothing that a terminal might obey is among it, whatever names a configuration contains.
    """
    found = _offer(line)
    if isinstance(found, Files):
        return found
    return [
        one
        for one in found
        if one.value.startswith(line.current) and one.value.isprintable() and one.value
    ]


def _offer(line: Line) -> Offer:
    if line.wants_option:
        return options_in(
            (name, option)
            for name, option in options_of(line.command).items()
            if option.name not in line.typed or option.multiple
        )
    if line.parameter is None:
        return commands_in(line.command)
    from hello_llm.cli.completion.values import values_for

    return values_for(line)
