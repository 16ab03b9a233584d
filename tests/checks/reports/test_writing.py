"""The reports reach their files, or an error says which did not."""

import os
from pathlib import Path

import pytest

from hello_llm.checks.reports.kinds import ReportKind
from hello_llm.checks.reports.spec import ReportSpec
from hello_llm.checks.reports.writing import write_reports
from hello_llm.contract import OutputError
from tests.checks.reports.golden import FOLDER
from tests.checks.reports.results import EVERYTHING, TEXTS

GOLDEN = {
    ReportKind.JUNIT: "junit.xml",
    ReportKind.JSON: "checks.json",
    ReportKind.TAP: "checks.tap",
    ReportKind.MD: "checks.md",
    ReportKind.GITHUB: "github.txt",
}


def write(*wanted: ReportSpec, step_summary: Path | None = None) -> bytes:
    """What went to standard output."""
    printed: list[bytes] = []
    write_reports(
        wanted,
        EVERYTHING,
        TEXTS,
        stdout=printed.append,
        step_summary=step_summary,
    )
    return b"".join(printed)


def golden(kind: ReportKind) -> bytes:
    return (FOLDER / GOLDEN[kind]).read_bytes()


@pytest.mark.parametrize("kind", ReportKind)
def test_each_kind_can_go_to_standard_output(kind):
    assert write(ReportSpec(kind, None)) == golden(kind)


def test_several_are_written_at_once_also_of_one_kind(tmp_path):
    files = {tmp_path / kind: kind for kind in ReportKind if kind is not ReportKind.GITHUB}
    files[tmp_path / "second"] = ReportKind.JUNIT
    assert write(*(ReportSpec(kind, file) for file, kind in files.items())) == b""
    assert {file: file.read_bytes() for file in files} == {
        file: golden(kind) for file, kind in files.items()
    }
    assert set(tmp_path.iterdir()) == set(files)


def test_a_new_file_has_the_usual_mode_and_an_old_one_keeps_its_own(tmp_path):
    mask = os.umask(0o027)
    try:
        new, old = tmp_path / "new", tmp_path / "old"
        old.write_text("old")
        old.chmod(0o604)
        write(ReportSpec(ReportKind.TAP, new), ReportSpec(ReportKind.TAP, old))
    finally:
        os.umask(mask)
    assert new.stat().st_mode & 0o777 == 0o640
    assert old.stat().st_mode & 0o777 == 0o604


def test_a_link_stays_one(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    write(ReportSpec(ReportKind.TAP, link))
    assert link.is_symlink()
    assert target.read_bytes() == golden(ReportKind.TAP)


def test_a_device_is_written_to():
    assert write(ReportSpec(ReportKind.MD, Path("/dev/null"))) == b""


def test_what_cannot_be_written_is_named_and_keeps_nothing_else_back(tmp_path):
    lost, also, fine = tmp_path / "gone" / "a.xml", tmp_path / "gone" / "b.tap", tmp_path / "c.md"
    printed: list[bytes] = []
    with pytest.raises(OutputError) as caught:
        write_reports(
            [
                ReportSpec(ReportKind.TAP, None),
                ReportSpec(ReportKind.JUNIT, lost),
                ReportSpec(ReportKind.TAP, also),
                ReportSpec(ReportKind.MD, fine),
            ],
            EVERYTHING,
            TEXTS,
            stdout=printed.append,
        )
    assert caught.value.message == (
        f"cannot write {lost}: No such file or directory;"
        f" cannot write {also}: No such file or directory"
    )
    assert fine.read_bytes() == golden(ReportKind.MD)
    assert printed == [golden(ReportKind.TAP)]


def test_a_closed_output_hides_no_file_that_cannot_be_written(tmp_path):
    def closed(_):
        raise BrokenPipeError

    lost = ReportSpec(ReportKind.JUNIT, tmp_path / "gone" / "a.xml")
    printed = ReportSpec(ReportKind.TAP, None)
    with pytest.raises(OutputError, match="cannot write"):
        write_reports([printed, lost], EVERYTHING, TEXTS, stdout=closed)
    with pytest.raises(BrokenPipeError):
        write_reports([printed], EVERYTHING, TEXTS, stdout=closed)


def test_the_step_summary_is_appended_to(tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"before\n")
    assert write(ReportSpec(ReportKind.GITHUB, None), step_summary=summary) == golden(
        ReportKind.GITHUB
    )
    assert summary.read_bytes() == b"before\n" + golden(ReportKind.MD) + b"\n"


def test_without_the_github_report_the_step_summary_is_left_alone(tmp_path):
    summary = tmp_path / "summary.md"
    write(ReportSpec(ReportKind.TAP, None), step_summary=summary)
    assert not summary.exists()


def test_the_annotations_are_printed_also_where_the_summary_cannot_be_written(tmp_path):
    printed: list[bytes] = []
    with pytest.raises(OutputError, match="summary"):
        write_reports(
            [ReportSpec(ReportKind.GITHUB, None)],
            EVERYTHING,
            TEXTS,
            stdout=printed.append,
            step_summary=tmp_path / "gone" / "summary",
        )
    assert printed == [golden(ReportKind.GITHUB)]
