"""A command that takes an argument of its own and has subcommands as well."""

from typing import Any

from typer.core import TyperGroup


class ArgumentGroup(TyperGroup):
    """Calls a subcommand only if its name is the first word; any other word is the argument.

    ``--`` in front makes an argument even of the name of a subcommand.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer's classes are private
        """Parse the words after the command."""
        if args and args[0] in self.commands:
            return super().parse_args(ctx, ["", *args])  # the argument comes first, and is empty
        ctx.allow_interspersed_args = True
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - see above
        """Return the subcommand, which only a first word can name."""
        argument = next(one for one in self.params if one.param_type_name == "argument")
        if ctx.params[argument.name]:
            ctx.fail(f"there is one word too many: {args[0]}")
        return super().resolve_command(ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - see above
        """Return the words of the usage, without those of subcommands."""
        return super().collect_usage_pieces(ctx)[:-1]
