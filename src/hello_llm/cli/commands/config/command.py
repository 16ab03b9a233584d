"""``hello-llm config``: look at the settings and change the configuration file."""

from typing import Annotated

import typer

from hello_llm.cli.commands.config.output import print_line, quoted
from hello_llm.cli.options import AsJson, ConfigFile, ProfileName
from hello_llm.cli.sections import WRITTEN
from hello_llm.contract import ExitCode, UsageError
from hello_llm.settings.paths import changeable_config_file, chosen_config_file
from hello_llm.text.phrases import printable
from hello_llm.toml_file.problems import counted

app = typer.Typer(no_args_is_help=True, help="Show the settings, and edit the configuration file.")


@app.command()
def init(
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace an existing file.", rich_help_panel=WRITTEN),
    ] = False,
    config: ConfigFile = None,
) -> None:
    """Write a configuration file that explains every setting."""
    from hello_llm.settings.editing.edits import init_file

    path = changeable_config_file(config)
    init_file(path, force=force)
    print_line(f"wrote {path}")


@app.command()
def path(config: ConfigFile = None) -> None:
    """Print where the configuration file is, whether it exists or not."""
    print_line(str(chosen_config_file(config)))


@app.command()
def show(as_json: AsJson = False, profile: ProfileName = None, config: ConfigFile = None) -> None:
    """Print every setting, its value and where that came from."""
    from hello_llm.cli.commands.config.reading import show_settings

    show_settings(config, profile, as_json=as_json)


@app.command()
def get(
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY",
            help="A setting, or what the file says: defaults.model, profiles.NAME.model.",
        ),
    ],
    as_json: AsJson = False,
    profile: ProfileName = None,
    config: ConfigFile = None,
) -> None:
    """Print the value of a setting; exits 1 if it is unset."""
    from hello_llm.cli.commands.config.reading import print_value

    if not print_value(key, config, profile, as_json=as_json):
        raise typer.Exit(ExitCode.CHECK_FAILED)


@app.command("set")
def set_(
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="model, profiles.NAME.model or local.models.NAME, for example."
        ),
    ],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The value.")],
    config: ConfigFile = None,
) -> None:
    """Put a value into the configuration file; its comments stay."""
    from hello_llm.settings.editing.edits import set_value

    path = changeable_config_file(config)
    change = set_value(path, key, value)
    print_line(f"{'.'.join(change.trail)} = {quoted(change.value)} in {path}")


@app.command()
def unset(
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="As for config set; profiles.NAME removes the whole profile."
        ),
    ],
    config: ConfigFile = None,
) -> None:
    """Remove a value or a profile from the configuration file."""
    from hello_llm.settings.editing.edits import unset_value

    path = changeable_config_file(config)
    trail = unset_value(path, key)
    print_line(f"{'.'.join(trail)} removed from {path}")


@app.command()
def edit(config: ConfigFile = None) -> None:
    """Edit the configuration file in $VISUAL or $EDITOR; only a valid text is saved."""
    from hello_llm.cli.commands.config.editing import edit_file

    path = changeable_config_file(config)
    print_line(f"saved {path}" if edit_file(path) else f"{path} is unchanged")


@app.command()
def use(
    profile: Annotated[
        str, typer.Argument(metavar="NAME", help="The name of a profile in the file.")
    ],
    config: ConfigFile = None,
) -> None:
    """Make a profile the default one."""
    from hello_llm.settings.editing.edits import use_profile

    path = changeable_config_file(config)
    use_profile(path, profile)
    print_line(f"profile {profile} is the default now, in {path}")


@app.command()
def validate(config: ConfigFile = None) -> None:
    """Print every problem in the configuration file; the exit code is 2 if there is one."""
    from hello_llm.settings.checking import find_problems

    path = chosen_config_file(config)
    problems = find_problems(path)
    for problem in problems:
        print_line(problem.sentence(path) + (f" ({problem.hint})" if problem.hint else ""))
    if problems:
        raise UsageError(
            f"{printable(str(path))} has {counted(problems)}",
            hint="standard output lists what is wrong",
        )
    print_line(f"{path} is valid")
