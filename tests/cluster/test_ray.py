"""Calls are made on the nodes of Ray; those of a node that is lost are made by another one."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from hello_llm.batch.engines.choose import EngineOptions, engine_of
from hello_llm.batch.engines.ray import RayCluster, ray_cluster
from hello_llm.batch.engines.remote import RemoteProvider
from hello_llm.contract import (
    AuthError,
    ChatRequest,
    LLMProvider,
    LLMReply,
    UnreachableError,
    UsageError,
    fold,
)
from hello_llm.engine import Candidate, RetryPolicy, Turn
from hello_llm.engine.pace import HostPace
from hello_llm.settings.fields import Settings
from tests.cli.batch.echoing import answered, echoing, let_go
from tests.cluster.nodes import Nodes, nodes
from tests.servers import ScriptedServer

JOBS = 8
ROWS = 40


def settings_for(server: ScriptedServer, **more: object) -> Settings:
    values = {"model": "openai/tiny", "api_base": f"{server.url}/v1"} | more
    return Settings(provider="litellm", api_key_env="OPENAI_API_KEY", **values)  # type: ignore[arg-type]


def ask(provider: LLMProvider, prompt: str) -> LLMReply:
    """Ask as a batch does that has no retries."""
    request = ChatRequest.from_prompt(prompt, model="openai/tiny")
    pace = HostPace("host", 60.0, most=JOBS)
    candidate = Candidate(request, lambda: provider, provider.name, pace)
    return fold(Turn([candidate], stream=False, retry=RetryPolicy(0)))


def until(true, seconds=60.0):
    """Wait until something is true, and fail if it is not in time."""
    ends_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends_at
        time.sleep(0.01)


@contextmanager
def two_nodes(jobs: int = JOBS) -> Iterator[tuple[Nodes, RayCluster]]:
    """Start two nodes, and an actor on each."""
    with nodes() as found:
        found.start()
        found.wait(1)
        found.start()
        found.wait(2)
        with ray_cluster(jobs, found.address) as cluster:
            until(lambda: all(map(cluster._is_ready, cluster._actors)))
            yield found, cluster


def test_each_row_has_one_answer_though_a_node_is_lost():
    with echoing(is_open=False) as server, two_nodes() as (found, cluster):
        settings = settings_for(server)

        def answer(number: int) -> str:
            return ask(RemoteProvider(settings, cluster), f"row {number}").text

        with ThreadPoolExecutor(JOBS) as threads:
            answers = threads.map(answer, range(ROWS))
            try:
                until(lambda: len(server.requests) == JOBS)
                assert {actor.in_flight for actor in cluster._actors} == {JOBS // 2}
                found.kill(1)
                until(lambda: len(server.requests) == JOBS + JOBS // 2)
            finally:
                let_go(server)
            assert list(answers) == [f"echo: row {number}" for number in range(ROWS)]
        assert answered(server).total() == ROWS + JOBS // 2
        assert {actor.in_flight for actor in cluster._actors} == {0}


def test_an_actor_that_is_lost_is_replaced():
    with echoing() as server, two_nodes() as (_, cluster):
        provider = RemoteProvider(settings_for(server), cluster)
        before = list(cluster._actors)
        for actor in before:
            cluster._ray.kill(actor.handle)
        assert ask(provider, "hi").text == "echo: hi"
        until(lambda: ask(provider, "hi") and not set(before) & set(cluster._actors))


def test_a_call_that_is_closed_is_cut_on_its_node():
    with echoing(is_open=False) as server, two_nodes(jobs=2) as (_, cluster):
        provider = RemoteProvider(settings_for(server), cluster)
        ended = []

        def asking() -> None:
            with pytest.raises(UnreachableError, match="the call was stopped"):
                provider.chat(ChatRequest.from_prompt("hi", model="openai/tiny"))
            ended.append(True)

        thread = threading.Thread(target=asking)
        thread.start()
        until(lambda: server.requests)
        provider.close()
        thread.join(10)
        assert ended
        assert server.connections[0].wait_closed(10)


def test_a_program_elsewhere_connects_as_a_client():
    with echoing() as server, nodes() as found:
        found.start()
        found.wait(1)
        with ray_cluster(2, found.client_address) as cluster:
            assert ask(RemoteProvider(settings_for(server), cluster), "hi").text == "echo: hi"


def test_a_cluster_of_our_own_makes_the_calls():
    heard = []
    before = signal.signal(signal.SIGTERM, lambda *_: heard.append("TERM"))
    options = EngineOptions(jobs=4, timeout_s=600.0)
    try:
        with echoing() as server, engine_of("ray")(options) as opening:
            settings = settings_for(server)
            with opening(settings, lambda *_: None, None) as provider:  # type: ignore[arg-type]
                assert ask(provider, "hi").text == "echo: hi"
            # Keys are those of the node, and the node is this machine.
            (request,) = server.requests
            assert request.headers["authorization"] == "Bearer sk-cluster-key"
            with pytest.raises(AuthError, match=r"^where the calls are made, NO_KEY is not set"):
                ask(RemoteProvider(settings_for(server, api_key_env="NO_KEY"), _of(provider)), "x")
            os.kill(os.getpid(), signal.SIGTERM)
            until(lambda: heard)
            with pytest.raises(UsageError, match="local/a runs on this machine"):
                opening(Settings(model="local/a"), lambda *_: None, None).__enter__()  # type: ignore[arg-type]
            assert usage_statistics() is False
    finally:
        signal.signal(signal.SIGTERM, before)


def _of(provider: LLMProvider) -> RayCluster:
    assert isinstance(provider, RemoteProvider)
    cluster = provider._cluster
    assert isinstance(cluster, RayCluster)
    return cluster


def usage_statistics() -> object:
    from ray._private.usage.usage_lib import usage_stats_enabled

    return usage_stats_enabled()


def test_something_else_at_the_address_is_no_cluster():
    with echoing() as server, pytest.raises(UnreachableError, match="there is no Ray cluster"):
        ray_cluster(2, f"ray://127.0.0.1:{server.port}").__enter__()


def test_a_wrong_address_is_refused():
    with pytest.raises(UsageError, match=r"^cannot use the Ray cluster at nonsense: "):
        ray_cluster(2, "nonsense").__enter__()
