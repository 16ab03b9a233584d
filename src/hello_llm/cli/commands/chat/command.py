"""``hello-llm chat``: ask a model, show its answer."""

import typer

from hello_llm.cli.commands.chat.options import ChatOptions
from hello_llm.cli.options import flattened
from hello_llm.settings.fields import FIELDS


def _chat(context: typer.Context, options: ChatOptions) -> None:
    """Ask a model and show its answer.

    The prompt comes first, then a blank line, then standard input if it is a pipe or a file.
    Without a prompt, a conversation opens on a terminal; </dev/null sends "hello world".
    """
    from hello_llm.cli.commands.chat.call import call

    raise typer.Exit(call(context, options))


chat = flattened(_chat, ChatOptions, [key for key, field in FIELDS.items() if field.flag])
