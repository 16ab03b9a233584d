"""How a command reports a failure that it did not report itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hello_llm.cli.display import Display
    from hello_llm.rendering.interface import FailureView
    from hello_llm.rendering.json.failure import FailureDocument


def failure_view(words: Sequence[str], display: "Display") -> "FailureView":
    """Choose how to show a failure of the command that `words` call.

    With ``--json``, a command with a document of its own reports a failure in that. All others
    report it as ``chat`` does.
    """
    document = _own_document(words) if display.view.output == "json" else None
    if document is None:
        return display.renderer()
    from hello_llm.rendering.json.failure import JsonFailure

    return JsonFailure(display.terminal, display.messages, document)


def _own_document(words: Sequence[str]) -> "FailureDocument | None":
    match words:
        case ["config", "show", *_]:
            from hello_llm.cli.commands.config.documents import settings_failure

            return settings_failure
        case ["config", "get", *_]:
            from hello_llm.cli.commands.config.documents import value_failure

            return value_failure
        case ["batch", *_]:
            from hello_llm.batch.summary import batch_failure

            return batch_failure
        case ["doctor", *_]:
            from hello_llm.rendering.diagnoses import undiagnosed

            return undiagnosed
        case ["models", *_]:
            from hello_llm.rendering.models.document import models_failure

            return models_failure
        case ["spend", *rest]:
            from hello_llm.rendering.spending.document import reconcile_failure, spend_failure

            return reconcile_failure if rest[:1] == ["reconcile"] else spend_failure
    return None
