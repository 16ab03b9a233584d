"""The display of a run: its terminal, its messages, and the renderers made for them."""

import traceback
from dataclasses import dataclass
from typing import Self

from hello_llm.machine.environment import whole_environ
from hello_llm.rendering.choose import View, choose_renderer
from hello_llm.rendering.interface import Renderer
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.sanitize import inert
from hello_llm.rendering.terminal import Terminal
from hello_llm.secrets.environ import secrets_in
from hello_llm.secrets.redactor import Redactor
from hello_llm.settings.fields import Settings


def redactor(*key_variables: str | None) -> Redactor:
    """Return a redactor for the secrets in this process's environment."""
    return Redactor(secrets_in(whole_environ(), *key_variables))


@dataclass(frozen=True, slots=True)
class Display:
    """A terminal, and how output is shown on it."""

    terminal: Terminal
    """The terminal that the program runs on."""
    view: View
    """How replies are shown."""
    messages: Messages
    """Writes everything other than the answer."""
    debug: bool = False
    """Whether to show the traceback of a bug."""
    key_variables: tuple[str | None, ...] = ()
    """The variables whose values are redacted whatever their names."""

    @classmethod
    def of(cls, settings: Settings, terminal: Terminal, *, debug: bool = False) -> Self:
        """Return the display that `settings` ask for."""
        view = View(
            output=settings.output,
            stream=bool(settings.stream),
            usage=settings.usage,
            color=settings.color,
            quiet=settings.quiet,
            verbose=settings.verbose,
            provider=settings.provider,
            model=settings.model,
        )
        return cls.of_view(view, terminal, *settings.secret_variables, debug=debug)

    @classmethod
    def of_view(
        cls, view: View, terminal: Terminal, *key_variables: str | None, debug: bool = False
    ) -> Self:
        """Return the display for `view`, which needs no settings.

        Args:
            view: how replies are shown.
            terminal: where they are shown.
            key_variables: the variables whose values are keys, even if their names do not say so.
            debug: whether to show the traceback of a bug.
        """
        redact = redactor(*key_variables)
        messages = Messages(
            terminal, color=view.color, quiet=view.quiet, verbose=view.verbose, redact=redact
        )
        return cls(terminal, view, messages, debug, key_variables)

    def hiding(self, *key_variables: str | None) -> Self:
        """Return a display like this one that also redacts the values of `key_variables`."""
        key_variables = (*self.key_variables, *key_variables)
        return self.of_view(self.view, self.terminal, *key_variables, debug=self.debug)

    def warn_of(self, settings: Settings) -> None:
        """Warn if it is not known whether there is a configuration."""
        if settings.config_unseen is not None:
            self.messages.warning(f"{settings.config_unseen}; continuing without a configuration")

    def renderer(self, terminal: Terminal | None = None) -> Renderer:
        """Make the renderer of one reply; `terminal` is for output that goes elsewhere."""
        return choose_renderer(self.view, terminal or self.terminal, self.messages)

    def show_traceback(self, error: BaseException) -> None:
        """Write the traceback of `error` to standard error, without secrets."""
        text = "".join(traceback.format_exception(error))
        self.terminal.write_stderr(inert(self.messages.redact(text)).encode())
