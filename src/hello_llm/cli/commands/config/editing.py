"""Edits the configuration file in the user's editor, as often as it takes to be valid."""

from collections.abc import Sequence
from pathlib import Path

from hello_llm.cli.commands.config.editor import chosen_editor, run_editor
from hello_llm.cli.display import redactor
from hello_llm.cli.exits import endings
from hello_llm.contract import HelloLLMError, UsageError
from hello_llm.rendering.messages import Messages
from hello_llm.rendering.terminal import Terminal
from hello_llm.settings.editing.drafts import Draft
from hello_llm.text.phrases import printable
from hello_llm.toml_file.problems import counted

_LONGEST_ANSWER = 1024


def edit_file(path: Path) -> bool:
    """Let the user edit a copy of the file, which then replaces it, and return whether it did.

    Raises:
        UsageError: there is no editor, it failed, or what it left is not valid.
        OutputError: the file cannot be written.
        StoppedError: the editor or the question after it was stopped.
    """
    terminal = Terminal.real()
    messages = Messages(terminal, redact=redactor())
    command = chosen_editor()
    with Draft(path) as draft:
        try:
            with endings():
                return _edit(command, draft, terminal, messages)
        except HelloLLMError as error:
            if draft.is_unsaved:
                error.hint = f"what you wrote is in {printable(str(draft.file))}"
            raise


def _edit(command: Sequence[str], draft: Draft, terminal: Terminal, messages: Messages) -> bool:
    """Run the editor until the copy is valid or the user gives up."""
    while True:
        run_editor(command, draft.file)
        if not draft.is_unsaved:
            return False
        problems = draft.problems()
        if not problems:
            draft.save()
            return True
        for problem in problems:
            messages.error(UsageError(problem.sentence(draft.file), problem.hint))
        if not _wants_to_go_on(terminal):
            raise UsageError(f"nothing was saved: the text has {counted(problems)}")


def _wants_to_go_on(terminal: Terminal) -> bool:
    """Ask whether to edit again, if there is a person to ask; Enter means yes, and Ctrl-D no."""
    if not (terminal.stdin_is_tty and terminal.stderr_is_tty):
        return False
    terminal.write_stderr(b"edit again? [Y/n] ")
    answer = terminal.stdin.read(_LONGEST_ANSWER) or b"no"
    return answer.strip().lower() in {b"", b"y", b"yes"}
