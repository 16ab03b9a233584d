"""Asks a server for its own list of models, as ``doctor`` does."""

from dataclasses import replace

from hello_llm.calls.opening import certificates
from hello_llm.contract import UsageError
from hello_llm.contract.model_name import ModelName
from hello_llm.doctor.subject import Subject, timeout_s, transport_of
from hello_llm.machine.environment import whole_environ
from hello_llm.prices.catalogue import Catalogue
from hello_llm.prices.model import Model
from hello_llm.providers.http.model_list import list_request
from hello_llm.providers.http.probe import list_models
from hello_llm.providers.http.route import resolve_route
from hello_llm.settings.fields import Settings

_LONGEST_NAME = 200
"""The longest text that is believed to be the name of a model."""
_HINT = "name the vendor of the server: --vendor openai"


def vendor_of(settings: Settings, vendor: str | None) -> str:
    """Return the vendor to ask for its list: `vendor`, or else the vendor of the profile's model.

    Raises:
        UsageError: there is neither, or the model is not on a server.
    """
    if vendor is None and settings.model is None:
        raise UsageError("--live needs a server to ask", _HINT)
    chosen = vendor or ModelName.parse(str(settings.model)).vendor
    if chosen in {"local", "mock"}:
        raise UsageError(f"{chosen} has no server to ask", _HINT)
    return chosen


def with_served(
    models: list[Model], vendor: str, settings: Settings, catalogue: Catalogue
) -> tuple[list[Model], bool]:
    """Add the models that the vendor's server lists, and mark those that are among `models`.

    Returns all of them, and whether the server's list was whole.

    Raises:
        HelloLLMError: the key is missing, or the server does not send a list.
    """
    environ = whole_environ()
    key_variable = settings.api_key_env
    route = resolve_route(
        f"{vendor}/any", api_base=settings.api_base, api_key_env=key_variable, environ=environ
    )
    asked = list_request(route)
    if asked is None:
        raise UsageError(f"{vendor} has no list of models that can be read", "leave out --live")
    transport = transport_of(settings, Subject(settings, None, environ, certificates))
    served = list_models(route, transport, asked, timeout_s(settings))
    known = {model.name: model for model in models}
    names = (name for name in served.names if 0 < len(name.strip()) <= _LONGEST_NAME)
    for name in (f"{vendor}/{name}" for name in names):
        model = known.get(name) or catalogue.find(name) or Model(name)
        known[name] = replace(model, sources=(*model.sources, "server"))
    return list(known.values()), served.whole
