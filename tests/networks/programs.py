"""Finds the programs of the system that these tests need."""

import os
import shutil

_FOLDERS = f"{os.defpath}:/usr/local/sbin:/usr/sbin:/sbin"
"""Beside PATH: servers and network tools are in `sbin`, which only root has there."""


class MissingProgramError(AssertionError):
    """A program is not installed."""


def find(program: str, package: str) -> str:
    """Return the path of `program`.

    Raises:
        MissingProgramError: it is not installed; names the Debian `package` to install.
    """
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:{_FOLDERS}")
    if found is None:
        message = (
            f"{program} is not installed. On Debian and Ubuntu: sudo apt-get install {package}"
        )
        raise MissingProgramError(message)
    return found
