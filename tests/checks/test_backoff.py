"""How long each host is left alone."""

from hello_llm.checks.backoff import Backoff


def test_a_host_is_left_alone_for_the_longest_that_was_asked_and_no_other_is():
    now = [10.0]
    backoff = Backoff(lambda: now[0])
    backoff.hold("a", 3.0)
    backoff.hold("a", 1.0)
    now[0] = 12.5
    assert (backoff.held("a"), backoff.held("b")) == (True, False)
    assert backoff.waits() == {"a": 0.5}
    now[0] = 13.0
    assert (backoff.held("a"), backoff.waits()) == (False, {})
