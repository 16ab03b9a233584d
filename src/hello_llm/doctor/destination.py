"""Diagnoses the model, the destination of a call to it, and the key that the call sends."""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from ipaddress import ip_address
from urllib.parse import urlsplit

from hello_llm.contract import AuthError, UsageError
from hello_llm.contract.diagnosis import Diagnosis
from hello_llm.contract.model_name import ModelName
from hello_llm.local import find_weights
from hello_llm.machine.installation import install_extra
from hello_llm.prices.price_list import mode_of
from hello_llm.providers.http.route import Route, resolve_route, resolve_route_without_key
from hello_llm.providers.http.vendor_table import VENDOR_HOSTS, key_variable, needs_key
from hello_llm.settings.fields import Settings

LOCAL = "local/"


def diagnose_mock() -> Diagnosis:
    """Return the diagnosis of a call to the mock, which contacts no server."""
    return Diagnosis.ok("model", "the mock answers by itself: no server is called, no key is read")


def diagnose_local(settings: Settings, model: str) -> Iterator[Diagnosis]:
    """Yield the diagnoses of a local `model`: the package that serves it, and its weights."""
    if settings.api_base is not None:
        wrong = f"{model} runs on this machine and takes no other address"
        yield Diagnosis.failure("local", UsageError(wrong, "leave out --api-base"))
        return
    yield Diagnosis.ok("model", f"{model} is served on loopback for the call, with no key")
    if find_spec("xllamacpp") is None:
        missing = "local models need the extra 'local'"
        yield Diagnosis.failure("local", UsageError(missing, install_extra("local")))
        return
    try:
        weights = find_weights(model.removeprefix(LOCAL), settings.local_models)
    except UsageError as error:
        error.hint = error.hint or "hello-llm config set local.models.NAME PATH"
        yield Diagnosis.failure("local", error)
        return
    size_mb = weights.stat().st_size / 1e6
    yield Diagnosis.ok("local", f"xllamacpp and the weights are there: {weights}, {size_mb:.0f} MB")


def route_of(settings: Settings) -> Route:
    """Return the route of a call, without its key.

    Raises:
        UsageError: the settings lead to no route.
    """
    return resolve_route_without_key(
        settings.model, api_base=settings.api_base, api_key_env=settings.api_key_env
    )


def diagnose_model(route: Route) -> Diagnosis:
    """Return the diagnosis of the name of the model and of the address it is called at."""
    sent = "" if route.wire_model == route.typed else f" is sent as {route.wire_model} and"
    api = ", over the Responses API" if is_asked_by_responses(route) else ""
    return Diagnosis.ok("model", f"{route.typed}{sent} is called at {_goal(route)}{api}")


def is_asked_by_responses(route: Route) -> bool:
    """Return whether a call over `route` uses the Responses API, by name or LiteLLM's table."""
    return route.responses or mode_of(route.vendor, route.name) == "responses"


def route_with_key(settings: Settings, environ: Mapping[str, str]) -> Route:
    """Return the route of a call, with its key.

    Raises:
        AuthError: the key that the call needs is missing.
    """
    return resolve_route(
        settings.model,
        api_base=settings.api_base,
        api_key_env=settings.api_key_env,
        environ=environ,
    )


def diagnose_key(way: Route, settings: Settings, environ: Mapping[str, str]) -> Diagnosis:
    """Return the diagnosis of the key for `way`: whether it is set, and where it is sent."""
    try:
        route = route_with_key(settings, environ)
    except AuthError as error:
        return Diagnosis.failure("key", error)
    if route.key_variable is not None:
        return _key_goes(route)
    if way.key_variable is not None:
        return Diagnosis.warning(
            "key",
            f"{way.key_variable} is not set, so {way.place} is called without a key",
            f"export {way.key_variable}=…   if the server needs one",
        )
    vendor = ModelName.parse(way.typed).vendor
    usual = key_variable(vendor)
    words = f"{way.place} is called without a key"
    if usual in environ and needs_key(vendor):
        return Diagnosis.warning(
            "key",
            f"{words}: the one in {usual} goes only to {VENDOR_HOSTS.get(way.vendor, way.vendor)}",
            f"--api-key-env {usual}   if it is meant for {way.place}",
        )
    return Diagnosis.ok("key", words)


def _key_goes(route: Route) -> Diagnosis:
    words = f"{route.key_variable} is set and goes to {_goal(route)}"
    address = urlsplit(route.api_base or "")
    if address.scheme == "http" and not _is_loopback(address.hostname or ""):
        safer = f"--api-base https://{route.place}   if it speaks TLS"
        return Diagnosis.warning("key", f"{words} unencrypted", safer)
    return Diagnosis.ok("key", words)


def _goal(route: Route) -> str:
    known = route.api_base is not None or route.vendor in VENDOR_HOSTS
    return route.place if known else f"the address that LiteLLM knows for {route.vendor}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
