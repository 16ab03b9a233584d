"""The providers under test, each wired to a loopback server where it needs one."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from hello_llm.contract import HelloLLMError, LLMProvider, LLMReply, fold
from hello_llm.providers.factory import get_provider
from tests.servers import Anthropic, Dialect, Ollama, OpenAI, Request, Script, ScriptedServer

PROTOCOLS = ("openai", "ollama", "anthropic")

_DIALECTS: dict[str, Callable[[], Dialect]] = {
    "openai": OpenAI,
    "ollama": Ollama,
    "anthropic": Anthropic,
}
MODELS = {
    "openai": "openai/gpt-4o-mini",
    "ollama": "ollama/qwen2.5:0.5b",
    "anthropic": "anthropic/claude-haiku-4-5",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A provider, and what is known of it."""

    provider: LLMProvider
    """The provider."""
    model: str
    """The model it is asked for."""
    text: str
    """What it answers to ``hi``."""
    server: ScriptedServer | None = None
    """The server it reaches; ``None`` for the mock."""

    @property
    def requests(self) -> list[Request]:
        """The requests that left so far."""
        return [] if self.server is None else self.server.requests


def serving(protocol: str, *scripts: Script) -> ScriptedServer:
    """Start a server that speaks `protocol`."""
    return ScriptedServer(_DIALECTS[protocol](), *scripts)


def litellm_at(server: ScriptedServer, **options: object) -> LLMProvider:
    """Return the LiteLLM provider for `server`, with the model of its protocol."""
    protocol = type(server.dialect).__name__.lower()
    settings = {"model": MODELS[protocol], "api_base": base_of(server), "timeout": 10.0}
    return get_provider("litellm", **(settings | options))


def base_of(server: ScriptedServer) -> str:
    """Return the API base of `server`; OpenAI's protocol counts its version among it."""
    return f"{server.url}/v1" if isinstance(server.dialect, OpenAI) else server.url


def litellm_subject(server: ScriptedServer) -> Subject:
    """Return the LiteLLM provider over `server` and its default script."""
    protocol = type(server.dialect).__name__.lower()
    return Subject(litellm_at(server), MODELS[protocol], "Hello, world!", server)


def mock_subject() -> Subject:
    """Return the mock."""
    return Subject(get_provider("mock"), "mock/echo", "Hello! You said: hi")


def ask(provider: LLMProvider, *, stream: bool) -> LLMReply:
    """Ask `provider` for a whole reply, streamed or in one piece."""
    return fold(provider.stream_chat("hi")) if stream else provider.chat("hi")


def outcome(provider: LLMProvider, *, stream: bool) -> LLMReply | HelloLLMError:
    """Return the reply, or the error that came in its place."""
    try:
        return ask(provider, stream=stream)
    except HelloLLMError as error:
        return error


def said(error: LLMReply | HelloLLMError, server: ScriptedServer) -> tuple[str, str, str | None]:
    """Return class, message and hint of `error`, PLACE standing for the server's address."""
    assert isinstance(error, HelloLLMError), error
    place = f"127.0.0.1:{server.port}"
    hint = None if error.hint is None else error.hint.replace(place, "PLACE")
    return type(error).__name__, error.message.replace(place, "PLACE"), hint


def timeless(reply: LLMReply) -> LLMReply:
    """Return `reply` without what differs between two calls: the times."""
    return replace(reply, usage=replace(reply.usage, latency_ms=None, first_token_ms=None))


def wait_until(condition: Callable[[], bool], timeout_s: float = 5.0) -> bool:
    """Wait until `condition` holds; False if it does not in time."""
    ends = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > ends:
            return False
        time.sleep(0.005)
    return True


def at(protocol: str, base: str | None, **options: Any) -> LLMProvider:
    """Return the LiteLLM provider for a server at `base` that is none of ours."""
    return get_provider("litellm", model=MODELS[protocol], api_base=base, **options)


@contextmanager
def answering(raw: bytes) -> Iterator[int]:
    """A port whose server answers the first bytes of one connection with `raw` and closes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(65536)
            peer.sendall(raw)
            with suppress(OSError):  # the client may have gone
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65536):
                    pass

    thread = threading.Thread(target=answer)
    thread.start()
    yield int(listener.getsockname()[1])
    thread.join()
    listener.close()
