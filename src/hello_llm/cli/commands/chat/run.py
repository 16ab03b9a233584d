"""One run of ``chat``: read the prompt, open the provider, show the answer, name the exit code."""

from dataclasses import dataclass, field
from pathlib import Path

from hello_llm.calls.recording import Tape
from hello_llm.calls.turns import TurnFactory, open_turns, prepare
from hello_llm.cli.commands.chat.conversation import converse
from hello_llm.cli.commands.chat.delivery import deliver
from hello_llm.cli.commands.chat.dry_run import show_request
from hello_llm.cli.display import Surface
from hello_llm.cli.exits import endings, report
from hello_llm.cli.out_file import writing_to
from hello_llm.cli.prompt import PromptSource
from hello_llm.cli.standard_input import Waiting
from hello_llm.contract import ExitCode, HelloLLMError, Message, UsageError
from hello_llm.engine import Turn
from hello_llm.rendering.messages import Messages
from hello_llm.settings import Settings
from hello_llm.settings.origins import BUILT_IN


@dataclass(frozen=True, slots=True)
class ChatRun:
    """What one run of ``chat`` was asked to do."""

    settings: Settings
    """Every setting, settled."""
    source: PromptSource
    """Where the prompt comes from."""
    out: Path | None
    """The file for the answer, if it is not for standard output."""
    keep_partial: bool
    """True to leave what arrived of a broken answer beside that file."""
    dry_run: bool
    """True to show the request and send nothing."""
    tape: Tape = field(default_factory=Tape)
    """What is recorded, and what answers in the place of a model."""

    def on(self, surface: Surface) -> ExitCode:
        """Do it on `surface`, report there what fails, and return the exit code."""
        renderer = surface.renderer()
        try:
            with endings():
                prompt = self._prompt(surface)
                if self.dry_run:
                    show_request(self.settings, prompt, surface)
                    return ExitCode.OK
                said = surface.messages
                with open_turns(self.settings, said.redact, said.warning, self.tape) as make:
                    _note_surprises(self.settings, self.tape, said)
                    if prompt is None:
                        self._converse(make, surface)
                        return ExitCode.OK
                    messages = (Message("user", prompt),)
                    if self.out is None:
                        deliver(make(messages), renderer, surface.terminal, said)
                    else:
                        self._write(make(messages), self.out, surface)
        except HelloLLMError as error:
            return report(error, renderer, surface)
        return ExitCode.OK

    def _prompt(self, surface: Surface) -> str | None:
        """Return the prompt, or ``None`` for a conversation."""
        waiting = Waiting(
            self.settings.timeout, surface.messages.note, lambda: prepare(self.settings)
        )
        return self.source.read(surface.terminal, waiting)

    def _converse(self, make: TurnFactory, surface: Surface) -> None:
        if self.out is not None:
            raise UsageError("a conversation has no single answer for --out", "give a prompt")
        prepare(self.settings)
        converse(make, surface)

    def _write(self, turn: Turn, out: Path, surface: Surface) -> None:
        keep = self.keep_partial
        with writing_to(out, surface.terminal, surface.messages, keep_partial=keep) as file:
            deliver(turn, surface.renderer(file), file, surface.messages)


def _note_surprises(settings: Settings, tape: Tape, messages: Messages) -> None:
    """Say what decides the call and was not typed."""
    origin = settings.origins["provider"]
    unasked = settings.provider == "mock" and origin == BUILT_IN and tape.replay is None
    if unasked and settings.model is not None:
        messages.note(f"the mock answers for {settings.model}; --provider litellm asks the model")
    if settings.verbose:
        file, profile = settings.config_file, settings.profile
        messages.note(f"configuration: {file or 'none'}, profile: {profile or 'none'}")
        messages.note(f"provider: {settings.provider} ({origin}), {_limits(settings)}")


def _limits(settings: Settings) -> str:
    return (
        f"connect {settings.connect_timeout:g} s, first token {settings.first_token_timeout:g} s, "
        f"idle {settings.idle_timeout:g} s, total {settings.timeout:g} s, "
        f"{settings.retries} retries"
    )
