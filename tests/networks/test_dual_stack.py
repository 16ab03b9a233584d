"""Row dual-stack: a dead IPv6 address before a live IPv4 one costs a moment, and doctor warns."""

import pytest

from tests.networks.calls import ANSWER, ask, findings, timed, write_call
from tests.networks.dns import Host, dns_server
from tests.networks.namespace import DEAD_IPV6, NO_ROUTE_IPV6, UNREACHABLE_IPV6
from tests.servers import OpenAI, ScriptedServer

LIVE = "127.0.0.1"


@pytest.mark.parametrize("others", [(DEAD_IPV6,), (DEAD_IPV6, "fd99::3"), ("::1",)])
def test_dual_stack_a_call_is_answered_at_the_live_address(others):
    name = f"dual{len(others[0])}{len(others)}.test"
    with ScriptedServer(OpenAI()) as server, dns_server({name: Host((*others, LIVE))}) as names:
        base = f"http://{name}:{server.port}/v1"
        first_s, first = timed(base)
        second_s, second = timed(base)
        assert names.queries[name, "AAAA"] == names.queries[name, "A"] == 2
    assert first == second == ANSWER
    assert first_s < 1.0
    assert second_s < 0.2
    assert len(server.requests) == 2


def test_dual_stack_the_program_answers_and_its_doctor_warns(home):
    hosts = {"dual.test": Host((DEAD_IPV6, UNREACHABLE_IPV6, LIVE))}
    with ScriptedServer(OpenAI()) as server, dns_server(hosts):
        write_call(home, f"http://dual.test:{server.port}/v1")
        ended = ask(home, "--quiet")
        found = findings(home)
    assert (ended.code, ended.stdout, ended.stderr) == (0, f"{ANSWER}\n", "")
    connection = found["connection"]
    assert connection["status"] == "warning"
    assert f"port {server.port} of {LIVE} is open" in connection["message"]
    assert f"no answer from {DEAD_IPV6}" in connection["message"]
    assert f"closed: {UNREACHABLE_IPV6} (no route to host)" in connection["message"]
    assert connection["repair"]


def test_dual_stack_doctor_does_not_warn_of_addresses_that_fail_at_once(home):
    hosts = {"dual.test": Host((NO_ROUTE_IPV6, "::1", LIVE))}
    with ScriptedServer(OpenAI()) as server, dns_server(hosts):
        write_call(home, f"http://dual.test:{server.port}/v1")
        found = findings(home)
    assert found["connection"]["status"] == "ok"
