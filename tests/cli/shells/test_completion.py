"""What bash, zsh and fish make of command lines, typed in real ones at a terminal."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from hello_llm.cli.completion_scripts.install import script_of
from tests.cli.program import COMMAND
from tests.cli.shells.interactive import DIALECTS, InteractiveShell, prepare
from tests.guard import sitecustomize as network_guard

CONFIG = r"""
version = 1

[profiles.ci]
model = "ollama/zz-own:0.5b"
fallback = ["openai/zz-own:tuned", "anthropic/zz-own@2"]

[profiles."my work"]
[profiles."it's $HOME"]
[profiles."a\u001b[31mb\nc\u202e"]
[profiles."`touch zz-run`$(touch zz-run)"]
"""

FILES = {
    ".config/hello-llm/config.toml": CONFIG,
    "zz other.toml": "version = 1\n[profiles.elsewhere]\n",
    "zz-broken.toml": "version = ",
    "zz-suite.toml": "",
    "zz-folder/zz-file.txt": "",
}

LOAD = {
    "bash": "source <(hello-llm --show-completion bash)",
    "zsh": "autoload -Uz compinit; compinit -u; source <(hello-llm --show-completion zsh)",
    "fish": "hello-llm --show-completion fish | source",
}

each_shell = pytest.mark.parametrize("shell", DIALECTS)


@pytest.fixture(scope="module")
def shells(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, InteractiveShell]]:
    """One shell of each kind that has loaded its script; fails if one is not installed."""
    running: dict[str, InteractiveShell] = {}
    try:
        for shell in DIALECTS:
            home = tmp_path_factory.mktemp(shell)
            for name, content in FILES.items():
                (home / name).parent.mkdir(parents=True, exist_ok=True)
                (home / name).write_text(content)
            prepare(home, shell, LOAD[shell])
            running[shell] = InteractiveShell(shell, home, **guarded(home))
            running[shell].__enter__()
        yield running
    finally:
        for one in running.values():
            one.__exit__(None, None, None)
            assert not (one.home / "refusals").exists(), "completion reached for the network"
            assert not (one.home / "zz-run").exists(), "completion ran what a name contains"


def guarded(home: Path) -> dict[str, str]:
    """Return the variables by which the program's use of the network is watched."""
    folder, log = Path(network_guard.__file__).parent, home / "refusals"
    return {"PYTHONPATH": str(folder), network_guard.LOG_VARIABLE: str(log)}


@each_shell
@pytest.mark.parametrize(
    ("typed", "added"),
    [
        ("doc", "tor "),
        ("chat --no-str", "eam "),
        ("chat --provider=li", "tellm "),
        # names that go on, with what may end a word for bash
        ("chat -m opena", "i/"),
        ("chat -mopena", "i/"),
        ("chat --model=opena", "i/"),
        ("chat -m ollama/zz-own:", "0.5b "),
        ("chat --model=ollama/zz-own:0", ".5b "),
        ("chat -m 'openai/zz-own:", "tuned' "),
        ("doctor -m anthropic/zz-own@", "2 "),
        ("config set profiles.c", "i."),
        # names that need quotes
        ("chat -p my", r"\ work "),
        (r"chat -p my\ w", "ork "),
        ('chat -p "my', ' work" '),
        ("chat -p 'my w", "ork' "),
        ("config use it", r"\'s\ \$HOME "),
        ('config use "it', r"""'s \$HOME" """),
        (r"config use --config zz\ other.toml e", "lsewhere "),
        ("chat --config='zz other.toml' -p e", "lsewhere "),
        (r"doctor --config ~/zz\ other.toml --profile e", "lsewhere "),
        # files
        (r"chat --config zz\ o", "ther.toml "),
        ("chat --config=zz-b", "roken.toml "),
        ("chat --out zz-fo", "lder/"),
        ("chat --out ~/zz-folder/", "zz-file.txt "),
        ("check zz-su", "ite.toml "),
        ("check --report ju", "nit="),
        ("check --report junit=zz-su", "ite.toml "),
        ("check --report=junit=zz-su", "ite.toml "),
        ("schema reply >zz-su", "ite.toml "),
        # nothing that fits
        ("chat zz-su", ""),
        ("chat -- --provi", ""),
        ("nonsense zz-su", ""),
        *((f"chat --config {name} -p m", "") for name in ("zz-broken.toml", "told", "-")),
    ],
)
def test_tab_completes_the_line(shell, typed, added, shells):
    assert shells[shell].completed(f"hello-llm {typed}") == f"hello-llm {typed}{added}"


@each_shell
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("warm ", {"start", "status", "stop"}),
        ("chat --color ", {"auto", "always", "never"}),
        ("chat -p ", {"ci", "my work", "it's $HOME", "`touch zz-run`$(touch zz-run)"}),
    ],
)
def test_everything_that_may_follow_is_offered(shell, line, offered, shells):
    assert set(shells[shell].offered(f"hello-llm {line}")) == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_list_says_what_each_one_is(shell, shells):
    shells[shell].list_after("hello-llm ", "Ask a model and show its answer.")


@each_shell
def test_a_program_that_is_not_on_the_path_completes_its_own_line(shell, home):
    program = home / "bin" / "hello-llm"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    program.chmod(0o755)
    (home / "script").write_text(script_of(shell))
    prepare(home, shell, "source ~/script")
    with InteractiveShell(shell, home, PATH=os.defpath) as started:
        for folder in ("~/bin", "bin"):
            assert started.completed(f"{folder}/hello-llm doc") == f"{folder}/hello-llm doctor "


@each_shell
def test_a_program_that_fails_leaves_the_line_and_the_screen_alone(shell, home):
    program = home / "bin" / "hello-llm"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho zz-noise >&2; exit 70\n")
    program.chmod(0o755)
    (home / "script").write_text(script_of(shell))
    prepare(home, shell, "source ~/script")
    with InteractiveShell(shell, home) as started:
        assert started.completed("bin/hello-llm scr") == "bin/hello-llm scr"
        assert "zz-noise" not in started.shown


def test_zsh_loads_the_script_by_itself_from_its_folder_of_functions(home):
    functions = home / "functions"
    functions.mkdir()
    (functions / "_hello-llm").write_text(script_of("zsh"))
    prepare(home, "zsh", f"fpath=({functions} $fpath); autoload -Uz compinit; compinit -u")
    with InteractiveShell("zsh", home) as zsh:
        assert zsh.completed("hello-llm doc") == "hello-llm doctor "
