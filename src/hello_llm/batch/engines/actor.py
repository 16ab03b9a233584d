"""The actor of Ray that makes calls: it runs on each node, in as many threads as it has calls."""

from collections.abc import Mapping
from typing import Any

from hello_llm import __version__
from hello_llm.batch.engines.run_row import run_row


class CallActor:
    """Makes calls for the driver."""

    def version(self) -> str:
        """Return the version of hello-llm on this node."""
        return __version__

    def run(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Run ``run_row(row)``; a call that the driver has cancelled is cut off."""
        from ray import get_runtime_context

        return run_row(row, get_runtime_context().is_canceled)
