"""``hello-llm spend``: what calls cost, and what the limits leave."""

from typing import Annotated, Any

import typer

from hello_llm.cli.options import AsJson, ConfigFile
from hello_llm.contract import UsageError
from hello_llm.ledger.since import ACCEPTED, USUAL
from hello_llm.ledger.spending import Grouping
from hello_llm.settings.field import Section

app = typer.Typer(invoke_without_command=True, subcommand_metavar="[COMMAND] [ARGS]...")


@app.callback()
def spend(
    context: typer.Context,
    by: Annotated[
        Grouping,
        typer.Option(
            metavar="NAME",
            help="List by day, model, profile or command. (default: day)",
            rich_help_panel=Section.SHOWN,
            show_default=False,
        ),
    ] = "day",
    since: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help=f"List from then on: {ACCEPTED}. (default: {USUAL})",
            rich_help_panel=Section.SHOWN,
            show_default=False,
        ),
    ] = USUAL,
    as_json: AsJson = False,
    as_csv: Annotated[
        bool,
        typer.Option(
            "--csv",
            help="Print the list as CSV, amounts in dollars.",
            rich_help_panel=Section.SHOWN,
        ),
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Show what calls cost, and what the limits leave.

    Reads the ledger, in which calls are recorded while the configuration has a spending
    limit, or with --ledger. Days, weeks and months are those of the local time.
    """
    if context.invoked_subcommand is not None:
        _check_nothing_typed(context)
        return
    from hello_llm.cli.commands.spend.run import show_spending

    if as_json and as_csv:
        raise UsageError("--json and --csv ask for different formats", "leave out one")
    show_spending(config, by, since, "json" if as_json else "csv" if as_csv else "table")


@app.command()
def reconcile(as_json: AsJson = False) -> None:
    """Mark the reservations of processes that were killed; they stay at their bounds."""
    from hello_llm.cli.commands.spend.run import reconcile_reservations

    reconcile_reservations(as_json=as_json)


def _check_nothing_typed(context: typer.Context) -> None:
    """Check that no option of ``spend`` itself precedes its subcommand, which would ignore it.

    Raises:
        UsageError: one does.
    """
    parameters: list[Any] = context.command.params
    for one in parameters:
        if context.params.get(one.name) != one.default:
            flag, called = one.opts[0], f"hello-llm spend {context.invoked_subcommand}"
            raise UsageError(f"{flag} is an option of hello-llm spend", f"{called} --help")
