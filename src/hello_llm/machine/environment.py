"""Shields calls from the environment: LiteLLM and the SDKs read about 860 variables."""

import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from threading import Lock

_HARMLESS = (
    r"PATH|HOME|USER|LOGNAME|SHELL|PWD|TZ|TMPDIR|TEMP|TMP|LANG|LC_.*|TERM|COLUMNS|LINES"
    r"|XDG_.*|PYTHON.*|VIRTUAL_ENV|SYSTEMROOT|WINDIR|COMSPEC|APPDATA|LOCALAPPDATA|USERPROFILE"
)
"""Variables that may stay set while LiteLLM is imported, which is when it reads its settings."""

_DECISIVE = (
    r"(?i:LITELLM_.*|OPENAI_.*|OLLAMA_.*|OR_(SITE_URL|APP_NAME)|JSON_LOGS|AZURE_(OPENAI_)?AD_TOKEN"
    r"|EXPERIMENTAL_.*|MODEL_COST_MAP.*|DISABLE_AIOHTTP_TRANSPORT|AIOHTTP_TRUST_ENV"
    r"|SSL_(VERIFY|CERT_FILE|CERT_DIR|CERTIFICATE|SECURITY_LEVEL|ECDH_CURVE)|SSLKEYLOGFILE"
    r"|(HTTP|HTTPS|ALL|NO)_PROXY|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
    r"|.*_(API_BASE|BASE_URL|API_URL|API_VERSION|CUSTOM_HEADERS|AUTH_TOKEN))"
)
"""Variables that are read again on each call and would change it."""

_SETTINGS = {
    "AWS_EC2_METADATA_DISABLED": "true",  # no query for keys to the machine's cloud
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",  # no download of beta headers
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # no download of prices
    "LITELLM_MODE": "PRODUCTION",  # no .env file from a parent folder
    "LITELLM_DISABLE_REDACT_SECRETS": "true",  # it takes quadratic time, and we do it ourselves
}

_kept: list[dict[str, str]] = []
_keeping_one = Lock()


def whole_environ() -> dict[str, str]:
    """Return the complete environment, even while another thread imports LiteLLM."""
    with _keeping_one:
        return dict(_kept[-1] if _kept else os.environ)


@contextmanager
def _keeping(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield a copy of `environ`, which :func:`whole_environ` returns until the block ends."""
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
    """Reduce the environment to harmless variables and our settings while LiteLLM is imported.

    Everything is restored afterwards except what :func:`neutralise` removes. Other threads get the
    complete environment from :func:`whole_environ`.
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
    """Return the variables that LiteLLM may see during its import; none is a secret."""
    return {name: value for name, value in environ.items() if re.fullmatch(_HARMLESS, name)}


def neutralise(environ: MutableMapping[str, str] = os.environ) -> None:
    """Remove variables that would change a call, and apply our own settings.

    A fork of a process that has imported LiteLLM may get another environment, and repeats this.
    """
    drop_decisive(environ)
    environ.update(_SETTINGS)


def drop_decisive(environ: MutableMapping[str, str] = os.environ) -> list[str]:
    """Remove the variables that would change a call, and return their names.

    API keys and our own settings stay.
    """
    names = decisive(environ)
    for name in names:
        del environ[name]
    return names


def decisive(environ: Mapping[str, str]) -> list[str]:
    """Return the names of the variables that would change a call if they stayed set."""
    return [
        name
        for name in environ
        if re.fullmatch(_DECISIVE, name)
        and name not in _SETTINGS
        and not name.upper().endswith("_API_KEY")
    ]
