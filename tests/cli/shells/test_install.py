"""What `--install-completion` writes makes a new shell complete, and can be removed as it says."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.program import child, program
from tests.cli.shells.interactive import DIALECTS, InteractiveShell, prepare

each_shell = pytest.mark.parametrize("shell", DIALECTS)

WRITTEN = {
    "bash": [".bashrc", ".config/hello-llm/completion.bash"],
    "zsh": [".config/hello-llm/completion.zsh", ".zshrc"],
    "fish": [".config/fish/completions/hello-llm.fish"],
}


def files_below(folder: Path) -> dict[str, bytes]:
    """Return the content of every file that is not the tests' own, by its path."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "network-refusals"}


@each_shell
def test_a_new_shell_completes_after_an_installation_in_an_empty_home(shell, home):
    assert program("--install-completion", shell).code == 0
    assert sorted(files_below(home)) == WRITTEN[shell]
    prepare(home, shell)
    with InteractiveShell(shell, home) as started:
        assert started.completed("hello-llm chat --provid") == "hello-llm chat --provider "


@each_shell
def test_a_second_installation_changes_nothing(shell, home):
    first, before = program("--install-completion", shell), files_below(home)
    second = program("--install-completion", shell)
    assert (second, files_below(home)) == (first, before)


@each_shell
def test_the_installation_says_how_it_is_removed(shell, home):
    said = program("--install-completion", shell).text
    (file,) = re.findall(r"to remove it: rm (\S+?)(?:,|$)", said, re.MULTILINE)
    for place, line in re.findall(r"^(\S+) reads it: (.+)$", said, re.MULTILINE):
        reader = Path(place)
        reader.write_text(reader.read_text().replace(f"{line}\n", ""))
    Path(shlex.split(file)[0]).unlink()
    assert set(files_below(home).values()) <= {b""}


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize("before", [b"alias l=ls\n", b"alias l=ls", b"# \xff\xfe\n", b""])
def test_the_users_own_lines_stay(shell, before, home):
    reader = home / DIALECTS[shell].reads
    reader.write_bytes(before)
    reader.chmod(0o640)
    program("--install-completion", shell)
    kept, line, end = reader.read_bytes().rpartition(b"source ")
    assert (kept.rstrip(b"\n"), line) == (before.rstrip(b"\n"), b"source ")
    assert end.count(b"\n") == 1
    assert reader.stat().st_mode & 0o777 == 0o640


def test_a_link_to_the_users_file_stays_a_link(home, tmp_path):
    kept = tmp_path / "bashrc"
    kept.touch()
    (home / ".bashrc").symlink_to(kept)
    program("--install-completion", "bash")
    assert (home / ".bashrc").is_symlink()
    assert b"source " in kept.read_bytes()


def test_shells_that_keep_their_files_elsewhere_are_followed(home, tmp_path):
    child("--install-completion", "zsh", ZDOTDIR=str(tmp_path))
    child("--install-completion", "fish", XDG_CONFIG_HOME=str(tmp_path / "xdg"))
    assert (tmp_path / ".zshrc").exists()
    assert (tmp_path / "xdg/fish/completions/hello-llm.fish").exists()


@each_shell
def test_a_home_that_cannot_be_written_is_reported_with_another_way(shell, home):
    (home / ".config").write_text("in the way")
    ended = program("--install-completion", shell)
    assert (ended.code, ended.text) == (13, "")
    assert "cannot write" in ended.stderr
    assert f"hint: hello-llm --show-completion {shell} prints the script" in ended.stderr


@pytest.mark.parametrize("flag", ["--install-completion", "--show-completion"])
@pytest.mark.parametrize("words", [[], ["tcsh"], [""]])
def test_an_unknown_shell_is_an_error_that_leads_to_the_known_ones(flag, words):
    ended = program(flag, *words)
    assert (ended.code, ended.text) == (2, "")
    assert flag in ended.stderr
    hint = re.search(r"hint: (hello-llm --help)$", ended.stderr, re.MULTILINE)
    assert hint is not None, ended.stderr
    assert "bash, zsh or fish" in re.sub(r"[\s│]+", " ", program(*hint[1].split()[1:]).text)
