"""Chooses the engine of a batch by its name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from hello_llm.batch.engines.remote import Cluster, RemoteProvider
from hello_llm.batch.engines.row import check_portable
from hello_llm.calls.opening import Serve, open_provider
from hello_llm.calls.workers import Opening
from hello_llm.contract import LLMProvider, UsageError
from hello_llm.settings.fields import Settings
from hello_llm.text.phrases import listed, quoted

if TYPE_CHECKING:
    from hello_llm.providers.mock.play import Play


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What an engine is started with."""

    jobs: int
    """How many calls are made at the same time."""
    timeout_s: float
    """The deadline of a call in seconds; 0 for none."""
    ray_address: str | None = None
    """The address of a Ray cluster; ``None`` for one on this machine."""
    modal_secrets: Sequence[str] = ()
    """The names of the secrets, kept with Modal, that hold the keys."""


Engine = Callable[[EngineOptions], AbstractContextManager[Opening]]
"""Starts what makes the calls; the context yields what opens its providers."""


@contextmanager
def _threads(options: EngineOptions) -> Iterator[Opening]:
    _refuse("--ray-address", options.ray_address, "ray")
    _refuse("--modal-secret", options.modal_secrets, "modal")
    yield open_provider


@contextmanager
def _ray(options: EngineOptions) -> Iterator[Opening]:
    from hello_llm.batch.engines.ray import ray_cluster

    _refuse("--modal-secret", options.modal_secrets, "modal")
    with ray_cluster(options.jobs, options.ray_address) as cluster:
        yield _opening(cluster, "ray")


@contextmanager
def _modal(options: EngineOptions) -> Iterator[Opening]:
    from hello_llm.batch.engines.modal import modal_function

    _refuse("--ray-address", options.ray_address, "ray")
    with modal_function(options.jobs, options.modal_secrets, options.timeout_s) as function:
        yield _opening(function, "modal")


ENGINES: Mapping[str, Engine] = MappingProxyType(
    {"threads": _threads, "ray": _ray, "modal": _modal}
)
"""Every engine by its name; the first one is the default."""
DEFAULT_ENGINE = next(iter(ENGINES))
"""The engine if none is named."""


def engine_of(name: str | None) -> Engine:
    """Return the engine called `name`.

    Raises:
        UsageError: there is none with this name.
    """
    engine = ENGINES.get(name or DEFAULT_ENGINE)
    if engine is None:
        raise UsageError(
            f"--engine must be {listed(ENGINES, 'or')}, not {quoted(str(name))}",
            f"--engine {DEFAULT_ENGINE}",
        )
    return engine


def _opening(cluster: Cluster, engine: str) -> Opening:
    """Return what opens providers whose calls `cluster` makes."""

    @contextmanager
    def opened(settings: Settings, _serve: Serve, _play: "Play | None") -> Iterator[LLMProvider]:
        check_portable(settings, engine)
        yield RemoteProvider(settings, cluster)

    return opened


def _refuse(flag: str, given: object, engine: str) -> None:
    if given:
        raise UsageError(
            f"{flag} is for --engine {engine}", f"add --engine {engine}, or leave out {flag}"
        )
