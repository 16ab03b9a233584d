"""Rehearses one call per protocol without a network, so that the first real one is fast.

The first call imports several hundred modules that importing LiteLLM leaves out, builds validators
and reads the certificates: 0.2 to 0.6 s, which a process can spend before it gets a request.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hello_llm.providers.http.client.network import Network
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.route import Route
from hello_llm.providers.http.vendor_table import OPENAI_SDK_VENDORS
from hello_llm.providers.litellm.adapter import LiteLLMProvider
from hello_llm.providers.litellm.loader import load
from hello_llm.providers.litellm.sample_responses import ANSWERS, Answer

if TYPE_CHECKING:
    import httpx

_SPEAKING_OPENAI = OPENAI_SDK_VENDORS | {"local"}

_BASE = "http://rehearsal.invalid"
"""The address for rehearsals; no such host can exist."""


def rehearse_all() -> None:
    """Import LiteLLM and all that a first call needs, for every protocol, streamed and whole.

    Nothing is sent, no thread is left running, and LiteLLM starts none, so the process may fork
    afterwards. Takes 2 s or more.
    """
    load()
    for answer in ANSWERS:
        for stream in (True, False):
            _rehearse(answer, stream=stream)


def rehearse(model: str) -> None:
    """Import LiteLLM, and rehearse a streamed call to `model` if its vendor has a sample answer.

    Nothing is sent, and no thread is left running. Takes 2 s or more.
    """
    load()
    vendor = model.partition("/")[0]
    if vendor in _SPEAKING_OPENAI:
        vendor = "openai"
    for answer in ANSWERS:
        if answer.model.startswith(f"{vendor}/"):
            _rehearse(answer, stream=True)


def _rehearse(answer: Answer, *, stream: bool) -> None:
    # This loads what a real client needs.
    Transport().client(lambda request: request, lambda response: response, Network()).close()
    provider = _Rehearsal(answer, stream=stream)
    if stream:
        for _ in provider.stream_chat("hi"):
            pass
    else:
        provider.chat("hi")


class _Rehearsal(LiteLLMProvider):
    """A provider that gets a sample answer instead of calling a server."""

    def __init__(self, answer: Answer, *, stream: bool) -> None:
        super().__init__(model=answer.model, api_base=_BASE, environ={})
        self._transport = _Canned(body=answer.body(stream=stream))

    def _route(self, model: str | None) -> Route:
        # LiteLLM takes a different code path for the vendor's own address; rehearse that one.
        return replace(super()._route(model), vendors_own=True)


@dataclass(frozen=True, slots=True)
class _Canned(Transport):
    """Answers every request with the same bytes."""

    body: bytes = b""

    def _wire(self, *_: object, **__: object) -> "httpx.BaseTransport":
        import httpx

        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=iter([self.body]), request=request)

        return httpx.MockTransport(answer)
