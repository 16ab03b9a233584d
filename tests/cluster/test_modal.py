"""The function for Modal answers where it is called, and without an account an error says so."""

from unittest.mock import MagicMock

import modal
import pytest

from hello_llm.batch.engines.choose import EngineOptions, engine_of
from hello_llm.batch.engines.modal import ModalFunction, make_app
from hello_llm.batch.engines.remote import RemoteProvider
from hello_llm.batch.engines.row import CallRow, answer_from_json
from hello_llm.contract import (
    AuthError,
    ChatRequest,
    ExitCode,
    LLMReply,
    UnreachableError,
)
from hello_llm.engine.pace import LostCallError
from hello_llm.settings.fields import Settings

ROW = CallRow(Settings(), ChatRequest.from_prompt("hi"), stream=False).to_json()


class Function:
    """Stands for the function of an app that is running."""

    def __init__(self, *ends):
        self.ends = list(ends)
        self.cancelled = 0

    def spawn(self, row):
        self.row = row
        if isinstance(self.ends[0], modal.exception.ServiceError):
            raise self.ends.pop(0)
        return self

    def get(self, timeout):
        end = self.ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return make_app(modal, 1, [], 600.0)[1].local(self.row)

    def cancel(self):
        self.cancelled += 1


def asked(*ends):
    function = Function(*ends)
    return RemoteProvider(Settings(), ModalFunction(modal, function)).chat("hi"), function


def test_the_function_makes_calls():
    _, function = make_app(modal, 64, ["keys"], 600.0)
    reply = answer_from_json(function.local(ROW))
    assert isinstance(reply, LLMReply)
    assert reply.text == "Hello! You said: hi"


@pytest.mark.parametrize(("deadline", "longest"), [(600.0, 660), (0.5, 61), (0.0, 86400)])
def test_the_function_outlasts_the_deadline_of_a_call(deadline, longest):
    noted = MagicMock()
    make_app(noted, 1, [], deadline)
    assert noted.App().function.call_args.kwargs["timeout"] == longest


def test_an_answer_is_waited_for():
    reply, function = asked(TimeoutError(), TimeoutError(), "answer")
    assert reply.text == "Hello! You said: hi"
    assert function.cancelled == 0


@pytest.mark.parametrize("name", ["FunctionTimeoutError", "InternalFailure", "OutputExpiredError"])
def test_a_call_that_modal_loses_is_asked_again(name):
    with pytest.raises(LostCallError) as lost:
        asked(getattr(modal.exception, name)("gone"))
    assert lost.value.transient


@pytest.mark.parametrize("when", ["spawn", "get"])
def test_modal_itself_may_be_out_of_reach(when):
    ends = [modal.exception.ServiceError("down"), "answer"]
    with pytest.raises(UnreachableError, match=r"^Modal cannot be reached: down$") as down:
        asked(*ends) if when == "spawn" else asked(TimeoutError(), *ends)
    assert down.value.transient
    assert down.value.unsent is (when == "spawn")


def test_without_an_account_nothing_is_run():
    options = EngineOptions(jobs=4, timeout_s=600.0, modal_secrets=["keys"])
    with pytest.raises(AuthError, match=r"^Modal does not know this account$") as unknown:
        engine_of("modal")(options).__enter__()
    assert unknown.value.exit_code is ExitCode.AUTH
    assert unknown.value.hint == "`modal token new`, or set MODAL_TOKEN_ID and MODAL_TOKEN_SECRET"
