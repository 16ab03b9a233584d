"""Runs the application under uvicorn, in a thread: signals reach the main thread, as always."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from hello_llm.serve.app import App
from hello_llm.serve.settings import ServeSettings

_LONGEST_HEAD = 64 * 1024
_KEPT_ALIVE_S = 75
_MORE_CONNECTIONS = 512
"""Connections besides those of calls: idle ones, and those that are refused."""
_LAST_WORDS_S = 2


class Server:
    """A server that runs until it is stopped."""

    def __init__(self, app: App, settings: ServeSettings, sockets: Sequence[socket.socket]) -> None:
        """Prepare to serve `app` on `sockets`, within the bounds of `settings`."""
        self._app = app
        self._sockets = sockets
        self._uvicorn = uvicorn.Server(_config(app, settings))
        self._loop = asyncio.new_event_loop()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hello-llm-serve", daemon=True)
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End at once what is left."""
        self._uvicorn.should_exit = self._uvicorn.force_exit = True
        self._thread.join(_LAST_WORDS_S)

    def wait(self) -> None:
        """Wait until the server ends by itself, which it does not unless it fails.

        Raises:
            BaseException: what made it fail.
        """
        self._ended.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self, grace_s: float) -> int:
        """Accept no more calls, wait for those in progress, and return how many were cut off.

        Args:
            grace_s: seconds that they may take.
        """
        stopping = asyncio.run_coroutine_threadsafe(self._stop(grace_s), self._loop)
        cut = stopping.result()
        self._ended.wait(_LAST_WORDS_S)
        return cut

    async def _stop(self, grace_s: float) -> int:
        cut = await self._app.calls.finish(grace_s)
        self._uvicorn.should_exit = True
        return cut

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._uvicorn.serve(list(self._sockets)))
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread
            self._failure = error
        finally:
            self._loop.close()
            self._ended.set()


def _config(app: App, settings: ServeSettings) -> uvicorn.Config:
    """Return the configuration, in which nothing is left to environment variables."""
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=_Protocol,
        ws="websockets-sansio",
        lifespan="on",
        log_config=None,
        access_log=False,
        workers=1,
        proxy_headers=False,
        forwarded_allow_ips="",
        server_header=False,
        ws_max_size=settings.max_body,
        limit_concurrency=settings.max_calls + _MORE_CONNECTIONS,
        timeout_keep_alive=_KEPT_ALIVE_S,
        timeout_graceful_shutdown=_LAST_WORDS_S,
        h11_max_incomplete_event_size=_LONGEST_HEAD,
    )


class _Protocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with a limit to the time for the head of a request."""

    head_timeout_s = 30.0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request."""
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        """Read a part of a request."""
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        super().connection_lost(exc)
        self._forget_head()

    def _watch_head(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._forget_head()
        elif self._head_timer is None:
            close = self.timeout_keep_alive_handler
            self._head_timer = self.loop.call_later(self.head_timeout_s, close)

    def _forget_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
