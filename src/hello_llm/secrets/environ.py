"""Finds the secrets in an environment: by the names of variables, and in URLs."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

_SECRET_NAME = re.compile(
    r".*(KEYS?|TOKENS?|SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|CREDENTIALS?|AUTHORIZATION)"
    r"(_ID|_?\d+)?",
    re.IGNORECASE,
)
"""Broader than the rule for keys in a file: redacting a harmless variable costs nothing."""

_PASSWORD_IN_ADDRESS = re.compile(r"://[^\s/@:]*:([^\s/]+)@")


def is_secrets_name(name: str) -> bool:
    """Return whether something with this name probably holds a secret."""
    return _SECRET_NAME.fullmatch(name) is not None


def secrets_in(environ: Mapping[str, str], *key_variables: str | None) -> Iterable[str]:
    """Yield the secrets in `environ`.

    These are the values of `key_variables` and of variables that are named like secrets, and the
    passwords in URLs, such as a proxy's. Of ``user:password``, the password is yielded too; of
    ``Bearer KEY``, the key.
    """
    for name, value in environ.items():
        if name in key_variables or is_secrets_name(name):
            yield value
        if name in key_variables:
            yield from filter(None, (value.partition(":")[2], value.partition(" ")[2]))
        yield from map(unquote, _PASSWORD_IN_ADDRESS.findall(value))
