"""Locates the configuration file."""

from pathlib import Path

from hello_llm.contract import UsageError


def default_config_file() -> Path | None:
    """Return the user's configuration file, whether it exists or not; ``None`` without a home."""
    from platformdirs import user_config_path

    try:
        folder = user_config_path("hello-llm", appauthor=False)
    except RuntimeError:
        return None
    # Older releases of platformdirs keep the ~ if there is no home.
    return folder / "config.toml" if folder.is_absolute() else None


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
