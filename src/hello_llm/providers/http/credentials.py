"""Reads from the environment the secrets that a call needs besides its key."""

from collections.abc import Mapping
from dataclasses import replace

from hello_llm.contract import AuthError, UsageError
from hello_llm.contract.headers import find_name_fault, find_value_fault
from hello_llm.providers.http.client.transport import Transport

_LONGEST_FOR_SOCKS = 255
"""The limit of RFC 1929 for a user name, and for a password, in bytes."""


def with_credentials(
    transport: Transport,
    environ: Mapping[str, str],
    *,
    headers_env: Mapping[str, str] | None = None,
    proxy_auth_env: str | None = None,
) -> Transport:
    """Return `transport` with the secrets that the variables hold.

    Args:
        transport: the settings of the HTTP client.
        environ: where the secrets are read from, and nothing else.
        headers_env: headers, each with the variable that holds its value.
        proxy_auth_env: the variable that holds the login for the proxy.

    Raises:
        AuthError: a variable is not set or empty, or holds what cannot be sent.
        UsageError: a header cannot be set.
    """
    headers = dict(transport.headers)
    for name, value in headers.items():
        _check_name(name)
        fault = find_value_fault(value)
        if fault is not None:
            raise UsageError(f"the value of the header {name} {fault}")
    for name, variable in (headers_env or {}).items():
        _check_name(name)
        value = _required(environ, variable, f"the header {name}")
        fault = find_value_fault(value)
        if fault is not None:
            raise AuthError(f"{variable}, the value of the header {name}, {fault}")
        headers[name] = value
    login = transport.proxy_login
    if proxy_auth_env is not None and transport.proxy is not None:
        login = _required(environ, proxy_auth_env, "the proxy")
        if not login.isprintable() or not login.partition(":")[0] or ":" not in login:
            raise AuthError(
                f"{proxy_auth_env} is not a login for the proxy",
                f"export {proxy_auth_env}=USER:PASSWORD",
            )
        longest = max(len(part.encode()) for part in login.split(":", 1))
        if transport.proxy.startswith("socks") and longest > _LONGEST_FOR_SOCKS:
            message = f"{proxy_auth_env} has a part of more than {_LONGEST_FOR_SOCKS} bytes"
            raise AuthError(message, "SOCKS has no longer logins")
    secret = frozenset(name.lower() for name in headers_env or ())
    return replace(transport, headers=headers, secret_headers=secret, proxy_login=login)


def _check_name(name: str) -> None:
    fault = find_name_fault(name)
    if fault is not None:
        raise UsageError(f"the header {name!r} {fault[0]}", fault[1])


def _required(environ: Mapping[str, str], variable: str, what: str) -> str:
    value = environ.get(variable, "").strip()
    if not value:
        state = "empty" if variable in environ else "not set"
        raise AuthError(f"{variable} is {state}, and {what} needs it", f"export {variable}=…")
    return value
