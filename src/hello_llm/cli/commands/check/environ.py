"""The environment of judge programs: everything except secrets, plus what a check names."""

from collections.abc import Iterable, Mapping

from hello_llm.checks.suite import Check
from hello_llm.contract import UsageError
from hello_llm.machine.environment import harmless
from hello_llm.secrets.environ import secrets_in
from hello_llm.secrets.shapes import looks_like_secret

_SHORTEST_SECRET = 6
"""Shorter texts may occur in any value by chance."""


def without_secrets(environ: Mapping[str, str], *key_variables: str | None) -> dict[str, str]:
    """Return `environ` without the variables that hold secrets.

    These are the `key_variables`, those that are named like secrets, and those whose value contains
    the value of one of these or has the shape of a key.
    """
    secrets = [one for one in secrets_in(environ, *key_variables) if len(one) >= _SHORTEST_SECRET]

    def is_secret(name: str, value: str) -> bool:
        if name in key_variables or any(secrets_in({name: value})):
            return True
        return looks_like_secret(value) or any(secret in value for secret in secrets)

    kept = harmless(environ)
    return {
        name: value for name, value in environ.items() if name in kept or not is_secret(name, value)
    }


class Environs:
    """Provides the environment of each check's program."""

    def __init__(self, environ: Mapping[str, str], *key_variables: str | None) -> None:
        """Start from the `environ` of this process, in which `key_variables` contain keys."""
        self._environ = environ
        self.passed = without_secrets(environ, *key_variables)
        """The variables that every program gets."""

    def secrets(self, checks: Iterable[Check]) -> set[str]:
        """Return the variables that `checks` request and that not every program gets."""
        return {name for check in checks for name in check.exec_env} - self.passed.keys()

    def of(self, check: Check) -> dict[str, str]:
        """Return the environment of `check`'s program; empty if it has none.

        Raises:
            UsageError: a variable that it requests is not set.
        """
        if not any(one.name == "exec" for one in check.expectations):
            return {}
        for name in check.exec_env:
            if name not in self._environ:
                raise UsageError(
                    f'check "{check.name}" passes {name} to its program, but it is not set',
                    f"export {name}=…, or remove it from exec_env",
                )
        return {**self.passed, **{name: self._environ[name] for name in check.exec_env}}
