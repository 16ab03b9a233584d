"""The keys that a user types, such as ``profiles.ci.model``, and the place of each in a file."""

from collections.abc import Iterator
from contextlib import suppress

from hello_llm.contract import UsageError
from hello_llm.secrets.names import names_a_secret
from hello_llm.settings import budget
from hello_llm.settings.fields import FIELDS
from hello_llm.settings.file import ConfigFile, unknown_profile
from hello_llm.settings.model_facts import known_model_key
from hello_llm.text import phrases
from hello_llm.toml_file.header_kinds import KEYS
from hello_llm.toml_file.kinds import SECRET_HINT
from hello_llm.toml_file.positions import Trail

_KEY_HINT = (
    "a key is model, profiles.NAME.model, local.models.NAME, models.NAME.input or budget.daily"
)


def place_of(key: str) -> Trail:
    """Return the trail to the value that `key` sets.

    Args:
        key: ``model`` or ``defaults.model``, ``profiles.NAME.model``, ``headers.NAME``,
            ``local.models.NAME``, ``models.NAME.input``, ``budget.daily``,
            ``budget.models.NAME.daily`` or ``default_profile``.

    Raises:
        UsageError: there is no such key.
    """
    match key.split("."):
        case ["default_profile"]:
            return ("default_profile",)
        case [setting, header] | ["defaults", setting, header] if setting in KEYS:
            return ("defaults", setting, header)
        case ["profiles", *name, setting, header] if setting in KEYS and any(name):
            return ("profiles", ".".join(name), setting, header)
        case [setting] | ["defaults", setting]:
            return ("defaults", _known(setting, key))
        case ["profiles", *name, setting] if any(name):
            return ("profiles", ".".join(name), _known(setting, key))
        case ["local", "models", *name] if any(name):
            return ("local", "models", ".".join(name))
        case ["models", *name, fact] if any(name):
            return ("models", ".".join(name), known_model_key(fact, key))
        case ["budget", setting] if setting in budget.KEYS:
            return ("budget", setting)
        case ["budget", owner, *name, window] if (
            owner in budget.OWNERS and any(name) and window in budget.LIMITS
        ):
            return ("budget", owner, ".".join(name), window)
    raise UsageError(f"unknown key {phrases.quoted(key)}", hint=_KEY_HINT)


def places_of(key: str) -> Iterator[Trail]:
    """Yield the trails that `key` may stand for in a file, the most likely one first.

    Among them are whole profiles and models, all limits of one, and keys that are unknown or in
    the wrong place.
    """
    with suppress(UsageError):
        yield place_of(key)
    parts = key.split(".")
    if parts[0] == "profiles":
        yield ("profiles", ".".join(parts[1:]))
        yield ("profiles", ".".join(parts[1:-1]), parts[-1])
    if parts[0] == "models":
        yield ("models", ".".join(parts[1:]))
        yield ("models", ".".join(parts[1:-1]), parts[-1])
    if parts[0] == "budget" and parts[2:]:
        yield ("budget", parts[1], ".".join(parts[2:]))
    yield ("defaults", key)
    yield tuple(parts)


def check_key(key: str, config: ConfigFile) -> None:
    """Check that `key`, which is not in the file, may be there.

    Raises:
        UsageError: there is no such key, or the file does not have the profile in it.
    """
    parts = key.split(".")
    is_whole = parts[0] == "profiles" and len(parts) == 2
    if parts[0] == "models" and not parts[-1].isidentifier():  # the name of a model, as in gpt-4.1
        return
    trail = tuple(parts) if is_whole else place_of(key)
    if trail[0] == "profiles" and trail[1] not in config.profiles:
        raise unknown_profile(trail[1], config)


def is_header(trail: Trail) -> bool:
    """Return whether `trail` leads to one header in a table of headers."""
    match trail:
        case ("defaults", _, _) | ("profiles", _, _, _):
            return True
    return False


def shown(trail: Trail) -> str:
    """Return `trail` as a key, for a message."""
    return phrases.name(".".join(trail))


def _known(setting: str, key: str) -> str:
    if setting in FIELDS:
        return setting
    if names_a_secret(setting):
        raise UsageError(
            f"{phrases.name(key)} is a secret, and no file may contain one", SECRET_HINT
        )
    hint = phrases.did_you_mean(setting, FIELDS) or _KEY_HINT
    raise UsageError(f"unknown key {phrases.quoted(key)}", hint=hint)
