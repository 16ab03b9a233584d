"""Runs ``chat``: reads the prompt, opens the provider, shows the answer, returns an exit code."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from hello_llm.calls.opening import is_local
from hello_llm.calls.recording import RecordingOptions
from hello_llm.calls.turns import TurnFactory, open_turns, prepare
from hello_llm.cli.commands.chat.choose_editor import open_editor
from hello_llm.cli.commands.chat.conversation import converse
from hello_llm.cli.commands.chat.delivery import deliver
from hello_llm.cli.commands.chat.dry_run import show_request
from hello_llm.cli.display import Display
from hello_llm.cli.exits import endings, report
from hello_llm.cli.out_file import writing_to
from hello_llm.cli.prompt import PromptSource
from hello_llm.cli.standard_input import Waiting
from hello_llm.contract import ExitCode, HelloLLMError, Message, UsageError
from hello_llm.engine import Turn
from hello_llm.rendering.messages import Messages
from hello_llm.settings.fields import Settings


@dataclass(frozen=True, slots=True)
class ChatRun:
    """The parameters of one run of ``chat``."""

    settings: Settings
    """Every setting, with its final value."""
    source: PromptSource
    """Where the prompt comes from."""
    out: Path | None
    """The file for the answer; ``None`` for standard output."""
    keep_partial: bool
    """True to keep the part of a broken answer that arrived, beside that file."""
    dry_run: bool
    """True to show the request and send nothing."""
    recording: RecordingOptions = field(default_factory=RecordingOptions)
    """What to record, and what to replay in place of a model."""

    def on(self, display: Display) -> ExitCode:
        """Run the chat, report failures on `display`, and return the exit code."""
        renderer = display.renderer()
        try:
            with endings():
                prompt = self._prompt(display)
                if self.dry_run:
                    show_request(self.settings, prompt, display)
                    return ExitCode.OK
                said = display.messages
                with ExitStack() as stack:
                    make = self._open(stack, display)
                    _note_origins(self.settings, said)
                    stack.callback(_note_import, self.settings, said)
                    if prompt is None:
                        self._converse(make, display)
                        return ExitCode.OK
                    messages = (Message("user", prompt),)
                    if self.out is None:
                        deliver(make(messages), renderer, display.terminal, said)
                    else:
                        self._write(make(messages), self.out, display)
        except HelloLLMError as error:
            return report(error, renderer, display)
        return ExitCode.OK

    def _open(self, stack: ExitStack, display: Display) -> TurnFactory:
        """Open the providers until `stack` closes."""
        said, model = display.messages, self.settings.model
        if is_local(model) and display.terminal.stdout_is_tty:
            said.waiting(f"loading {model}")
        try:
            turns = open_turns(
                self.settings,
                said.redact,
                said.warning,
                self.recording,
                command="chat",
                note=said.note,
            )
            return stack.enter_context(turns)
        finally:
            said.end_waiting()

    def _prompt(self, display: Display) -> str | None:
        """Return the prompt, or ``None`` for a conversation."""
        waiting = Waiting(
            self.settings.timeout, display.messages.note, lambda: prepare(self.settings)
        )
        # An instruction without anything to apply it to is a mistake, such as an empty diff.
        instructed = self.settings.profile is not None or self.settings.system is not None
        return self.source.read(display.terminal, waiting, expects=instructed)

    def _converse(self, make: TurnFactory, display: Display) -> None:
        if self.out is not None:
            raise UsageError("a conversation has no single answer for --out", "give a prompt")
        editor = open_editor(display)
        prepare(self.settings)
        converse(make, editor, display)

    def _write(self, turn: Turn, out: Path, display: Display) -> None:
        keep = self.keep_partial
        with writing_to(out, display.terminal, display.messages, keep_partial=keep) as file:
            deliver(turn, display.renderer(file), file, display.messages)


def _note_origins(settings: Settings, messages: Messages) -> None:
    """With ``--verbose``, note what affects the call although it was not typed."""
    origin = settings.origins["provider"]
    file, profile = settings.config_file, settings.profile
    messages.detail(f"configuration: {file or 'none'}, profile: {profile or 'none'}")
    messages.detail(f"provider: {settings.provider} ({origin}), {_limits(settings)}")


def _note_import(settings: Settings, messages: Messages) -> None:
    """With ``--verbose``, note why importing LiteLLM took longer than usual, if it did."""
    if settings.verbose and settings.provider == "litellm":
        from hello_llm.providers.litellm.loader import why_not_lazily

        if reason := why_not_lazily():
            messages.note(f"all of LiteLLM was imported, which takes longer: {reason}")


def _limits(settings: Settings) -> str:
    return (
        f"connect {settings.connect_timeout:g} s, first token {settings.first_token_timeout:g} s, "
        f"idle {settings.idle_timeout:g} s, total {settings.timeout:g} s, "
        f"{settings.retries} retries"
    )
