"""Which reports are wanted."""

from pathlib import Path

import pytest

from hello_llm.checks.reports import Kind, Wanted, write_reports
from hello_llm.contract import HelloLLMError, UsageError
from hello_llm.rendering.json_document import document
from tests.checks.reports.results import EMPTY, TEXTS


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.GITHUB])
def test_a_kind_and_a_file(kind, tmp_path):
    file = tmp_path / "a=b"
    assert Wanted.parse(f"{kind}={file}") == Wanted(kind, file)
    assert Wanted.parse(f"{kind}=-") == Wanted(kind, None)


def test_a_file_in_the_current_folder_needs_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Wanted.parse("junit=out.xml") == Wanted(Kind.JUNIT, Path("out.xml"))


@pytest.mark.parametrize("text", ["github", "github=-"])
def test_github_goes_to_standard_output(text):
    assert Wanted.parse(text) == Wanted(Kind.GITHUB, None)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("junt=x", 'there is no report "junt"', 'did you mean "junit"?'),
        ("pdf=x", 'there is no report "pdf"', "kinds of reports: junit, json, tap, md and github"),
        ("", 'there is no report ""', "kinds of reports: junit, json, tap, md and github"),
        ("junit", "the report junit needs a file", "--report junit=FILE, or junit=- to print it"),
        ("md=", "the report md needs a file", "--report md=FILE, or md=- to print it"),
        (
            "github=x",
            "the report github takes no file: its lines go to standard output",
            "--report github",
        ),
        (
            "tap=no/such/x",
            'there is no folder "no/such" for the report tap',
            "make the folder first, or name another file",
        ),
        (
            "tap=.",
            '"." is a folder, the report tap needs a file',
            "name a file in it: --report tap=FILE",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_repair(text, message, hint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        Wanted.parse(text)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_name_that_no_file_can_have_is_found_before_or_while_it_is_written(tmp_path):
    for file in (f"{tmp_path}/a\0b", f"{tmp_path}/{'x' * 5000}"):
        with pytest.raises(HelloLLMError, match=r"is no file name|cannot write"):
            write_reports(
                [Wanted.parse(f"tap={file}")],
                EMPTY,
                TEXTS,
                document=document,
                stdout=list[bytes]().append,
            )
