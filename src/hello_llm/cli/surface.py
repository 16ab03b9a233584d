"""Where a run shows things: the terminal, the messages, and the renderers made for them."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from hello_llm.rendering.choose import View, choose_renderer
from hello_llm.rendering.interface import Renderer
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.redact import Redactor
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings import Settings

_SECRET_NAME = re.compile(r".*(KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)", re.IGNORECASE)


def secrets_in(environ: Mapping[str, str]) -> Iterable[str]:
    """Return the values of the variables whose names say that they are secret."""
    return [value for name, value in environ.items() if _SECRET_NAME.fullmatch(name)]


@dataclass(frozen=True, slots=True)
class Surface:
    """A terminal, and what is shown on it."""

    terminal: Terminal
    """Where it runs."""
    view: View
    """How replies are shown."""
    messages: Messages
    """Says what is not the answer."""

    @classmethod
    def of(cls, settings: Settings, terminal: Terminal) -> Self:
        """Return the surface that `settings` ask for."""
        view = View(
            output=settings.output,
            stream=settings.stream,
            usage=settings.usage,
            color=settings.color,
            quiet=settings.quiet,
            provider=settings.provider,
            model=settings.model,
        )
        return cls.of_view(view, terminal)

    @classmethod
    def of_view(cls, view: View, terminal: Terminal) -> Self:
        """Return the surface for `view`, where there are no settings yet."""
        redact = Redactor(secrets_in(os.environ))
        messages = Messages(terminal, color=view.color, quiet=view.quiet, redact=redact)
        return cls(terminal, view, messages)

    def renderer(self, terminal: Terminal | None = None) -> Renderer:
        """Make the renderer of one reply, on `terminal` if it goes elsewhere."""
        return choose_renderer(self.view, terminal or self.terminal, self.messages)
