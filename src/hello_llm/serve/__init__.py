"""A server that answers OpenAI's clients, browsers and WebSockets; an ASGI application."""

from typing import TYPE_CHECKING

from hello_llm.serve.settings import ServeSettings

if TYPE_CHECKING:
    from hello_llm.serve.app import App

__all__ = ["ServeSettings", "create_app"]


def create_app(settings: ServeSettings) -> "App":
    """Return the ASGI application that serves what `settings` say.

    It runs under any ASGI server, alone or mounted in another application. It needs the extra
    ``serve``: ``pip install 'hello-llm[serve]'``.

    Args:
        settings: what to serve, to whom, and within which bounds.

    Raises:
        UsageError: the configuration is invalid, nothing is to be served, or the token is missing.
    """
    from hello_llm.serve.app import App
    from hello_llm.settings.resolve import find_config

    return App(settings, find_config(settings.config_file))
