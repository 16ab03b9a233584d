"""Rehearses one call of each protocol without a network, so that the first real one is quick.

The first call imports several hundred modules that the import of LiteLLM leaves out, builds
validators and reads the certificates: 0.2 to 0.6 s, which a process can spend before it is asked.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hello_llm.providers.http.route import Route
from hello_llm.providers.http.transport import Transport
from hello_llm.providers.http.vendor_table import OPENAI_SDK_VENDORS
from hello_llm.providers.litellm.adapter import LiteLLMProvider
from hello_llm.providers.litellm.loader import load
from hello_llm.providers.litellm.sample_responses import ANSWERS, Answer

if TYPE_CHECKING:
    import httpx

_SPEAKING_OPENAI = OPENAI_SDK_VENDORS | {"local"}

_BASE = "http://rehearsal.invalid"
"""Where the rehearsals go; no such host can exist."""


def rehearse_all() -> None:
    """Import LiteLLM and all that a first call needs, for every protocol, streamed and whole.

    Nothing is sent, no thread is left running and none was started by LiteLLM: the process may
    fork afterwards. Takes 2 s or more.
    """
    litellm = load()
    with _logging_in_this_thread(litellm):
        for answer in ANSWERS:
            for stream in (True, False):
                _rehearse(answer, stream=stream)


def rehearse(model: str) -> None:
    """Import LiteLLM and what a first streamed call of `model` needs, as far as it is known.

    Nothing is sent, and no thread is left running. Takes 2 s or more.
    """
    litellm = load()
    vendor = model.partition("/")[0]
    if vendor in _SPEAKING_OPENAI:
        vendor = "openai"
    with _logging_in_this_thread(litellm):
        for answer in ANSWERS:
            if answer.model.startswith(f"{vendor}/"):
                _rehearse(answer, stream=True)


def _rehearse(answer: Answer, *, stream: bool) -> None:
    Transport().client(_ignore, _ignore).close()  # what a real one needs to connect
    provider = _Rehearsal(answer, stream=stream)
    if stream:
        for _ in provider.stream_chat("hi"):
            pass
    else:
        provider.chat("hi")


class _Rehearsal(LiteLLMProvider):
    """Gets its answer from no server."""

    def __init__(self, answer: Answer, *, stream: bool) -> None:
        super().__init__(model=answer.model, api_base=_BASE, environ={})
        self._transport = _Canned(body=answer.body(stream=stream))

    def _route(self, model: str | None) -> Route:
        # As at the vendor's own address, where LiteLLM goes another way than elsewhere.
        return replace(super()._route(model), vendors_own=True)


@dataclass(frozen=True, slots=True)
class _Canned(Transport):
    """Answers every request with the same bytes."""

    body: bytes = b""

    def client(
        self,
        on_request: Callable[[Any], None],
        on_response: Callable[[Any], None],
        *,
        secure: bool = True,  # noqa: ARG002 - nothing is sent
    ) -> "httpx.Client":
        import httpx

        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=iter([self.body]), request=request)

        hooks = {"request": [on_request], "response": [on_response]}
        return httpx.Client(
            transport=httpx.MockTransport(answer), event_hooks=hooks, trust_env=False
        )


@contextmanager
def _logging_in_this_thread(litellm: Any) -> Iterator[None]:  # noqa: ANN401 - untyped substrate
    """Let LiteLLM do here what it hands to its pool of threads, which no fork would inherit."""
    pool = litellm.utils.executor
    pool.submit = lambda work, /, *arguments, **named: work(*arguments, **named)
    try:
        yield
    finally:
        del pool.submit


def _ignore(_: object) -> None:
    """Take note of nothing."""
