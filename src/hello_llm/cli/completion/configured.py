"""What the user's configuration adds to completion; nothing if it cannot be read or is invalid."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hello_llm.cli.completion.line import Line
from hello_llm.contract import UsageError
from hello_llm.settings.file import ConfigFile
from hello_llm.settings.paths import default_config_file
from hello_llm.settings.resolve import read_config

_NOTHING = ConfigFile(Path())


def configuration(line: Line) -> ConfigFile:
    """Return the content of the file that ``--config`` names on `line`, or else of the user's."""
    *_, path = (default_config_file(), *map(typed_path, line.typed.get("config", ())))
    with suppress(UsageError):
        if path is not None and is_readable(path):
            return read_config(path) or _NOTHING
    return _NOTHING


def typed_path(word: str) -> Path:
    """Return the path that the shell makes of `word`."""
    return Path(os.path.expanduser(os.path.expandvars(word)))  # noqa: PTH111 - it never raises


def is_readable(path: Path) -> bool:
    """Return whether `path` is a file that can be read without waiting, unlike a pipe."""
    return os.path.isfile(path)  # noqa: PTH113 - it never raises


def configured_models(config: ConfigFile) -> Iterator[str]:
    """Yield the models that the file names, in no order, perhaps more than once."""
    for table in (config.defaults, *config.profiles.values()):
        if "model" in table:
            yield table["model"].value
        if "fallback" in table:
            yield from table["fallback"].value
    yield from (f"local/{name}" for name in config.local_models)
    yield from config.models
