"""Checks whether the vendor lists the model."""

import re
import time
from collections.abc import Collection
from difflib import get_close_matches

from hello_llm.contract import HelloLLMError, RequestError
from hello_llm.contract.diagnosis import Diagnosis
from hello_llm.providers.http.client.transport import Transport
from hello_llm.providers.http.model_list import (
    LISTED_FOR_ALL,
    ModelList,
    list_request,
)
from hello_llm.providers.http.probe import list_models
from hello_llm.providers.http.route import Route

_DATED = r"-(\d{4,8}|\d{4}-\d\d-\d\d)"
_SHOWN = 5


def diagnose_models(route: Route, transport: Transport, within_s: float | None) -> Diagnosis:
    """Look for the model in the vendor's list of models; fetching the list is free.

    Args:
        route: the route of the call, with its key.
        transport: how to connect to the vendor.
        within_s: time limit in seconds for the response; ``None`` waits forever.
    """
    asked = list_request(route)
    if asked is None:
        return Diagnosis.ok("models", f"{route.vendor} has no list of models that doctor can read")
    started = time.monotonic()
    try:
        listed = list_models(route, transport, asked, within_s)
    except HelloLLMError as error:
        return Diagnosis.failure("models", error)
    took_ms = (time.monotonic() - started) * 1000
    return _verdict(route, listed, f"{took_ms:.0f} ms")


def _verdict(route: Route, listed: ModelList, took: str) -> Diagnosis:
    count = f"{len(listed.names)} model{'' if len(listed.names) == 1 else 's'}"
    dated = _meant(route, listed.names)
    if dated is not None:
        which = route.name if dated == route.name else f"{dated}, which is {route.name},"
        words = f"{route.place} lists {count}, {which} among them, {took}"
        if route.vendor in LISTED_FOR_ALL and route.api_key is not None:
            words += "; the list is public, so the key was not tested"
        return Diagnosis.ok("models", words)
    if not listed.whole:
        words = f"{route.name} is not among the first {count} that {route.place} lists"
        return Diagnosis.warning("models", f"{words}, but there are more", "--spend makes a call")
    words = f"{route.place} lists {count}, and {route.name} is not among them"
    return Diagnosis.failure("models", RequestError(words, _near(route, listed.names)))


def _meant(route: Route, names: Collection[str]) -> str | None:
    """Return the entry of `names` that the model means: the same name, or its latest version."""
    if route.name in names:
        return route.name
    if route.vendor == "ollama_chat":
        tagged = f"{route.name}:latest"
        return tagged if tagged in names else None
    dated = re.compile(re.escape(route.name.removesuffix("-latest")) + _DATED)
    return max((name for name in names if dated.fullmatch(name)), default=None)


def _near(route: Route, names: Collection[str]) -> str:
    prefix = route.typed.partition("/")[0]
    pull = f"   or ollama pull {route.name}" if route.vendor == "ollama_chat" else ""
    near = [f"{prefix}/{name}" for name in get_close_matches(route.name, sorted(names))]
    if near:
        return f"did you mean {' or '.join(near)}?{pull}"
    if pull:
        return f"ollama pull {route.name}"
    shown = sorted(names)[:_SHOWN]
    more = ", …" if len(names) > _SHOWN else ""
    return (
        f"it has {', '.join(f'{prefix}/{name}' for name in shown)}{more}"
        if shown
        else "check --api-base"
    )
