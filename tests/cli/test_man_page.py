"""The manual page, and the page of all commands: what is in them, and that it is well formed."""

import re
import tomllib

import pytest

from docs.man_page import man_page
from docs.reference import cli_page, commands
from hello_llm import ExitCode, __version__
from hello_llm.cli.sections import OPTIONS
from tests.architecture.sources import ROOT
from tests.cli.commands import ALL

MACROS = frozenset({".TH", ".SH", ".SS", ".PP", ".TP", ".RS", ".RE", ".nf", ".fi", ".nh", ".ad"})
SECTIONS = [
    *("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXAMPLES"),
    *("EXIT STATUS", "FILES", "ENVIRONMENT", "SEE ALSO"),
]


@pytest.fixture(scope="module")
def lines():
    return man_page().splitlines()


def plain(text):
    """Return text of the manual page as a reader sees it."""
    return re.sub(r"\\f[BIR]|\\&", "", text).replace("\\-", "-").replace("\\e", "\\")


def test_the_manual_page_has_the_usual_sections(lines):
    assert [line[4:] for line in lines if line.startswith(".SH ")] == SECTIONS
    (title,) = (line for line in lines if line.startswith(".TH "))
    assert title.endswith(f'"hello\\-llm {__version__}"')


def test_the_manual_page_is_made_of_few_macros_and_escapes(lines):
    used = {line.split()[0] for line in lines if line.startswith((".", "'"))}
    assert used - {'.\\"'} == MACROS
    text = [line for line in lines if not line.startswith(".")]
    assert {found for line in text for found in re.findall(r"\\f?.", line)} == {
        *("\\fB", "\\fI", "\\fR", "\\-"),
    }
    assert all(line.isascii() and line == line.strip() for line in text)
    assert all(line.count("\\fR") == len(re.findall(r"\\f[BI]", line)) for line in text)


def test_the_manual_page_begins_no_paragraph_without_text(lines):
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if line in {".PP", ".TP"}:
            assert not after.startswith((".PP", ".TP", ".S")), (line, after)
        if line.startswith((".SH ", ".SS ")):
            assert not after.startswith((".PP", ".SH")), (line, after)


def test_the_manual_page_has_every_command_option_and_exit_code(lines):
    page = plain("\n".join(lines))
    for name, command in ALL.items():
        head = "OPTIONS" if name == "" else f"COMMANDS\n(?s:.*?)^.SS hello-llm {name}"
        found = re.search(rf"^\.S[HS] {head}$(.*?)^\.S[HS] ", page, re.DOTALL | re.MULTILINE)
        assert found is not None, name
        for parameter in command.params:
            if parameter.param_type_name == "option":
                pattern = rf"^(-[^,\n]+, )*{parameter.opts[-1]}\b"
                assert re.search(pattern, found[0], re.MULTILINE)
            assert parameter.help in found[0]
    for code in ExitCode:
        assert f".TP\n{int(code)}\n{code.meaning}\n" in page


def test_the_wheel_takes_the_manual_page_along():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    folder = ROOT / project["tool"]["flit"]["external-data"]["directory"]
    assert (folder / "share" / "man" / "man1" / "hello-llm.1").is_file()


def test_the_page_of_the_commands_has_each_with_its_options():
    sections = dict(
        re.findall(r"^## hello-llm ?(.*)\n((?s:.*?))(?=^## |\Z)", cli_page(), re.MULTILINE)
    )
    assert sections.keys() == ALL.keys()
    for name, command in ALL.items():
        listed = re.findall(r"`(-[\w-]+)[^`]*`(?=.*\\$)", sections[name], re.MULTILINE)
        flags = {flag for one in command.params for flag in (*one.opts, *one.secondary_opts)}
        flags |= {"-h", "--help"} if name == "" else set()
        assert set(listed) == {flag for flag in flags if flag.startswith("-")}


def test_the_option_for_help_is_told_once():
    assert [one.name for one in commands() if OPTIONS in one.sections] == ["hello-llm"]
