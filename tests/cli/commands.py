"""Every command of the program, as its parser knows it."""

from typing import Any

from hello_llm.cli.parser import COMMANDS, parser, walk

ALL: dict[str, Any] = {" ".join(words): command for words, command in walk(parser(tuple(COMMANDS)))}
"""The commands by the words that call them; the program itself is ``""``."""
