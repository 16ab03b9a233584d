"""Row dns-again: a lookup that fails temporarily is repeated, and the user is told."""

import pytest

from hello_llm import UnreachableError
from tests.networks.calls import ANSWER, NO_RETRY, answer, ask, failure, findings, reply, write_call
from tests.networks.dns import Host, dns_server
from tests.servers import OpenAI, ScriptedServer

LIVE = ("127.0.0.1",)
TEMPORARY = "cannot resolve api.test for the moment: the name servers fail or do not answer"


@pytest.mark.parametrize("failures", [1, 2])
def test_dns_again_a_passing_failure_is_not_even_an_attempt(failures, home):
    hosts = {"api.test": Host(LIVE, failure="SERVFAIL", failures=failures)}
    with ScriptedServer(OpenAI()) as server, dns_server(hosts) as names:
        base = f"http://api.test:{server.port}/v1"
        assert answer(base) == ANSWER
        assert names.queries["api.test", "A"] == failures + 1
        names.queries.clear()
        write_call(home, base)
        ended = ask(home, "--quiet", *NO_RETRY)
    assert (ended.code, ended.stdout, ended.stderr) == (0, f"{ANSWER}\n", "")


@pytest.mark.parametrize("failure_kind", ["SERVFAIL", "REFUSED"])
def test_dns_again_a_lasting_failure_is_temporary(failure_kind):
    with dns_server({"api.test": Host(failure=failure_kind)}):
        error = failure("http://api.test:9/v1")
    assert isinstance(error, UnreachableError)
    assert error.message == TEMPORARY
    assert "try again" in (error.hint or "")
    assert error.transient


def test_dns_again_the_program_retries_a_lasting_failure(home):
    with dns_server({"api.test": Host(failure="SERVFAIL")}):
        write_call(home, "http://api.test:9/v1")
        document = reply(ask(home, "--json"))
        found = findings(home)
    assert (document["exit_code"], document["attempts"]) == (6, 3)
    assert document["error"]["message"] == TEMPORARY
    assert found["exit_code"] == 6
    assert found["resolution"]["message"] == TEMPORARY


def test_dns_again_a_failure_that_passes_between_the_attempts_is_survived(home):
    hosts = {"api.test": Host(LIVE, failure="SERVFAIL", failures=4)}
    with ScriptedServer(OpenAI()) as server, dns_server(hosts):
        write_call(home, f"http://api.test:{server.port}/v1")
        document = reply(ask(home, "--json"))
    assert (document["exit_code"], document["text"], document["attempts"]) == (0, ANSWER, 2)


@pytest.mark.parametrize("host", [None, Host()], ids=["unknown", "without addresses"])
def test_dns_again_a_name_that_does_not_exist_is_not_retried(host, home):
    with dns_server({} if host is None else {"api.test": host}) as names:
        error = failure("http://api.test:9/v1")
        assert names.queries["api.test", "A"] == 1
        write_call(home, "http://api.test:9/v1")
        document = reply(ask(home, "--json"))
    assert isinstance(error, UnreachableError)
    assert error.message == "cannot resolve api.test"
    assert not error.transient
    assert (document["exit_code"], document["attempts"]) == (6, 1)
