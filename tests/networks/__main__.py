"""Runs tests cut off from every network: ``python -m tests.networks [PYTEST ARGUMENTS]``.

These are the tests of networks, and those of the documentation, whose servers have real addresses.

A user other than root becomes root of a user namespace for this, which some systems forbid; `sudo`
helps there.
"""

import os
import sys
from pathlib import Path

from tests.networks.programs import find

_TESTS = Path(__file__).parent.parent
_FOLDERS = tuple(os.path.relpath(_TESTS / name) for name in ("networks", "documented"))


def main(arguments: list[str]) -> None:
    """Become pytest in a new network namespace and mount namespace, with `arguments`."""
    named = any(argument.startswith(_FOLDERS) for argument in arguments)
    tests = [] if named else _FOLDERS
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    pytest = [sys.executable, "-m", "pytest", *tests, *arguments]
    unshare = find("unshare", "util-linux")
    os.execv(unshare, [unshare, "--net", "--mount", *user, *pytest])


if __name__ == "__main__":
    main(sys.argv[1:])
