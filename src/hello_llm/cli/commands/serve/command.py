"""``hello-llm serve``: answer OpenAI's clients, browsers and WebSockets."""

import typer

from hello_llm.cli.commands.serve.options import ServeOptions
from hello_llm.cli.options import flattened

_SETTINGS = (
    *("provider", "model", "fallback", "require_model", "api_base", "api_key_env", "headers"),
    *("script", "connect_timeout", "first_token_timeout", "idle_timeout", "timeout"),
    *("retries", "max_wait", "max_cost", "fail_on_length", "color", "ledger", "quiet", "verbose"),
)


def _serve(context: typer.Context, options: ServeOptions) -> None:
    """Answer OpenAI's clients, browsers and WebSockets with the profiles as models.

    POST /v1/chat/completions, GET /v1/models, WebSocket /v1/events, and a page at / to try
    them. Without an address, only programs of this machine can connect. Ctrl-C or SIGTERM
    ends it: calls in progress may finish first.
    """
    from hello_llm.cli.commands.serve.call import call

    raise typer.Exit(call(options))


serve = flattened(_serve, ServeOptions, _SETTINGS)
