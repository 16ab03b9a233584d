"""Feeds the events of one turn to one renderer."""

from contextlib import closing

from hello_llm.cli.commands.chat.sign_of_life import SignOfLife
from hello_llm.cli.exits import endings, writing
from hello_llm.contract import Finished, LLMReply
from hello_llm.engine import Turn
from hello_llm.rendering.interface import Renderer
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.terminal import Terminal
from hello_llm.text import phrases


def deliver(turn: Turn, renderer: Renderer, terminal: Terminal, messages: Messages) -> LLMReply:
    """Show the events of `turn` as they arrive, and return the complete reply.

    Args:
        turn: the turn to show.
        renderer: shows its events.
        terminal: checked, while no event arrives, for a reader that closed the output.
        messages: shows the warnings about a complete reply, and what is waited for if the answer
            goes to a terminal.

    Raises:
        HelloLLMError: the turn failed or was stopped; the error is not reported yet.
    """
    sign = SignOfLife(turn, messages)

    def refresh() -> None:
        with writing(turn.partial):
            terminal.check_reader()
            renderer.refresh()
        if terminal.stdout_is_tty:
            sign.refresh()

    turn.on_wait(refresh)
    turn.on_failure(lambda error, _: _note_model(error.partial, messages))
    with closing(turn), endings(turn.partial), sign:
        for event in turn:
            sign.clear(event)
            with writing(turn.partial):
                renderer.show(event)
            if isinstance(event, Finished):
                _note_model(event.reply, messages)
                if event.reply.usage.price_source == "list":
                    messages.detail(_list_of_prices)
                _warn(event.reply, messages)
                return event.reply
    raise AssertionError("a turn ends with Finished or an error")


def _note_model(reply: LLMReply | None, messages: Messages) -> None:
    """With ``--verbose``, note which model the server says answered."""
    if reply is None:
        return
    if reply.model_served is not None:
        name = phrases.quoted(messages.redact(reply.model_served))
        messages.detail(f"the server says that {name} answered")
    elif reply.complete:
        messages.detail("the server does not say which model answered")
    if reply.also_served:
        name = phrases.quoted(messages.redact(reply.also_served[0]))
        more = len(reply.also_served) - 1
        others = f" and {more} more" if more else ""
        messages.detail(f"later in the same reply, it says that {name}{others} answers")


def _list_of_prices() -> str:
    """Return a sentence that names the price list and its date."""
    from hello_llm.prices.price_list import list_date

    listed = list_date()
    which = ", whose date is not known" if listed is None else f" of {listed}"
    return f"the cost is by LiteLLM's price list{which}"


def _warn(reply: LLMReply, messages: Messages) -> None:
    """Warn about the shortcomings of a complete reply."""
    if not reply.end_marked:
        messages.note("the server gave a finish reason but did not mark the end of the reply")
    if reply.finish_reason == "length":
        messages.warning("the reply reached its token limit; raise it with --max-tokens")
    if not reply.text and not reply.tool_calls:
        what = "only reasoning" if reply.reasoning else "an empty answer"
        messages.warning(f"{reply.model} gave {what}")
