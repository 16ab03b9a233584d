"""A conversation: turns at a terminal, each with all that was said before."""

import os
import time

from tests.cli.person import A_MOMENT_S, CTRL_D, Person
from tests.servers import Script

NOTE = "note: /help for help, /exit leaves, Ctrl-C stops an answer"
TWO_TURNS = f"""\
{NOTE}
> hi
Hello! You said: hi
> and now?
Hello! You said: and now?
>"""

ONE_TURN_AND_ITS_USAGE = f"""\
{NOTE}
> hi
mock/echo · mock
Hello! You said: hi

tokens in       1
tokens out      4
first token  0 ms
latency      0 ms
tokens/s        —
cost           $0
finish       stop
> /exit"""


def user(text):
    return {"role": "user", "content": text, "images": []}


def assistant(text):
    return {"role": "assistant", "content": text, "images": []}


def spoken(request):
    return request.json()["messages"]


def test_two_turns_and_ctrl_d():
    with Person("chat", "--output", "plain") as person:
        person.say("hi")
        person.say("and now?")
        person.wait_for("\n>", at_the_end=True)
        person.type(CTRL_D)
        assert person.wait_for_end() == 0
        assert person.shown == TWO_TURNS


def test_exit_leaves_and_empty_lines_are_not_sent():
    with Person("chat", "--output", "plain") as person:
        person.say("")
        person.wait_for("\n>\n>", at_the_end=True)
        person.say("   ")
        person.wait_for("\n>\n>\n>", at_the_end=True)
        person.say(" /exit ")
        assert person.wait_for_end() == 0
        assert person.shown == f"{NOTE}\n>\n>\n>  /exit"


def test_ctrl_c_at_the_prompt_drops_the_line_and_nothing_else():
    with Person("chat", "--output", "plain") as person:
        person.wait_for("\n>", at_the_end=True)
        person.type(b"never mi")
        person.wait_for("never mi")
        person.interrupt()
        person.say("hi")
        person.say("/exit")
        assert person.wait_for_end() == 0
        assert person.shown == f"{NOTE}\n> never mi\n> hi\nHello! You said: hi\n> /exit"


def test_bytes_that_are_no_text_are_not_sent_and_the_conversation_goes_on():
    with Person("chat", "--output", "plain", LC_ALL="C.UTF-8") as person:
        person.wait_for("\n>", at_the_end=True)
        person.type(b"a\xff\xfe\r")
        person.wait_for("warning: that was not UTF-8 text, and was not sent")
        person.say("hi")
        person.wait_for("Hello! You said: hi")
        person.say("/exit")
        assert person.wait_for_end() == 0


def test_what_is_shown_around_the_answers_on_a_terminal():
    with Person("chat", "--stream", columns=60) as person:
        person.say("hi")
        person.say("/exit")
        assert person.wait_for_end() == 0
        assert person.shown == ONE_TURN_AND_ITS_USAGE


def test_answers_go_to_a_pipe_alone_while_a_person_types():
    reading, writing = os.pipe()
    with Person("chat", stdout=writing) as person:
        os.close(writing)
        person.say("hi")
        person.say("Grüß dich")
        person.wait_for("\n>", at_the_end=True)
        person.type(CTRL_D)
        assert person.wait_for_end() == 0
        assert person.shown == f"{NOTE}\n> hi\n> Grüß dich\n>"
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == "Hello! You said: hi\nHello! You said: Grüß dich\n".encode()


def test_a_conversation_has_no_place_for_one_answer():
    with Person("chat", "--out", "answer") as person:
        assert person.wait_for_end() == 2
        assert person.shown == (
            "error: a conversation has no single answer for --out\nhint: give a prompt"
        )


def test_no_stdin_never_waits_for_a_person():
    with Person("chat", "--no-stdin", "--quiet", "--output", "plain") as person:
        assert person.wait_for_end() == 0
        assert person.shown == "Hello! You said: hello world"


def test_an_interrupt_and_an_error_cost_a_turn_and_not_the_conversation(ollama_server):
    ollama_server.play(
        Script(chunks=("Paris", ".")),
        Script(status=500, error="out of memory"),
        Script(chunks=("Two ", "million"), delay_s=0.2, end="stall"),
        Script(chunks=("Gladly.",)),
    )
    wire = ("--provider", "litellm", "--model", "ollama/tiny", "--api-base", ollama_server.url)
    with Person("chat", "--stream", "--retries", "0", "--system", "Be brief.", *wire) as person:
        person.say("Capital of France?")
        person.wait_for("Paris.")
        person.say("Nearby?")
        person.wait_for("out of memory")
        person.say("People?")
        person.wait_for("Two million")
        person.interrupt()
        person.wait_for("error: interrupted")
        assert ollama_server.connections[-1].wait_closed(30)
        person.say("Thanks")
        person.wait_for("Gladly.")
        person.say("/exit")
        assert person.wait_for_end() == 0
        assert person.shown.count("incomplete") == 1
        assert person.shown.count("Two million") == 1
        assert "^C" not in person.shown
    so_far = [{"role": "system", "content": "Be brief.", "images": []}, user("Capital of France?")]
    later = [*so_far, assistant("Paris.")]
    assert [spoken(request) for request in ollama_server.requests] == [
        so_far,
        [*later, user("Nearby?")],
        [*later, user("People?")],
        [*later, user("People?"), assistant("Two million"), user("Thanks")],
    ]


def test_the_end_of_a_conversation_by_a_signal_stands_on_a_row_of_its_own():
    with Person("chat", "--output", "plain") as person:
        person.wait_for(">")
        time.sleep(A_MOMENT_S)
        person.process.terminate()
        assert person.wait_for_end() == 143
        assert [row for row in person.screen.rows() if row][-2:] == [">", "error: terminated"]
