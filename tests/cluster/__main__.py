"""Runs these tests cut off from every network: ``python -m tests.cluster [PYTEST ARGUMENTS]``.

Ray listens on the machine's own address whatever it is told, and Modal would be looked for on the
internet. With the first process ends whatever it has started, Ray's many processes included.
"""

import os
import sys
from pathlib import Path

from tests.networks.programs import find


def main(arguments: list[str]) -> None:
    """Run pytest in namespaces of its own, with `arguments`."""
    folder = os.path.relpath(Path(__file__).parent)
    tests = [] if any(one.startswith(folder) for one in arguments) else [folder]
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    processes = ["--pid", "--fork", "--kill-child", "--mount-proc"]
    unshare = find("unshare", "util-linux")
    pytest = [sys.executable, "-m", "pytest", *tests, *arguments]
    os.execv(unshare, [unshare, "--net", "--mount", *user, *processes, *pytest])


if __name__ == "__main__":
    main(sys.argv[1:])
