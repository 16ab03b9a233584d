"""The JSON documents of ``config show`` and ``config get``, of success and of failure alike."""

from typing import Any

from hello_llm.contract import ExitCode, HelloLLMError
from hello_llm.rendering.json.document import Redact, failure, head
from hello_llm.settings.fields import Settings
from hello_llm.settings.values import Value, values_in_effect

_SETTINGS = "hello-llm.config/1"
_VALUE = "hello-llm.config-value/1"


def settings_document(settings: Settings) -> dict[str, Any]:
    """Return the document of ``config show``."""
    file = settings.config_file
    return {
        **head(_SETTINGS, ExitCode.OK),
        "config_file": None if file is None else str(file),
        "profile": settings.profile,
        "settings": {value.key: _described(value) for value in values_in_effect(settings)},
        "error": None,
    }


def value_document(value: Value) -> dict[str, Any]:
    """Return the document of ``config get``."""
    exit_code = ExitCode.CHECK_FAILED if value.value is None else ExitCode.OK
    return {**head(_VALUE, exit_code), "key": value.key, **_described(value), "error": None}


def settings_failure(error: HelloLLMError, redact: Redact) -> dict[str, Any]:
    """Return the document of ``config show`` that ended with `error`."""
    empty = dict.fromkeys(("config_file", "profile", "settings"))
    return failure(_SETTINGS, empty, error, redact)


def value_failure(error: HelloLLMError, redact: Redact) -> dict[str, Any]:
    """Return the document of ``config get`` that ended with `error`."""
    empty = dict.fromkeys(("key", "value", "origin", "file", "line"))
    return failure(_VALUE, empty, error, redact)


def _described(value: Value) -> dict[str, Any]:
    origin = value.origin
    return {
        "value": value.value,
        "origin": origin.words,
        "file": None if origin.file is None else str(origin.file),
        "line": origin.line,
    }
