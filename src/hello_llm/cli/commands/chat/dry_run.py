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
from hello_llm.text.money import dollars

if TYPE_CHECKING:
    from hello_llm.calls.plan import Plan
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
    plan = _plan(settings, request, display)
    document = {
        "schema": "hello-llm.dry-run/1",
        "request": _request(settings, request if plan is None else plan.request),
        "cost": _cost(plan),
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


def _plan(settings: Settings, request: ChatRequest, display: Display) -> "Plan | None":
    """Return how `request` would be sent, and what it may cost; ``None`` if it costs nothing."""
    from hello_llm.calls.money import Meter, is_paid

    if not is_paid(settings):
        return None
    with Meter("chat", settings, settings.max_cost) as meter:
        plan = meter.plan(settings, request)
        refusal = meter.refusal(plan)
    if refusal is not None:
        display.messages.warning(f"the call would be refused: {refusal.message}; {refusal.hint}")
    return plan


def _cost(plan: "Plan | None") -> dict[str, Any]:
    if plan is None:
        return {"at_most_usd_nanos": 0, "computed": "it costs nothing", "note": None}
    return {"at_most_usd_nanos": plan.nano_usd, "computed": plan.words, "note": plan.note}


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
    yield from _cost_lines(document["cost"])
    yield ""
    width = max(map(len, FIELDS))
    for key, setting in document["settings"].items():
        value = json.dumps(setting["value"], ensure_ascii=False)
        yield f"{key:{width}}  {value}  ({setting['origin']})"


def _cost_lines(cost: dict[str, Any]) -> Iterator[str]:
    most = cost["at_most_usd_nanos"]
    shown = "unknown" if most is None else f"at most {dollars(most)} for each attempt"
    yield f"cost: {shown}: {cost['computed']}" if most != 0 else f"cost: {cost['computed']}"
    if cost["note"] is not None:
        yield f"note: {cost['note']}"
