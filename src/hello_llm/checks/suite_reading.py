"""Reads a suite from its file, or reports the first problem in it."""

from contextlib import nullcontext
from pathlib import Path

from hello_llm.checks.suite import CheckModel, Suite
from hello_llm.checks.suite_file import check_suite
from hello_llm.contract import UsageError
from hello_llm.files.reading import read_file, reason_of
from hello_llm.judge.pool import Judges
from hello_llm.text import phrases
from hello_llm.toml_file.problems import to_error


def read_suite(path: Path, check_model: CheckModel, judges: Judges | None = None) -> Suite:
    """Return the suite in the file at `path`.

    Args:
        path: the suite file.
        check_model: validates each model name.
        judges: validate values that could take forever; by default, processes for this file only.

    Raises:
        UsageError: the file cannot be read or is invalid; the error names the first problem.
    """
    shown = phrases.printable(str(path))
    try:
        content = read_file(path)
    except (OSError, ValueError) as error:
        reason = reason_of(error)
        raise UsageError(f"cannot read {shown}: {reason}", "hello-llm check SUITE.toml") from None
    with nullcontext(judges) if judges is not None else Judges() as examiners:
        suite, problems = check_suite(path, content, check_model, examiners)
    if problems:
        raise to_error(path, problems)
    return suite
