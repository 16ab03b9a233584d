"""The engine `ray`: actors on the nodes of a Ray cluster make the calls.

A few actors with many threads, because starting one takes seconds and a call mostly waits. They ask
for no CPU: on a busy cluster they would otherwise wait for one without a word. When an actor or its
node is lost, another actor takes its place, and the calls that it was making end with
:class:`LostCallError`: each is counted as possibly paid for, and asked again.
"""

import contextlib
import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from hello_llm import __version__
from hello_llm.batch.engines.ray_connection import connected, last_line
from hello_llm.contract import UnreachableError, UsageError
from hello_llm.engine.pace import LostCallError

_CALLS_OF_AN_ACTOR = 32
"""Calls that one process makes at the same time; more would wait for its one interpreter."""
_CLOSE_S = 5.0
_READY_S = 120.0
"""Time for the first actor to start, in seconds; a cluster may have to start a machine for it."""


@dataclass(slots=True, eq=False)
class _Actor:
    """An actor, and what is known of it."""

    handle: Any
    node: str
    """The ID of its node."""
    version: Any
    """The reference of its first call, which returns the version of hello-llm there."""
    in_flight: int = 0
    is_ready: bool = False


@dataclass(slots=True)
class _Call:
    """A call that an actor is making."""

    cluster: "RayCluster"
    actor: _Actor
    answer: Any
    """The reference of its answer."""
    has_ended: bool = False

    def wait(self, seconds: float) -> Mapping[str, Any] | None:
        """Wait up to `seconds` for the end of the call; see ``RemoteCall``.

        Raises:
            LostCallError: the actor is lost.
        """
        with self.cluster.in_use() as ray:
            if not ray.wait([self.answer], timeout=seconds)[0]:
                return None
            self._end()
            try:
                return ray.get(self.answer)  # type: ignore[no-any-return]
            except ray.exceptions.RayTaskError:  # what our own code has raised there
                raise
            except ray.exceptions.RayError as error:
                self.cluster.replace(self.actor)
                raise LostCallError(
                    "the Ray node or actor that was making the call is lost", transient=True
                ) from error

    def cancel(self) -> None:
        """Give the call up, and have the actor cut its connection."""
        with contextlib.suppress(UnreachableError), self.cluster.in_use() as ray:
            if not self.has_ended:
                self._end()
                ray.cancel(self.answer)

    def _end(self) -> None:
        self.has_ended = True
        self.actor.in_flight -= 1


class RayCluster:
    """Actors that make calls; see ``Cluster``."""

    keys = "set it before `ray start` on each node; without --ray-address, before this command"
    """Where the keys have to be."""
    step_s = 0.1
    """Polling interval in seconds."""

    def __init__(self, ray: ModuleType, jobs: int) -> None:
        """Start actors for so many calls at the same time.

        Raises:
            UsageError: a node has another version of hello-llm, or none.
            UnreachableError: no actor has started.
        """
        self._ray = ray
        self._users = 0
        self._unused = threading.Condition()
        self._is_closed = False
        nodes = self._nodes()
        count = max(min(len(nodes), jobs), math.ceil(jobs / _CALLS_OF_AN_ACTOR))
        # Twice its share, so that half of the actors can make all of the calls.
        self._threads = min(jobs, 2 * math.ceil(jobs / count))
        self._lock = threading.RLock()
        self._actors = [self._start(nodes[at % len(nodes)]) for at in range(count)]
        self._check()

    def submit(self, row: Mapping[str, Any]) -> _Call:
        """Have the actor with the fewest calls run a row; see ``Cluster``."""
        with self.in_use():
            with self._lock:
                ready = [one for one in tuple(self._actors) if self._is_ready(one)]
                actor = min(ready or self._actors, key=lambda one: one.in_flight)
                actor.in_flight += 1
            return _Call(self, actor, actor.handle.run.remote(row))

    def replace(self, lost: _Actor) -> None:
        """Start an actor in place of one that is lost, if possible on another node."""
        with self._lock:
            if lost in self._actors:
                nodes = self._nodes()
                others = [node for node in nodes if node != lost.node] or nodes
                at = self._actors.index(lost)
                self._actors[at] = self._start(others[at % len(others)])

    @contextmanager
    def in_use(self) -> Iterator[ModuleType]:
        """Yield Ray, which is not shut down meanwhile: that would break the process.

        Raises:
            UnreachableError: it is shut down.
        """
        with self._unused:
            if self._is_closed:
                raise UnreachableError("the run was stopped", unsent=True)
            self._users += 1
        try:
            yield self._ray
        finally:
            with self._unused:
                self._users -= 1
                self._unused.notify_all()

    def close(self) -> None:
        """Let nobody use Ray any more, and wait until nobody does."""
        with self._unused:
            self._is_closed = True
            self._unused.wait_for(lambda: not self._users, _CLOSE_S)

    def _nodes(self) -> Sequence[str]:
        """Return the nodes that are for work: those with CPUs, if there are any."""
        alive = [node for node in self._ray.nodes() if node["Alive"]]
        working = [node for node in alive if node["Resources"].get("CPU")]
        return [node["NodeID"] for node in working or alive]

    def _start(self, node: str) -> _Actor:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        from hello_llm.batch.engines.actor import CallActor

        handle = (
            self._ray.remote(CallActor)
            .options(
                num_cpus=0,
                max_concurrency=self._threads,
                # Softly, one that asks for nothing is put anywhere, perhaps on a node just lost.
                scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False),
            )
            .remote()
        )
        return _Actor(handle, node, handle.version.remote())

    def _is_ready(self, actor: _Actor) -> bool:
        """Return whether `actor` has started, so that no call waits for one that does not."""
        if not actor.is_ready and self._ray.wait([actor.version], timeout=0)[0]:
            try:
                self._ray.get(actor.version)
            except self._ray.exceptions.RayError:
                self.replace(actor)
            else:
                actor.is_ready = True
        return actor.is_ready

    def _check(self) -> None:
        started = self._ray.wait([one.version for one in self._actors], timeout=_READY_S)[0]
        if not started:
            raise UnreachableError(
                f"no actor of Ray has started within {_READY_S:g} s", "see `ray status`"
            )
        try:
            version = self._ray.get(started[0])
        except self._ray.exceptions.RayError as error:
            raise UsageError(
                f"hello-llm cannot be used on the nodes of Ray: {last_line(error)}",
                f"install hello-llm {__version__} there, for the same version of Python",
            ) from error
        if version != __version__:
            raise UsageError(
                f"hello-llm is {__version__} here and {version} on a node of Ray",
                "install the same version on every node",
            )


@contextmanager
def ray_cluster(jobs: int, address: str | None) -> Iterator[RayCluster]:
    """Connect to the cluster at `address`, or start one on this machine; yields its actors.

    Raises:
        UsageError: Ray is not installed, the address is wrong, or versions differ.
        UnreachableError: there is no cluster at the address.
    """
    with connected(address) as ray, closing(RayCluster(ray, jobs)) as cluster:
        yield cluster
