"""The scripts that make a shell complete the command line, and their installation."""

from typing import Literal

Shell = Literal["bash", "zsh", "fish"]
"""A shell that has a script: the file of its name in this folder."""
