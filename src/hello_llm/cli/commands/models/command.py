"""``hello-llm models``: which models there are, what they cost and what they can do."""

from typing import Annotated

import typer

from hello_llm.cli.commands.models.group import ArgumentGroup
from hello_llm.cli.commands.models.options import ModelsOptions
from hello_llm.cli.options import AsJson, ConfigFile, flattened

_SETTINGS = ("api_base", "api_key_env", "headers", "connect_timeout", "timeout", "color")

app = typer.Typer(cls=ArgumentGroup, invoke_without_command=True)


def _models(context: typer.Context, options: ModelsOptions) -> None:
    """List models with their limits, prices and abilities.

    Knows those of LiteLLM's price list and of the configuration file, and with --live those of a
    server. Prices are in US dollars for a million tokens. Exits 1 if no model is found.
    """
    if context.invoked_subcommand is None:
        from hello_llm.cli.commands.models.run import list_models

        list_models(options)


app.callback()(flattened(_models, ModelsOptions, _SETTINGS))


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="MODEL", help="The name of the model, as --model takes it.")
    ],
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show all that is known about one model: every price, and when it applies."""
    from hello_llm.cli.commands.models.run import show_model

    show_model(name, config, as_json=as_json)
