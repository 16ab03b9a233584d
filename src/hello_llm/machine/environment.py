"""Keeps the environment from deciding anything: LiteLLM and the SDKs read some 860 variables."""

import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from threading import Lock

_HARMLESS = (
    r"PATH|HOME|USER|LOGNAME|SHELL|PWD|TZ|TMPDIR|TEMP|TMP|LANG|LC_.*|TERM|COLUMNS|LINES"
    r"|XDG_.*|PYTHON.*|VIRTUAL_ENV|SYSTEMROOT|WINDIR|COMSPEC|APPDATA|LOCALAPPDATA|USERPROFILE"
)
"""Variables that may stay while LiteLLM is imported; it reads its settings at that moment."""

_DECISIVE = (
    r"(?i:LITELLM_.*|OPENAI_.*|OLLAMA_.*|OR_(SITE_URL|APP_NAME)|JSON_LOGS"
    r"|EXPERIMENTAL_.*|MODEL_COST_MAP.*|DISABLE_AIOHTTP_TRANSPORT|AIOHTTP_TRUST_ENV"
    r"|SSL_(VERIFY|CERT_FILE|CERT_DIR|CERTIFICATE|SECURITY_LEVEL|ECDH_CURVE)|SSLKEYLOGFILE"
    r"|(HTTP|HTTPS|ALL|NO)_PROXY|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
    r"|.*_(API_BASE|BASE_URL|API_URL|API_VERSION|CUSTOM_HEADERS|AUTH_TOKEN))"
)
"""Variables that are read again at each call and would change it."""

_SETTINGS = {
    "AWS_EC2_METADATA_DISABLED": "true",  # no question to the machine's cloud for keys
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",  # no download of what Anthropic tries out
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # no download of prices
    "LITELLM_MODE": "PRODUCTION",  # no .env file from some parent folder
    "LITELLM_DISABLE_REDACT_SECRETS": "true",  # it takes the square of the time, and we do it
}

_kept: list[dict[str, str]] = []
_keeping_one = Lock()


def whole_environ() -> dict[str, str]:
    """Return the environment of this process, also while another thread imports LiteLLM."""
    with _keeping_one:
        return dict(_kept[-1] if _kept else os.environ)


@contextmanager
def _keeping(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield a copy of `environ`, which :func:`whole_environ` returns until the block is over."""
    with _keeping_one:
        copy = dict(environ)
        _kept.append(copy)
    try:
        yield copy
    finally:
        with _keeping_one:
            _kept.remove(copy)


@contextmanager
def import_environment(
    environ: MutableMapping[str, str] = os.environ,
) -> Iterator[None]:
    """Show the import of LiteLLM an environment that holds none of its settings but ours.

    Everything is put back afterwards except what :func:`neutralise` removes. Other threads find the
    whole of it with :func:`whole_environ`.
    """
    with _keeping(environ) as saved:
        for name in saved.keys() - harmless(saved):
            del environ[name]
        environ.update(_SETTINGS)
        try:
            yield
        finally:
            environ.update(saved)
            neutralise(environ)


def harmless(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables under which LiteLLM may be imported; no secret is among them."""
    return {name: value for name, value in environ.items() if re.fullmatch(_HARMLESS, name)}


def neutralise(environ: MutableMapping[str, str] = os.environ) -> None:
    """Leave in the environment nothing that would change a call, and what keeps it quiet.

    A fork of a process that has imported LiteLLM may get another environment, and does it again.
    """
    drop_decisive(environ)
    environ.update(_SETTINGS)


def drop_decisive(environ: MutableMapping[str, str] = os.environ) -> list[str]:
    """Remove the variables that would change a call, and return their names.

    Keys stay, and what we set ourselves.
    """
    names = decisive(environ)
    for name in names:
        del environ[name]
    return names


def decisive(environ: Mapping[str, str]) -> list[str]:
    """Return the names of the variables that would change a call if they were obeyed."""
    return [
        name
        for name in environ
        if re.fullmatch(_DECISIVE, name)
        and name not in _SETTINGS
        and not name.upper().endswith("_API_KEY")
    ]
