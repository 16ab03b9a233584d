"""Calls are made on the nodes of Ray; those of a node that is lost are made by another one."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

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
from tests.servers import OpenAI, Script, ScriptedServer

JOBS = 8
ROWS = 40


def settings_for(server: ScriptedServer) -> Settings:
    where = f"{server.url}/v1"
    return Settings(
        provider="litellm", model="openai/tiny", api_base=where, api_key_env="OPENAI_API_KEY"
    )


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
        until(lambda: ask(provider, "hi") and not any(one in cluster._actors for one in before))


def test_a_call_that_is_closed_is_cut_on_its_node():
    stalled = ScriptedServer(OpenAI(), Script(end="stall"))
    with stalled as server, two_nodes(jobs=2) as (_, cluster):
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


OWN = """
import os, signal
from hello_llm.batch.engines.choose import EngineOptions, engine_of
from hello_llm.settings.fields import Settings

heard = []
signal.signal(signal.SIGTERM, lambda *_: heard.append("TERM"))
with engine_of("ray")(EngineOptions(jobs=4, timeout_s=600.0)) as opening:
    with opening(Settings(), None, None) as provider:
        print(provider.chat("hi").text)
    for settings in (Settings(provider="litellm", model="local/a"), Settings(script="a.toml")):
        try:
            opening(settings, None, None).__enter__()
        except Exception as error:
            print(error)
    os.kill(os.getpid(), signal.SIGTERM)
    while not heard:
        pass
    from ray._common.usage.usage_lib import usage_stats_enabled
    print(usage_stats_enabled(), os.environ["RAY_AUTH_MODE"])
"""


def test_a_cluster_of_our_own_leaves_signals_alone_and_reports_nothing(monkeypatch):
    monkeypatch.delenv("RAY_AUTH_MODE")
    command = [sys.executable, "-c", OWN]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.stderr == ""
    assert ended.stdout.splitlines() == [
        "Hello! You said: hi",
        "local/a runs on this machine, and --engine ray asks from others",
        "a script is played on this machine, and --engine ray asks from others",
        "False token",
    ]


def test_the_keys_are_those_of_the_nodes(monkeypatch):
    with echoing() as server, nodes() as found:
        found.start()
        found.wait(1)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-driver")
        monkeypatch.setenv("DRIVERS_KEY", "sk-of-the-driver")
        with ray_cluster(1, found.address) as cluster:
            ask(RemoteProvider(settings_for(server), cluster), "hi")
            settings = replace(settings_for(server), api_key_env="DRIVERS_KEY")
            with pytest.raises(AuthError) as missing:
                ask(RemoteProvider(settings, cluster), "hi")
        (request,) = server.requests
    assert request.headers["authorization"] == "Bearer sk-cluster-key"
    assert missing.value.message.startswith("where the calls are made, DRIVERS_KEY is not set")
    assert missing.value.hint == RayCluster.keys


def test_something_else_at_the_address_is_no_cluster():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"ray://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UnreachableError, match="there is no Ray cluster"):
            ray_cluster(2, address).__enter__()


def test_a_wrong_address_is_refused():
    with pytest.raises(UsageError, match=r"^cannot use the Ray cluster at nonsense: "):
        ray_cluster(2, "nonsense").__enter__()
