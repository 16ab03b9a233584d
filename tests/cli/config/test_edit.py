"""`config edit`: a real editor works on a copy, which replaces the file only if it is valid."""

import os
import stat

import pytest

from hello_llm.settings.example import example_text
from tests.cli.config.editing import CHANGED, FILE, INVALID, kept
from tests.cli.program import child


def edit(file, **environ):
    return child("config", "edit", "--config", file, **environ)


def test_what_the_editor_writes_replaces_the_file(file, writer, temporary):
    ended = edit(file, EDITOR=writer(CHANGED))

    assert (ended.code, ended.text, ended.stderr) == (0, f"saved {file}\n", "")
    assert file.read_text() == CHANGED
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(temporary.iterdir()) == []


def test_the_editor_gets_its_own_arguments_and_a_copy_that_nobody_else_can_read(file, editor):
    seen = file.with_name("seen")
    script = f'{{ echo "$1"; stat -c %a "$2" "$(dirname "$2")"; cat "$2"; }} >\'{seen}\''

    ended = edit(file, EDITOR=f"{editor(script)} --wait")

    assert ended.text == f"{file} is unchanged\n"
    assert seen.read_text() == f"--wait\n600\n700\n{FILE}"


@pytest.mark.parametrize("script", [":", 'cp "$1" "$1.new" && mv "$1.new" "$1"', 'rm "$1"'])
def test_a_file_that_was_not_changed_stays(file, editor, temporary, script):
    before = file.stat()

    ended = edit(file, EDITOR=editor(script))

    assert (ended.code, ended.text, ended.stderr) == (0, f"{file} is unchanged\n", "")
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(temporary.iterdir()) == []


def test_an_editor_that_writes_a_new_file_is_understood(file, editor):
    ended = edit(file, EDITOR=editor('sed "s/seed = 1/seed = 2/" "$1" >"$1~" && mv "$1~" "$1"'))

    assert ended.text == f"saved {file}\n"
    assert file.read_text() == FILE.replace("seed = 1", "seed = 2")


def test_on_a_fresh_machine_it_starts_from_the_example(home, editor):
    own_file = home / ".config" / "hello-llm" / "config.toml"

    ended = child("config", "edit", EDITOR=editor(":"))
    assert ended.text == f"{own_file} is unchanged\n"
    assert not own_file.parent.exists()

    ended = child("config", "edit", EDITOR=editor('echo \'big = "/m/b.gguf"\' >>"$1"'))
    assert ended.text == f"saved {own_file}\n"
    assert own_file.read_text() == f'{example_text()}big = "/m/b.gguf"\n'


def test_visual_comes_before_editor_unless_it_is_empty(file, editor):
    seen = file.with_name("seen")
    visual, line = (editor(f"echo {name} >'{seen}'", name) for name in ("visual", "line"))

    edit(file, VISUAL=visual, EDITOR=line)
    assert seen.read_text() == "visual\n"
    edit(file, VISUAL=" ", EDITOR=line)
    assert seen.read_text() == "line\n"


def test_what_is_not_valid_is_kept_aside_with_every_problem(file, writer, temporary):
    ended = edit(file, EDITOR=writer(INVALID))

    copy = kept(temporary)
    assert (ended.code, ended.text) == (2, "")
    assert ended.stderr.splitlines() == [
        f'error: {copy}, line 3, column 1: unknown key "sede" in [defaults]',
        'hint: did you mean "seed"?',
        f"error: {copy}, line 5, column 1: stream in [profiles.ci] must be true or false, not 3",
        "error: nothing was saved: the text has 2 problems",
        f"hint: what you wrote is in {copy}",
    ]
    assert file.read_text() == FILE
    assert copy.read_text() == INVALID


@pytest.mark.parametrize("text", ["version = ", "\0", "version = 1\nx = '" + "x" * 300_000 + "'\n"])
def test_what_is_no_configuration_at_all_is_kept_aside_too(file, editor, temporary, text):
    source = file.with_name("source")
    source.write_text(text)

    ended = edit(file, EDITOR=editor(f"cat '{source}' >\"$1\""))

    copy = kept(temporary)
    assert ended.code == 2
    assert ended.stderr.splitlines()[-1] == f"hint: what you wrote is in {copy}"
    assert file.read_text() == FILE
    assert copy.read_text() == text


HINT = "hint: name an editor for this call: EDITOR=vi hello-llm config edit"


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "there is no editor to open: neither VISUAL nor EDITOR is set"),
        ({"EDITOR": " "}, "there is no editor to open: neither VISUAL nor EDITOR is set"),
        ({"VISUAL": "vi 'x"}, "VISUAL is not a command: its quotes are not balanced"),
        (
            {"EDITOR": "no-such-editor -w"},
            "cannot start the editor no-such-editor: No such file or directory",
        ),
        ({"EDITOR": "/"}, "cannot start the editor /: Permission denied"),
    ],
)
def test_without_an_editor_nothing_happens(file, temporary, monkeypatch, environ, message):
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)

    ended = edit(file, **environ)

    assert (ended.code, ended.text, ended.stderr) == (2, "", f"error: {message}\n{HINT}\n")
    assert file.read_text() == FILE
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("script", "how"),
    [("exit 3", "failed with exit code 3"), ("kill -TERM $$", "was ended by signal 15")],
)
def test_an_editor_that_fails_changes_nothing(file, editor, temporary, script, how):
    command = editor(script)

    ended = edit(file, EDITOR=command)
    said = f"error: the editor {command.strip(chr(39))} {how}\n"
    assert (ended.code, ended.text, ended.stderr) == (2, "", said)
    assert list(temporary.iterdir()) == []

    ended = edit(file, EDITOR=editor(f'echo "# more" >>"$1"; {script}'))
    assert ended.stderr == f"{said}hint: what you wrote is in {kept(temporary)}\n"
    assert file.read_text() == FILE


def test_a_change_that_was_made_meanwhile_is_not_overwritten(file, editor, temporary):
    script = f"echo '# theirs' >>'{file}'; echo '# ours' >>\"$1\""

    ended = edit(file, EDITOR=editor(script))

    assert ended.code == 2
    assert ended.stderr == (
        f"error: {file} was changed in the meantime\nhint: what you wrote is in {kept(temporary)}\n"
    )
    assert file.read_text() == f"{FILE}# theirs\n"
    assert kept(temporary).read_text() == f"{FILE}# ours\n"


def test_what_cannot_be_replaced_is_not_edited(tmp_path, editor):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    seen = tmp_path / "seen"

    ended = edit(pipe, EDITOR=editor(f"touch '{seen}'"))

    assert ended.code == 13
    assert ended.stderr.startswith(f"error: cannot write {pipe}: it is not a regular file\n")
    assert not seen.exists()


def test_a_link_is_kept(file, writer):
    link = file.with_name("link.toml")
    link.symlink_to(file)

    assert edit(link, EDITOR=writer(CHANGED)).code == 0
    assert link.is_symlink()
    assert file.read_text() == CHANGED
