"""The ASGI application: which path is answered by what."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router, WebSocketRoute

from hello_llm.contract import ExitCode
from hello_llm.machine.environment import whole_environ
from hello_llm.secrets.environ import secrets_in
from hello_llm.secrets.redactor import Redactor
from hello_llm.serve.access import Access, read_token
from hello_llm.serve.calls import Calls, Service, load_litellm
from hello_llm.serve.completions import Completions
from hello_llm.serve.events import Events
from hello_llm.serve.exchange import (
    ALWAYS,
    Receive,
    Scope,
    Send,
    json_response,
    path_within,
)
from hello_llm.serve.gate import Gate
from hello_llm.serve.metrics import CONTENT_TYPE, Metrics
from hello_llm.serve.problem import Problem, ProblemError
from hello_llm.serve.served_models import ServedModels
from hello_llm.serve.settings import ServeSettings
from hello_llm.settings.file import ConfigFile

_COMPLETIONS, _EVENTS, _MODELS = "/v1/chat/completions", "/v1/events", "/v1/models"
_HEALTH, _READY, _METRICS = "/healthz", "/readyz", "/metrics"
_PATHS = (_COMPLETIONS, _EVENTS, _MODELS, _HEALTH, _READY, _METRICS)
_PAGE = Path(__file__).with_name("page")
_FILES: Mapping[str, tuple[str, str]] = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
}
_PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
}


class App:
    """Serves models over HTTP and WebSockets, under any ASGI server."""

    def __init__(self, settings: ServeSettings, config: ConfigFile | None) -> None:
        """Prepare to serve; nothing is sent to any vendor.

        Args:
            settings: what to serve, to whom, and within which bounds.
            config: the configuration, if there is one.

        Raises:
            UsageError: the configuration is invalid, nothing is to be served, or the token is
                missing.
        """
        self.models = ServedModels(settings, config)
        token = read_token(settings.token_env)
        self.redact = Redactor(secrets_in(whole_environ(), *self._secret_variables(settings)))
        self._metrics = Metrics()
        self.calls = Calls(settings, self.models, self._metrics, self.redact)
        service = Service(settings, self.models, self.calls, self.redact)
        routes = [
            Route(_COMPLETIONS, Completions(service), methods=["POST"]),
            WebSocketRoute(_EVENTS, Events(service)),
            Route(_MODELS, self._list_models),
            Route(f"{_MODELS}/{{name:path}}", self._show_model),
            Route(_HEALTH, _healthz),
            Route(_READY, self._readyz),
            Route(_METRICS, self._show_metrics),
            *(Route(path, _show_page) for path in _FILES),
        ]
        router = Router(routes, redirect_slashes=False, lifespan=self._lifespan)
        known = frozenset({*_FILES, *_PATHS})
        self._router = router
        self._is_loaded = False
        self._gate = Gate(router, known, Access(settings, token), self._metrics, self.redact)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one WebSocket, or the lifespan of the server."""
        scope["app"] = self
        serve = self._router if scope["type"] == "lifespan" else self._gate
        await serve(scope, receive, send)

    def preload(self) -> None:
        """Import what calls need, which takes seconds if a model is asked through LiteLLM.

        Servers with a lifespan do it when they start. Elsewhere, the first client waits for it.
        """
        if not self._is_loaded:
            load_litellm(self.models)
            self._is_loaded = True

    def _secret_variables(self, settings: ServeSettings) -> list[str | None]:
        named = {name for one in self.models.all_settings() for name in one.secret_variables}
        return [settings.token_env, *named]

    @asynccontextmanager
    async def _lifespan(self, _app: object) -> AsyncIterator[None]:
        await asyncio.to_thread(self.preload)
        try:
            yield
        finally:
            self.calls.close()

    async def _list_models(self, _request: Request) -> Response:
        found = [_model(name) for name in self.models.names]
        return json_response({"object": "list", "data": found})

    async def _show_model(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self.models.names:
            raise ProblemError(self.models.unknown(name))
        return json_response(_model(name))

    async def _readyz(self, _request: Request) -> Response:
        if self.calls.is_draining:
            text = "the server is stopping"
            problem = Problem(503, text, "server_error", "stopping", exit_code=ExitCode.TERM)
            raise ProblemError(problem)
        return json_response({"status": "ready"})

    async def _show_metrics(self, _request: Request) -> Response:
        return Response(
            self._metrics.text(self.calls.running), headers=ALWAYS | {"content-type": CONTENT_TYPE}
        )


async def _healthz(_request: Request) -> Response:
    return json_response({"status": "ok"})


async def _show_page(request: Request) -> Response:
    file, kind = _FILES[path_within(request.scope)]
    content = (_PAGE / file).read_bytes()
    return Response(content, headers={**ALWAYS, **_PAGE_HEADERS, "content-type": kind})


def _model(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "hello-llm"}
