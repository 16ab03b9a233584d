"""``hello-llm check``: run a suite of checks, report whether the answers are as expected."""

import typer

from hello_llm.cli.commands.check.options import CheckOptions
from hello_llm.cli.options import flattened

_SETTINGS = (
    *(
        "provider",
        "require_model",
        "api_base",
        "api_key_env",
        "headers",
        "script",
        "quiet",
        "verbose",
        "color",
    ),
    *("connect_timeout", "first_token_timeout", "idle_timeout", "timeout", "retries", "max_wait"),
    *("max_cost", "ledger"),
)


def _check(context: typer.Context, options: CheckOptions) -> None:
    """Run a suite of smoke checks and report whether the answers are as expected.

    Exits 1 if a check failed; with the error's own code if errors left no check
    decided; otherwise 0.
    """
    from hello_llm.cli.commands.check.call import call

    raise typer.Exit(call(options))


check = flattened(_check, CheckOptions, _SETTINGS)
