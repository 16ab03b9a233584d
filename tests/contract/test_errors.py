"""One tree of errors, each with one exit code."""

import pytest

from hello_llm.contract import errors
from hello_llm.contract.errors import HelloLLMError, StoppedError
from hello_llm.contract.exit_codes import ExitCode
from hello_llm.contract.reply import LLMReply, Usage

ABSTRACT = {HelloLLMError, StoppedError}


def tree(cls: type[HelloLLMError]) -> set[type[HelloLLMError]]:
    """Return `cls` and everything below it."""
    return {cls}.union(*(tree(below) for below in cls.__subclasses__()))


CONCRETE = sorted(
    (cls for cls in tree(HelloLLMError) - ABSTRACT if cls.__module__ == errors.__name__),
    key=lambda cls: cls.__name__,
)


def test_every_exit_code_but_ok_is_the_code_of_exactly_one_class():
    codes = [cls.exit_code for cls in CONCRETE]
    assert sorted(codes) == sorted(set(ExitCode) - {ExitCode.OK})


def test_the_classes_that_are_never_raised_have_no_code():
    assert [cls for cls in ABSTRACT if hasattr(cls, "exit_code")] == []


def test_the_docstring_draws_the_tree_as_it_is():
    drawn = {}
    for line in (errors.__doc__ or "").splitlines():
        words = line.replace("│", " ").replace("├──", " ").replace("└──", " ").split()
        if words and words[0].endswith("Error"):
            drawn[words[0]] = words[1] if len(words) > 1 else None
    codes = {cls.__name__: cls.exit_code.name for cls in CONCRETE}
    assert {name: code for name, code in drawn.items() if name in codes} == codes
    assert drawn.keys() - codes.keys() == {cls.__name__ for cls in ABSTRACT}


@pytest.mark.parametrize("cls", CONCRETE)
def test_an_error_carries_its_sentence_its_hint_and_what_arrived(cls):
    partial = LLMReply("half", "mock", "m", Usage(), None, complete=False)
    error = cls("it broke", "mend it", partial=partial, status=500)
    assert str(error) == error.message == "it broke"
    assert (error.hint, error.partial, error.status) == ("mend it", partial, 500)


def test_all_but_the_sentence_may_be_left_out():
    error = errors.UsageError("no prompt")
    assert (error.hint, error.partial, error.status) == (None, None, None)


@pytest.mark.parametrize("cls", [HelloLLMError, StoppedError, *CONCRETE])
def test_every_class_says_when_it_is_raised(cls):
    assert vars(cls)["__doc__"]
