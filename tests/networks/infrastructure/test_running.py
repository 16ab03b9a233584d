"""The program runs in this network, in a process of its own or through the Python interface."""

from hello_llm import get_provider
from tests.networks.dns import Host, dns_server
from tests.networks.running import run, write_profile
from tests.servers import OpenAI, ScriptedServer

API = {"api.test": Host(("127.0.0.1",))}


def test_the_program_runs_with_the_profile_that_was_written(home):
    with dns_server(API) as names, ScriptedServer(OpenAI()) as server:
        write_profile(
            home,
            f"""\
            provider = "litellm"
            model = "openai/m"
            api_base = "http://api.test:{server.port}/v1"
            api_key_env = "KEY"
            """,
        )
        ended = run(home, "chat", "--quiet", stdin="hi", environ={"KEY": "sk-test"})
    assert (ended.code, ended.stdout, ended.stderr) == (0, "Hello, world!\n", "")
    assert ended.seconds > 0
    assert names.queries["api.test", "A"] >= 1


def test_the_program_runs_in_this_process():
    with dns_server(API) as names, ScriptedServer(OpenAI()) as server:
        base = f"http://api.test:{server.port}/v1"
        provider = get_provider("litellm", model="openai/m", api_base=base, environ={})
        assert provider.chat("hi").text == "Hello, world!"
    assert names.queries["api.test", "A"] >= 1
