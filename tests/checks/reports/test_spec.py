"""Which reports are wanted."""

from pathlib import Path

import pytest

from hello_llm.checks.reports.kinds import ReportKind
from hello_llm.checks.reports.spec import ReportSpec, claims_stdout, parse_all
from hello_llm.checks.reports.writing import write_reports
from hello_llm.contract import HelloLLMError, UsageError
from hello_llm.text.phrases import quoted
from tests.checks.reports.results import EMPTY, TEXTS


@pytest.mark.parametrize("kind", [kind for kind in ReportKind if kind is not ReportKind.GITHUB])
def test_a_kind_and_a_file(kind, tmp_path):
    file = tmp_path / "a=b"
    assert ReportSpec.parse(f"{kind}={file}") == ReportSpec(kind, file)
    assert ReportSpec.parse(f"{kind}=-") == ReportSpec(kind, None)


def test_a_file_in_the_current_folder_needs_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ReportSpec.parse("junit=out.xml") == ReportSpec(ReportKind.JUNIT, Path("out.xml"))


@pytest.mark.parametrize("text", ["github", "github=-"])
def test_github_goes_to_standard_output(text):
    assert ReportSpec.parse(text) == ReportSpec(ReportKind.GITHUB, None)


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
        ReportSpec.parse(text)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def refused(*texts: str) -> str:
    """The message with which several reports are refused."""
    with pytest.raises(UsageError) as caught:
        parse_all(texts)
    assert caught.value.hint == "give each a file of its own: --report KIND=FILE"
    return caught.value.message


def test_several_reports_are_wanted_in_the_order_in_which_they_are_named(tmp_path):
    md, tap = tmp_path / "a", tmp_path / "b"
    assert parse_all([f"md={md}", "github", f"tap={tap}"]) == [
        ReportSpec(ReportKind.MD, md),
        ReportSpec(ReportKind.GITHUB, None),
        ReportSpec(ReportKind.TAP, tap),
    ]
    assert parse_all([]) == []


@pytest.mark.parametrize("other", ["out", "./out", "sub/../out", "link", "sub/link", "{cwd}/out"])
def test_two_reports_to_one_file_are_refused_however_it_is_spelled(other, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to("out")
    (tmp_path / "sub" / "link").symlink_to(tmp_path / "out")
    spelled = other.format(cwd=tmp_path)
    message = refused("junit=out", f"tap={spelled}")
    assert message == f"two reports go to {quoted(str(Path(spelled)))}: junit and tap"


def test_a_folder_that_is_a_link_hides_nothing(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    message = refused(f"md={tmp_path}/real/out", "github", f"json={tmp_path}/link/out")
    assert message.endswith(": md and json")


@pytest.mark.parametrize(
    ("texts", "kinds"),
    [
        (("junit=-", "tap=-"), "junit and tap"),
        (("md=-", "github"), "md and github"),
        (("github", "json=-"), "github and json"),
        (("github", "github=-"), "github and github"),
    ],
)
def test_two_reports_to_standard_output_are_refused(texts, kinds):
    assert refused(*texts) == f"two reports go to standard output: {kinds}"


def test_a_program_reads_standard_output_if_a_report_goes_there_that_is_no_annotations(tmp_path):
    assert claims_stdout(parse_all(["tap=-"]))
    assert claims_stdout(parse_all([f"md={tmp_path}/a", "json=-"]))
    assert not claims_stdout(parse_all(["github", f"md={tmp_path}/a"]))
    assert not claims_stdout([])


def test_a_name_that_no_file_can_have_is_found_before_or_while_it_is_written(tmp_path):
    for file in (f"{tmp_path}/a\0b", f"{tmp_path}/{'x' * 5000}"):
        with pytest.raises(HelloLLMError, match=r"is not a file name|cannot write"):
            write_reports(
                [ReportSpec.parse(f"tap={file}")],
                EMPTY,
                TEXTS,
                stdout=list[bytes]().append,
            )


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1"])
def test_standard_output_has_several_names(name):
    assert ReportSpec.parse(f"junit={name}") == ReportSpec(ReportKind.JUNIT, None)
