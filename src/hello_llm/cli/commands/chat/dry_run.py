"""``--dry-run``: shows the request that would be sent, without keys, and the settings."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hello_llm.calls.opening import build_request, open_provider
from hello_llm.cli.display import Display
from hello_llm.cli.exits import printing
from hello_llm.cli.prompt import GREETING
from hello_llm.contract import ChatRequest, Message
from hello_llm.rendering.sanitize import sanitize
from hello_llm.secrets.environ import is_secrets_name
from hello_llm.secrets.redactor import REDACTED
from hello_llm.settings.fields import FIELDS, Settings
from hello_llm.text.ci_commands import disarmed, disarmed_json

if TYPE_CHECKING:
    from hello_llm.providers.http.client.connection import WireRequest
    from hello_llm.providers.http.client.proxy import Proxy
    from hello_llm.providers.litellm.adapter import LiteLLMProvider

_UNSTARTED = "http://127.0.0.1/v1"
"""The address of a local model's server, which a dry run does not start; its port is not known."""


def show_request(settings: Settings, prompt: str | None, display: Display) -> None:
    """Print the request for `prompt` and every setting with its origin; send nothing.

    Raises:
        HelloLLMError: the request cannot be built, for the same reason as in a real call.
    """
    request = build_request(settings, (Message("user", prompt or GREETING),))
    document = {
        "schema": "hello-llm.dry-run/1",
        "request": _request(settings, request),
        "settings": {
            key: {"value": getattr(settings, key), "origin": str(settings.origins[key])}
            for key in FIELDS
        },
    }
    as_json = settings.output in {"json", "ndjson"}
    text = json.dumps(document, ensure_ascii=False) if as_json else "\n".join(_lines(document))
    text = (disarmed_json if as_json else disarmed)(display.messages.redact(text))
    if display.terminal.stdout_is_tty:
        text = sanitize(text)
    with printing():
        display.terminal.write_stdout(f"{text}\n".encode())


def _request(settings: Settings, request: ChatRequest) -> dict[str, Any]:
    with open_provider(settings, _leave_unstarted) as provider:
        if settings.provider == "mock":
            return {"provider": "mock", **asdict(request)}
        sent = cast("LiteLLMProvider", provider).describe(request, stream=bool(settings.stream))
    return {
        "method": sent.method,
        "url": sent.url,
        "headers": {name: _shown(name, value, sent) for name, value in sent.headers.items()},
        "proxy": None if sent.proxy is None else _described(sent.proxy),
        "body": json.loads(sent.body),
    }


def _shown(name: str, value: str, sent: "WireRequest") -> str:
    hidden = name in sent.secret_headers or is_secrets_name(name)
    return REDACTED if hidden else value


def _described(proxy: "Proxy") -> dict[str, Any]:
    login = {} if proxy.login is None else {"proxy-authorization": REDACTED}
    return {"url": proxy.address, "headers": login}


@contextmanager
def _leave_unstarted(_weights: Path, _name: str) -> Iterator[str]:
    yield _UNSTARTED


def _lines(document: dict[str, Any]) -> Iterator[str]:
    request = document["request"]
    if "url" in request:
        yield f"{request['method']} {request['url']}"
        yield from (f"{name}: {value}" for name, value in request["headers"].items())
        yield ""
        if request["proxy"] is not None:
            yield f"through the proxy {request['proxy']['url']}"
            yield from (f"{name}: {value}" for name, value in request["proxy"]["headers"].items())
            yield ""
        request = request["body"]
    yield json.dumps(request, ensure_ascii=False, indent=2)
    yield ""
    width = max(map(len, FIELDS))
    for key, setting in document["settings"].items():
        value = json.dumps(setting["value"], ensure_ascii=False)
        yield f"{key:{width}}  {value}  ({setting['origin']})"
