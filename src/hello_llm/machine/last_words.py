"""Reports errors that the rest of the program did not expect, with a message and an exit code."""

import os
import sys

from hello_llm.machine import installation, limits
from hello_llm.machine.limits import Explanation

GAVE_UP = 70
"""The exit code for unexpected errors, and for a program that cannot run on this machine."""


def explain(error: BaseException) -> Explanation | None:
    """Explain `error` if it or one of its causes is a fault of the machine or installation."""
    try:
        chain = _chain(error)
        for kind in (limits.explain, limits.explain_odd, installation.explain):
            for link in chain:
                found = kind(link)
                if found is not None:
                    return found
    except Exception:  # noqa: BLE001 - to explain one failure must not end in another
        return None
    return None


def unexpected(error: BaseException) -> Explanation:
    """Return the message and hint for an `error` that has no explanation."""
    return (
        f"unexpected {type(error).__name__}: {error}",
        "this is a bug in hello-llm: please report it with the output of --debug",
    )


def say(error: BaseException) -> int:
    """Explain `error` on standard error as well as possible, and return the exit code.

    The last resort: it needs nothing but the file descriptor.
    """
    message, hint = explain(error) or (f"unexpected {type(error).__name__}", unexpected(error)[1])
    text = f"error: {message}\nhint: {hint}\n"
    if "--debug" in sys.argv:
        sys.__excepthook__(type(error), error, error.__traceback__)
    try:
        shown = "".join(one if one.isprintable() or one == "\n" else "?" for one in text)
        os.write(2, shown.encode("utf-8", "replace"))
    except (OSError, MemoryError):  # there is nowhere to report it
        return GAVE_UP
    return GAVE_UP


def _chain(error: BaseException) -> list[BaseException]:
    """Return `error` and its chain of causes, outermost first."""
    found: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and not any(link is one for one in found):
        found.append(link)
        link = link.__cause__ or link.__context__
    return found
