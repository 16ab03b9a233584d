"""The examination from its first diagnosis to its last: from what decides a call to its server."""

from collections.abc import Iterator

from hello_llm.contract import UsageError
from hello_llm.contract.diagnosis import Diagnosis
from hello_llm.doctor.configuration import examine_problems, examine_settings
from hello_llm.doctor.destination import (
    LOCAL,
    examine_key,
    examine_local,
    examine_mock,
    examine_model,
    route_of,
    route_with_key,
)
from hello_llm.doctor.environment import examine_environment, examine_warmth
from hello_llm.doctor.models import examine_models
from hello_llm.doctor.reaching import examine_reach
from hello_llm.doctor.subject import Subject, patience_s, transport_of
from hello_llm.doctor.versions import examine_versions
from hello_llm.settings import Settings


def examine(subject: Subject) -> Iterator[Diagnosis]:
    """Yield each diagnosis as soon as it is made; nothing here costs money."""
    yield from examine_versions()
    settings = subject.settings
    if isinstance(settings, UsageError):
        yield from examine_problems(settings, subject.config_file)
    else:
        yield from examine_settings(settings)
    yield from examine_environment(subject.environ)
    yield from examine_warmth()
    if not isinstance(settings, UsageError):
        yield from _examine_call(settings, subject)


def _examine_call(settings: Settings, subject: Subject) -> Iterator[Diagnosis]:
    if settings.provider == "mock":
        yield from examine_mock(settings)
    elif settings.model is not None and settings.model.startswith(LOCAL):
        yield from examine_local(settings, settings.model)
    else:
        yield from _examine_server(settings, subject)


def _examine_server(settings: Settings, subject: Subject) -> Iterator[Diagnosis]:
    try:
        way = route_of(settings)
    except UsageError as error:
        yield Diagnosis.failure("model", error)
        return
    yield examine_model(way)
    key = examine_key(way, settings, subject.environ)
    yield key
    try:
        transport = transport_of(settings, subject.certificates(settings))
    except UsageError as error:
        yield Diagnosis.failure("tls", error)
        return
    reached = True
    for diagnosis in examine_reach(way, transport):
        reached = reached and diagnosis.status == "ok"
        yield diagnosis
    if reached and key.status != "failure":
        route = route_with_key(settings, subject.environ)
        yield examine_models(route, transport, patience_s(settings))
