"""Runs the steps of doctor in order, from the installation to the server and its models."""

from collections.abc import Iterator

from hello_llm.contract import AuthError, UsageError
from hello_llm.contract.diagnosis import Diagnosis
from hello_llm.doctor.configuration import diagnose_problems, diagnose_settings
from hello_llm.doctor.destination import (
    LOCAL,
    diagnose_key,
    diagnose_local,
    diagnose_mock,
    diagnose_model,
    route_of,
    route_with_key,
)
from hello_llm.doctor.environment import diagnose_environment, diagnose_warmth
from hello_llm.doctor.models import diagnose_models
from hello_llm.doctor.prices import diagnose_prices
from hello_llm.doctor.reaching import diagnose_reach
from hello_llm.doctor.subject import Subject, timeout_s, transport_of
from hello_llm.doctor.versions import diagnose_versions
from hello_llm.settings.fields import Settings


def diagnose(subject: Subject) -> Iterator[Diagnosis]:
    """Yield each diagnosis as soon as it is made; no step costs money."""
    yield from diagnose_versions()
    settings = subject.settings
    if isinstance(settings, UsageError):
        yield from diagnose_problems(settings, subject.config_file)
    else:
        yield from diagnose_settings(settings)
    yield from diagnose_environment(subject.environ)
    yield from diagnose_warmth()
    if not isinstance(settings, UsageError):
        yield from _diagnose_call(settings, subject)


def _diagnose_call(settings: Settings, subject: Subject) -> Iterator[Diagnosis]:
    if settings.provider == "mock":
        yield diagnose_mock()
    elif settings.model is not None and settings.model.startswith(LOCAL):
        yield from diagnose_local(settings, settings.model)
    else:
        yield from _diagnose_server(settings, subject)


def _diagnose_server(settings: Settings, subject: Subject) -> Iterator[Diagnosis]:
    try:
        way = route_of(settings)
    except UsageError as error:
        yield Diagnosis.failure("model", error)
        return
    yield diagnose_model(way)
    yield from diagnose_prices(way.typed)
    key = diagnose_key(way, settings, subject.environ)
    yield key
    try:
        transport = transport_of(settings, subject)
        transport.via  # noqa: B018 - it checks the address
    except UsageError as error:
        yield Diagnosis.failure("tls", error)
        return
    except AuthError as error:
        yield Diagnosis.failure("key", error)
        return
    reached = True
    for diagnosis in diagnose_reach(way, transport):
        reached = reached and diagnosis.status != "failure"
        yield diagnosis
    if reached and key.status != "failure":
        route = route_with_key(settings, subject.environ)
        yield diagnose_models(route, transport, timeout_s(settings))
