"""Locates the configuration file, the ledger and the user's folders."""

from collections.abc import Callable
from pathlib import Path

from hello_llm.contract import UsageError
from hello_llm.files.reading import STANDARD_INPUT


def default_config_file() -> Path | None:
    """Return the user's configuration file, whether it exists or not; ``None`` without a home."""
    from platformdirs import user_config_path

    folder = _folder(user_config_path)
    return None if folder is None else folder / "config.toml"


def default_ledger_file() -> Path:
    """Return the file of the user's ledger, whether it exists or not.

    Raises:
        UsageError: there is no home folder.
    """
    return _state_folder("a ledger") / "ledger.sqlite3"


def default_batch_folder() -> Path:
    """Return the user's folder for the journals of batches whose output goes elsewhere.

    Raises:
        UsageError: there is no home folder.
    """
    return _state_folder("the journal of a batch") / "batches"


def _state_folder(kept: str) -> Path:
    from platformdirs import user_state_path

    folder = _folder(user_state_path)
    if folder is None:
        reason = f"there is no home folder to keep {kept} in"
        raise UsageError(reason, hint="set HOME, or XDG_STATE_HOME")
    return folder


def default_cache_folder() -> Path | None:
    """Return the user's folder for what can be made again; ``None`` without a home."""
    from platformdirs import user_cache_path

    return _folder(user_cache_path)


def _folder(find: Callable[..., Path]) -> Path | None:
    """Return the folder of the program that `find` finds; ``None`` without a home."""
    try:
        folder = find("hello-llm", appauthor=False)
    except RuntimeError:
        return None
    # Older releases of platformdirs keep the ~ if there is no home.
    return folder if folder.is_absolute() else None


def chosen_config_file(config_file: Path | None) -> Path:
    """Return `config_file`, or the user's own if none is given.

    Raises:
        UsageError: none is given and there is no home folder.
    """
    path = config_file or default_config_file()
    if path is None:
        raise UsageError(
            "there is no home folder to keep a configuration in",
            hint="name a file: --config FILE",
        )
    return path


def changeable_config_file(config_file: Path | None) -> Path:
    """Return the file as :func:`chosen_config_file` does, for a command that writes to it.

    Raises:
        UsageError: it is standard input, or no file is given and there is no home folder.
    """
    if str(config_file) == STANDARD_INPUT:
        raise UsageError("standard input cannot be changed", "name a file: --config FILE")
    return chosen_config_file(config_file)
