"""What the commands of the program say about themselves, and the page that lists it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hello_llm.cli.examples import EXAMPLES, Example
from hello_llm.cli.parser import COMMANDS, parser, walk
from hello_llm.cli.sections import ARGUMENTS, OPTIONS


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument or an option."""

    names: tuple[str, ...]
    """The names of an option, the short one first; the word for an argument."""
    value: str
    """The word for the value of an option; empty if it takes none."""
    help: str
    """What it is for."""

    @property
    def forms(self) -> tuple[str, ...]:
        """Every way to write it."""
        return tuple(f"{name} {self.value}".rstrip() for name in self.names)


@dataclass(frozen=True, slots=True)
class Command:
    """A command."""

    name: str
    """The words that call it, the program's own among them."""
    usage: str
    """Its name, and the words for what may follow."""
    paragraphs: tuple[str, ...]
    """What it does; the first is a summary."""
    sections: Mapping[str, list[Parameter]]
    """Its parameters, by the sections of its help; the option ``--help`` is the program's."""
    below: Mapping[str, str]
    """The summaries of its subcommands, by name."""
    examples: tuple[Example, ...]
    """How to call it."""


def commands() -> Iterator[Command]:
    """Yield the program and each command, groups before the commands in them."""
    import typer

    root = parser(tuple(COMMANDS))
    for words, command in walk(root):
        context = typer.Context(command, **root.context_settings)
        name = " ".join(["hello-llm", *words])
        paragraphs = command.help.split("\n\n")
        yield Command(
            name,
            " ".join([name, *command.collect_usage_pieces(context)]),
            tuple(paragraphs),
            _sections(command.get_params(context) if not words else command.params),
            {
                name: below.help.partition("\n")[0]
                for name, below in getattr(command, "commands", {}).items()
            },
            EXAMPLES.get(" ".join(words), ()),
        )


def _sections(parameters: list[Any]) -> dict[str, list[Parameter]]:
    sections: dict[str, list[Parameter]] = {}
    for one in parameters:
        is_argument = one.param_type_name == "argument"
        section = one.rich_help_panel or (ARGUMENTS if is_argument else OPTIONS)
        names = [one.human_readable_name] if is_argument else [*one.opts, *one.secondary_opts]
        takes_value = not is_argument and not one.is_flag
        parameter = Parameter(
            tuple(sorted(names, key=lambda name: name.startswith("--"))),
            one.metavar if takes_value else "",
            one.help,
        )
        sections.setdefault(section, []).append(parameter)
    return sections


def cli_page() -> str:
    """Return the page of all commands.

    It reads well on its own; Sphinx makes a target of each option in it (see ``conf.py``).
    """
    head = "# Commands\n\nAll that `hello-llm help` tells. Every command has `--help`, or `-h`.\n"
    return "\n".join([head, *map(_section, commands())])


def _section(command: Command) -> str:
    summary, *more = command.paragraphs
    usage = f"```text\n{command.usage}\n```"
    blocks = [f"## {command.name}", _marked(summary), usage, *map(_marked, more)]
    for title, parameters in command.sections.items():
        blocks += [f"**{title}**", "\n".join(map(_entry, parameters))]
    if command.below:
        blocks += ["**Commands**", "\n".join(_row(command, name) for name in command.below)]
    lines = (f"# {example.does}\n{example.line}" for example in command.examples)
    blocks += ["**Examples**", "```sh\n{}\n```".format("\n\n".join(lines))]
    return "\n\n".join(blocks) + "\n"


def _entry(parameter: Parameter) -> str:
    forms = ", ".join(f"`{form}`" for form in parameter.forms)
    return f"- {forms}\\\n  {_marked(parameter.help)}"


def _row(command: Command, name: str) -> str:
    called = f"{command.name} {name}"
    return f"- [`{called}`](#{called.replace(' ', '-')})\\\n  {_marked(command.below[name])}"


def _marked(text: str) -> str:
    """Return `text` in Markdown, with its flags as code."""
    return re.sub(
        r"(?P<flag>--[a-z][a-z-]*)|[*_<`\[\]]",
        lambda found: f"`{found[0]}`" if found["flag"] else f"\\{found[0]}",
        text,
    )
