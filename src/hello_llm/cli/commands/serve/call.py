"""Turns the options of ``serve`` into the settings of a server, and runs it."""

from dataclasses import replace
from importlib.util import find_spec

from hello_llm.cli.commands.serve.options import ServeOptions
from hello_llm.cli.display import Display
from hello_llm.cli.options import read_number
from hello_llm.cli.standard_input import reader_among
from hello_llm.contract import ExitCode, UsageError
from hello_llm.machine.installation import install_extra
from hello_llm.rendering.terminal import Terminal
from hello_llm.serve.access import read_token
from hello_llm.serve.listening import addresses_of, is_loopback, listen
from hello_llm.serve.settings import ServeSettings
from hello_llm.settings.resolve import find_config, resolve_with_config
from hello_llm.toml_file.kinds import Duration, Integer

_PORT, _GRACE_S = 8642, 30.0
_PORTS, _CALLS, _GRACES = Integer(0, 65535), Integer(1, 4096), Duration(86_400)
_NEEDED = ("starlette", "uvicorn", "websockets")


def call(typed: ServeOptions) -> ExitCode:
    """Serve what `typed` describes until a signal ends it, and return the exit code.

    Raises:
        HelloLLMError: the options conflict, or the server cannot start.
    """
    reader_among({"--config": typed.config, "--script": typed.given["script"]})
    _require_packages()
    port = read_number(_PORTS, "--port", typed.port)
    grace_s = read_number(_GRACES, "--grace", typed.grace)
    settings = _settings(typed)
    config = find_config(typed.config)
    base = resolve_with_config(typed.given, config, typed.profile)
    display = Display.of(base, Terminal.real(), debug=typed.debug).hiding(typed.token_env)
    display.warn_of(base)
    read_token(typed.token_env)
    addresses = addresses_of(typed.host)
    if not is_loopback(addresses):
        if typed.token_env is None:
            raise UsageError(
                f"every program that reaches {typed.host} could spend your money",
                "--token-env NAME, with the token in that environment variable",
            )
        settings = replace(settings, any_address=True)
    sockets = listen(addresses, _PORT if port is None else port, settings.read_timeout_s)
    try:
        from hello_llm.cli.commands.serve.run import serve_until_told

        grace_s = _GRACE_S if grace_s is None else grace_s
        return serve_until_told(settings, config, sockets, grace_s, display)
    finally:
        for one in sockets:
            one.close()


def _settings(typed: ServeOptions) -> ServeSettings:
    max_calls = read_number(_CALLS, "--max-calls", typed.max_calls)
    settings = ServeSettings(
        given=typed.given,
        profile=typed.profile,
        allow=tuple(typed.allow or ()),
        token_env=typed.token_env,
        hosts=(typed.host, *(typed.allow_host or ())),
    )
    return settings if max_calls is None else replace(settings, max_calls=max_calls)


def _require_packages() -> None:
    for name in _NEEDED:
        if find_spec(name) is None:
            raise UsageError(
                f"the server needs the extra 'serve': {name} is missing", install_extra("serve")
            )
