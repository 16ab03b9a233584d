"""``hello-llm batch``: ask every row of a file, and keep a line for each answer."""

import typer

from hello_llm.cli.commands.batch.options import BatchOptions
from hello_llm.cli.options import flattened

_SETTINGS = (
    *("provider", "model", "fallback", "require_model", "api_base", "api_key_env", "headers"),
    *("script", "system", "temperature", "top_p", "max_tokens", "seed", "stop"),
    *("connect_timeout", "first_token_timeout", "idle_timeout", "timeout", "retries", "max_wait"),
    *("max_cost", "fail_on_length", "color", "ledger", "quiet", "verbose"),
)


def _batch(context: typer.Context, options: BatchOptions) -> None:
    """Ask every row of a file, and keep a line for each answer, whatever happens.

    A row is a line of JSON with an "id" and a "prompt", a row of CSV with the values for
    --prompt, or a request as OpenAI's Batch API takes it. Run the same command again to
    go on after an interruption. Exits with the code of the first row that has no answer.
    """
    from hello_llm.cli.commands.batch.call import call

    raise typer.Exit(call(options))


batch = flattened(_batch, BatchOptions, _SETTINGS)
