"""One call's HTTP client: ours, so that nothing but the call's own settings decides about it."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from hello_llm.providers.litellm.end_mark import EndMark
from hello_llm.providers.litellm.route import Route
from hello_llm.providers.litellm.vendors import OPENAI_SDK_VENDORS, OWN_TRANSPORT_VENDORS

if TYPE_CHECKING:
    import httpx

KEY_HEADERS = ("authorization", "x-api-key", "x-goog-api-key", "api-key")
"""The headers in which one vendor or another takes its key."""

NO_KEY = "no-key"
"""Stands where LiteLLM or an SDK insists on a key; where the client is ours, it is not sent."""


class NotSentError(Exception):
    """Raised in place of sending: the connection only looks, or was cut before it was made."""


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request exactly as it would go out."""

    method: str
    """The HTTP method."""
    url: str
    """The whole address."""
    headers: Mapping[str, str]
    """The headers, by lower-case name."""
    body: bytes
    """The body."""


@dataclass(slots=True, eq=False)
class Connection:
    """The client for one call, and the way to cut it off from any thread."""

    timeout: float | None
    """Seconds to wait for a connection and for each piece of the answer; ``None``: for ever."""
    dry_run: bool = False
    """True to keep the request in `sent` and send nothing."""
    sent: WireRequest | None = None
    """The request, once it was made."""
    response: "httpx.Response | None" = None
    """The answer, once its headers are there."""
    on_send: Callable[[], None] = lambda: None
    """Called as the request leaves, after all that LiteLLM does before it."""
    _unauthorized: bool = False
    _aborted: bool = False
    _end_mark: EndMark = field(default_factory=EndMark)
    _http: "httpx.Client | None" = None
    _sockets: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.abort()
        if self._http is not None:
            self._http.close()

    @property
    def status(self) -> int | None:
        """The HTTP status, or ``None`` if none came or LiteLLM used a client of its own."""
        return None if self.response is None else self.response.status_code

    @property
    def receiving(self) -> bool:
        """True once something of the body has come."""
        return self.response is not None and self.response.num_bytes_downloaded > 0

    @property
    def marked(self) -> bool:
        """Whether a streamed answer had the server's mark of its end; true if out of our sight."""
        return self.response is None or self._end_mark.seen

    @property
    def request_id(self) -> str | None:
        """The server's name for the call, if it gave one."""
        if self.response is None:
            return None
        headers = self.response.headers
        name: str | None = headers.get("x-request-id") or headers.get("request-id")
        return name

    @property
    def body(self) -> bytes | None:
        """The whole answer as it came, or ``None`` if LiteLLM used a client of its own."""
        return None if self.response is None else self.response.content

    def abort(self) -> None:
        """Cut the connection at once; a thread that waits on it sees it end."""
        self._aborted = True
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def arguments(self, litellm: ModuleType, route: Route) -> dict[str, Any]:
        """Return what ``litellm.completion`` must be given to go `route` by this connection."""
        arguments: dict[str, Any] = {"api_base": route.api_base, "timeout": self.timeout}
        if route.vendor in OWN_TRANSPORT_VENDORS:
            # Given none, LiteLLM would send the key of the environment to whatever address.
            api_key = route.api_key or (None if route.api_base is None else NO_KEY)
            return arguments | {"api_key": api_key, "max_retries": 0}
        # At their own address some vendors are signed to without a key, as by AWS.
        self._unauthorized = route.api_key is None and route.api_base is not None
        arguments["api_key"] = route.api_key or NO_KEY
        if route.vendor in OPENAI_SDK_VENDORS:
            # LiteLLM sets its own default of 2 on the client it is given.
            client = self._openai_client(litellm, route)
            return arguments | {"client": client, "max_retries": 0}
        return arguments | {"client": self._handler_client()}

    def _openai_client(self, litellm: ModuleType, route: Route) -> Any:  # noqa: ANN401 - untyped substrate
        import openai  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now

        known_base = litellm.get_llm_provider(route.wire_model, api_key=NO_KEY)[3]
        return openai.OpenAI(
            api_key=route.api_key or NO_KEY,
            base_url=route.api_base or known_base or "https://api.openai.com/v1",
            max_retries=0,
            http_client=self._client(),
        )

    def _handler_client(self) -> Any:  # noqa: ANN401 - untyped substrate
        from litellm.llms.custom_httpx.http_handler import (  # noqa: PLC0415 - heavy
            HTTPHandler,
        )

        return HTTPHandler(client=self._client(), timeout=self.timeout)

    def _client(self) -> "httpx.Client":
        import httpx  # noqa: PLC0415 - heavy: LiteLLM has loaded it by now

        self._http = httpx.Client(
            trust_env=False,
            follow_redirects=False,
            timeout=self.timeout,
            event_hooks={"request": [self._prepare], "response": [self._note]},
        )
        return self._http

    def _prepare(self, request: "httpx.Request") -> None:
        """Take off a key that must not go out, and watch for the socket the request gets."""
        for name in KEY_HEADERS:
            if self._unauthorized or request.headers.get(name, "").split(" ")[-1] == NO_KEY:
                request.headers.pop(name, None)
        self.sent = WireRequest(
            request.method, str(request.url), dict(request.headers), request.read()
        )
        if self.dry_run or self._aborted:
            raise NotSentError("it was not sent")
        request.extensions["trace"] = self._trace
        self.on_send()

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Note each socket as it connects; see httpcore's documentation of ``trace``."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            sock = info["return_value"].get_extra_info("socket")
            if sock is not None:
                self._sockets.append(sock)
        if self._aborted:
            self.abort()

    def _note(self, response: "httpx.Response") -> None:
        self.response = response
        decoded = response.iter_bytes

        def iter_bytes(chunk_size: int | None = None) -> Iterator[bytes]:
            return self._end_mark.watch(decoded(chunk_size))

        # Whoever reads the answer, by lines or whole, goes through this method.
        response.iter_bytes = iter_bytes  # type: ignore[method-assign]
