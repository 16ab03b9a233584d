"""Diagnoses the configuration file and the settings that decide where a call goes."""

from collections.abc import Iterator
from pathlib import Path

from hello_llm.contract import UsageError
from hello_llm.contract.diagnosis import Diagnosis
from hello_llm.settings.checking import find_problems
from hello_llm.settings.fields import Settings
from hello_llm.settings.origins import BUILT_IN
from hello_llm.settings.paths import default_config_file
from hello_llm.text.phrases import printable
from hello_llm.toml_file.problems import Problem

_DECISIVE = (
    "provider",
    "model",
    "fallback",
    "api_base",
    "api_key_env",
    "headers",
    "headers_env",
    "proxy",
    "proxy_auth_env",
    "ca_file",
    "client_cert",
    "client_key",
    "connect_timeout",
    "timeout",
)


def diagnose_settings(settings: Settings) -> Iterator[Diagnosis]:
    """Yield the diagnoses of the configuration file and of the settings, with their origins."""
    file, profile = settings.config_file, settings.profile
    if file is None:
        usual = default_config_file()
        where = "" if usual is None else f": {printable(str(usual))} does not exist"
        if settings.config_unseen is None:
            yield Diagnosis.ok("configuration", f"no file{where}")
        else:
            yield Diagnosis.warning("configuration", settings.config_unseen, "--config FILE")
    else:
        which = "no profile" if profile is None else f"profile {profile}"
        yield Diagnosis.ok("configuration", f"{printable(str(file))}, {which}")
    chosen = [key for key in _DECISIVE if settings.origins[key] != BUILT_IN]
    words = [
        f"{key} {_value(getattr(settings, key))} ({settings.origins[key].in_its_file})"
        for key in ("provider", *(key for key in chosen if key != "provider"))
    ]
    yield Diagnosis.ok("settings", ", ".join(words))


def diagnose_problems(error: UsageError, config_file: Path | None) -> Iterator[Diagnosis]:
    """Yield a diagnosis for each problem in the file, or one for `error` if there is no problem."""
    path = config_file or default_config_file()
    problems = () if path is None else _problems(path)
    for problem in problems:
        wrong = UsageError(problem.sentence(path) if path else problem.message, problem.hint)
        yield Diagnosis.failure("configuration", wrong)
    if not problems:
        error.hint = error.hint or "hello-llm doctor --help, or hello-llm config validate"
        yield Diagnosis.failure("configuration", error)


def _problems(path: Path) -> tuple[Problem, ...]:
    try:
        return find_problems(path)
    except UsageError:  # unreadable: the caller's error says so
        return ()


def _value(value: object) -> str:
    match value:
        case tuple():
            return " ".join(map(str, value))
        case float():
            return f"{value:g} s"
        case dict():
            return ", ".join(f"{name}: {item}" for name, item in value.items())
        case False:
            return "off"
    return str(value)
