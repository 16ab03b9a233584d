"""Streaming where a person watches, whole answers elsewhere, and signs of life while it waits."""

import json
import os

import pytest

from tests.cli.calls import until
from tests.cli.person import Person
from tests.cli.program import child
from tests.servers import Script

REFUSED = Script(status=400, error="Your organization must be verified to stream this model.")


def asking(server, *flags):
    return ("chat", "-m", "openai/tiny", "--api-base", f"{server.url}/v1", *flags)


def requested(server):
    return [bool(json.loads(request.body).get("stream")) for request in server.requests]


def watched(*arguments, **given):
    with Person(*arguments, **given) as person:
        return person.wait_for_end(), person


@pytest.mark.parametrize(
    ("flags", "streamed"),
    [
        ((), True),
        (("--output", "plain"), True),
        (("--output", "rich"), True),
        (("--stream",), True),
        (("--no-stream",), False),
        (("--json",), False),
        (("--output", "json"), False),
        (("--output", "ndjson"), False),
        (("--out", "answer.txt"), False),
        (("--out", "-"), True),
    ],
)
def test_an_answer_streams_if_a_person_watches_it(
    openai_server, tmp_path, monkeypatch, flags, streamed
):
    monkeypatch.chdir(tmp_path)
    code, _ = watched(*asking(openai_server, *flags, "hi"))
    assert (code, requested(openai_server)) == (0, [streamed])


def test_a_pipe_is_not_streamed_unless_requested(openai_server):
    for flags, streamed in (((), False), (("--output", "rich"), False), (("--stream",), True)):
        openai_server.requests.clear()
        ended = child(*asking(openai_server, *flags, "hi"))
        assert (ended.code, requested(openai_server)) == (0, [streamed])
        assert "loading" not in ended.stderr


def test_the_configuration_decides_before_the_terminal(openai_server, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text("version = 1\n[defaults]\nstream = false\n")
    code, _ = watched(*asking(openai_server, "hi"), "--config", str(config))
    assert (code, requested(openai_server)) == (0, [False])


def test_a_stream_that_nobody_requested_gives_way_to_a_whole_answer(openai_server):
    openai_server.play(REFUSED, Script(chunks=("Hello",)))
    code, person = watched(*asking(openai_server, "hi"), columns=200)
    assert (code, requested(openai_server)) == (0, [True, False])
    assert "does not stream openai/tiny (400)" in person.shown
    assert "asking openai/tiny now without streaming" in person.shown
    assert "\nHello\n" in person.shown


def test_a_stream_that_was_requested_is_an_error_if_it_is_refused(openai_server):
    openai_server.play(REFUSED, Script(chunks=("Hello",)))
    code, person = watched(*asking(openai_server, "--stream", "hi"), columns=200)
    assert (code, requested(openai_server)) == (4, [True])
    assert "hint: --no-stream asks for the whole answer at once" in person.shown


def test_a_conversation_asks_for_a_stream_only_until_it_is_refused(openai_server):
    openai_server.play(REFUSED, Script())
    with Person(*asking(openai_server, "--output", "plain")) as person:
        person.say("one")
        person.wait_for("Hello, world!")
        person.say("two")
        person.say("/exit")
        assert person.wait_for_end() == 0
    assert requested(openai_server) == [True, False, False]


def test_a_dry_run_on_a_terminal_shows_the_stream_and_why(openai_server):
    _, person = watched(*asking(openai_server, "--dry-run", "hi"), columns=120, lines=120)
    assert '"stream": true' in person.shown
    assert "true  (implied by the terminal)" in " ".join(person.shown.split()).replace(" (", "  (")


STALLED = Script(chunks=(), end="stall")


@pytest.mark.parametrize(
    ("cache", "phase"), [("/dev/null", "loading LiteLLM ("), (".cache", "compiling LiteLLM ")]
)
def test_what_the_call_waits_for_is_said_until_the_answer_begins(
    openai_server, home, monkeypatch, cache, phase
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / cache))
    openai_server.play(Script(delay_s=1.0))
    with Person(*asking(openai_server, "hi")) as person:
        person.wait_for(phase)
        person.wait_for("waiting for the first token (")
        person.wait_for("Hello, world!")
        assert person.wait_for_end() == 0
        assert "LiteLLM" not in person.shown
        assert "waiting" not in person.shown


def test_a_whole_answer_is_waited_for_by_its_own_name(openai_server):
    openai_server.play(STALLED)
    with Person(*asking(openai_server, "--no-stream", "hi")) as person:
        person.wait_for("waiting for the answer (")
        person.interrupt()
        assert person.wait_for_end() == 130
        assert "waiting" not in person.shown
        assert person.shown.endswith("error: interrupted")


@pytest.mark.parametrize(
    ("flags", "code"), [(("--output", "plain"), 6), (("--output", "json"), 9), ((), 6)]
)
def test_an_error_takes_the_place_of_what_was_waited_for(openai_server, flags, code):
    openai_server.play(STALLED)
    asked = asking(openai_server, *flags, "--retries", "0", "hi")
    with Person(*asked, columns=200) as person:
        person.wait_for("waiting for the ")
        until(lambda: openai_server.requests)
        openai_server.close()
        assert person.wait_for_end() == code
        assert "waiting for the " not in person.shown
        assert "\nerror: " in f"\n{person.shown}"


@pytest.mark.parametrize(
    ("flags", "term"),
    [(("--quiet",), "xterm"), ((), "dumb"), (("--out", "a.txt"), "xterm")],
)
def test_no_sign_of_life_where_it_is_not_wanted_or_could_not_be_erased(
    openai_server, tmp_path, monkeypatch, flags, term
):
    monkeypatch.chdir(tmp_path)
    openai_server.play(Script(delay_s=0.6))
    _, person = watched(*asking(openai_server, *flags, "hi"), TERM=term)
    assert b"loading" not in person.screen.written
    assert b"waiting" not in person.screen.written


@pytest.mark.parametrize("piped", ["stdout", "stderr"])
def test_no_sign_of_life_if_one_of_the_outputs_is_no_terminal(openai_server, piped):
    openai_server.play(Script(delay_s=0.6))
    reading, writing = os.pipe()
    try:
        pipes = [writing if piped == name else None for name in ("stdout", "stderr")]
        asked = asking(openai_server, "hi")
        with Person(*asked, stdout=pipes[0], stderr=pipes[1]) as person:
            os.close(writing)
            if piped == "stderr":
                person.wait_for("Hello, world!")
            assert person.wait_for_end() == 0
        with open(reading, "rb", closefd=False) as pipe:
            said = pipe.read() + person.screen.written
    finally:
        os.close(reading)
    assert b"Hello" in said
    assert b"loading" not in said
    assert b"waiting" not in said
