"""A page that says what isn't so is found."""

import re
from pathlib import Path

import jsonschema
import pytest

from tests.documented.blocks import Block
from tests.documented.reader import Reader

CHECK = '[[check]]\nname = "a"\nprompt = "hi"\nexpect = { contains = "hi" }\n'
RULE = '[[rule]]\nname = "a"\ntext = "b"\n'
ERROR = '{"code": "TIMEOUT", "message": "a", "hint": null, "status": null}'
WORKFLOW = "jobs: {a: {steps: [{uses: b}, {run: COMMAND}]}}\n"


@pytest.fixture
def reader(home: Path, tmp_path: Path) -> Reader:
    """A reader in an empty folder."""
    return Reader(home, tmp_path, {"TEAM": "blue"}, frozenset({"exit 4"}))


@pytest.mark.parametrize(
    "block",
    [
        Block("sh", "exit 3   # exits with 3\n"),
        Block("sh", "export A=1 B=2\ntest $A$B$TEAM = 12blue\n"),
        Block("sh", "a=$(echo 1)\ntest $a = 1\n"),
        Block("sh", "exit 4     # not now\n"),
        Block("console", "$ echo a; echo b >&2\na\nb\n$ exit 3   # exits with 3\n"),
        Block("python", "print('a')\n"),
        Block("toml", f"version = 1\n{CHECK}"),
        Block("toml", f"version = 1\n{RULE}"),
        Block("toml", '# config.toml\nversion = 1\n[profiles.a]\nmodel = "mock/b"\n'),
        Block("toml", 'model = "mock/b"\n'),
        Block("toml", '[profiles.a]\nmodel = "mock/b"\n'),
        Block("toml", '[defaults]\nexec_env = ["HOME"]\n'),
        Block("json", ERROR),
        Block("yaml", WORKFLOW.replace("COMMAND", "'true'")),
        Block("text", "a drawing\n"),
        Block("{toctree}", "a\n"),
    ],
)
def test_a_block_that_does_what_the_page_says_is_fine(block, reader: Reader):
    reader.follow([block])


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (Block("sh", "exit 3\n"), "exited with 3"),
        (Block("sh", "true   # exits with 3\n"), "exited with 0"),
        (Block("sh", "false | true\n"), "exited with 1"),
        (Block("console", "$ echo a\nb\n"), "is not\n"),
        (Block("console", "$ echo a\n"), "is not\n"),
        (Block("python", "raise SystemExit(3)\n"), "exited with 3"),
        (Block("toml", f"version = 2\n{CHECK}"), "version"),
        (Block("toml", f"version = 1\n{RULE}fault = 'none'\n"), "fault"),
        (Block("toml", "version = 1\n[defaults]\nmodle = 'mock/b'\n"), "modle"),
        (Block("toml", "modle = 'mock/b'\n"), "modle"),
        (Block("yaml", WORKFLOW.replace("COMMAND", "exit 3")), "exited with 3"),
        (Block("ruby", "puts\n"), "nobody can try"),
        (Block("", "a\n"), "nobody can try"),
    ],
)
def test_a_block_that_does_not_is_found(block, reason, reader: Reader):
    with pytest.raises(AssertionError, match=re.escape(reason)):
        reader.follow([block])


@pytest.mark.parametrize("language", ["sh", "python"])
def test_the_text_after_a_command_is_its_output(language, reader: Reader):
    block = {"sh": Block("sh", "echo a\n"), "python": Block("python", "print('a')\n")}[language]
    reader.follow([block, Block("text", "a\n"), Block("text", "a drawing\n")])
    with pytest.raises(AssertionError, match="is not\n"):
        reader.follow([block, Block("text", "b\n")])


@pytest.mark.parametrize("document", [ERROR.replace("TIMEOUT", "LATE"), ERROR.replace("hint", "x")])
def test_a_document_that_breaks_its_schema_is_found(document, reader: Reader):
    with pytest.raises(jsonschema.ValidationError):
        reader.follow([Block("json", document)])


def test_a_file_that_names_itself_is_written(reader: Reader, home: Path):
    reader.follow([Block("toml", f"# replies.toml\nversion = 1\n{RULE}")])
    assert "rule" in (reader.clone / "replies.toml").read_text(encoding="utf-8")
    reader.follow([Block("toml", "# config.toml\nversion = 1\n")])
    assert (home / ".config" / "hello-llm" / "config.toml").exists()


def test_what_was_left_out_is_listed(reader: Reader):
    reader.follow([Block("sh", "exit 4\n")])
    assert reader.skipped == ["exit 4"]
