"""The engine `modal`: a function on Modal makes the calls; no cluster has to be kept for that.

What runs there is this installation's own source, beside the packages that it requires. The keys
come from secrets that are kept with Modal, by their names. This file has been tested without an
account, which is as far as the function itself and the errors before the first call.
"""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from hello_llm.batch.engines.run_row import run_row
from hello_llm.contract import AuthError, UnreachableError, UsageError
from hello_llm.engine.pace import LostCallError

_APP = "hello-llm-batch"
_CALLS_OF_A_CONTAINER = 32
"""Calls that one process makes at the same time; more would wait for its one interpreter."""
_SPARE_S = 60
"""Seconds that a call may take beyond its own deadline, which is to end it first."""
_LONGEST_S = 24 * 3600
"""Modal's longest time for a function, in seconds."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that a function is making."""

    modal: ModuleType
    call: Any

    def wait(self, seconds: float) -> Mapping[str, Any] | None:
        """Wait up to `seconds` for the end of the call; see ``RemoteCall``.

        Raises:
            LostCallError: the function has not run to its end.
            UnreachableError: Modal cannot be reached.
        """
        lost = self.modal.exception
        try:
            answer: Mapping[str, Any] = self.call.get(timeout=seconds)
        except TimeoutError:
            return None
        except (lost.FunctionTimeoutError, lost.InternalFailure, lost.OutputExpiredError) as error:
            raise LostCallError("Modal has lost the call", transient=True) from error
        except (lost.ConnectionError, lost.ServiceError, lost.InternalError) as error:
            raise UnreachableError(f"Modal cannot be reached: {error}", transient=True) from error
        return answer

    def cancel(self) -> None:
        """Give the call up."""
        self.call.cancel()


@dataclass(frozen=True, slots=True)
class ModalFunction:
    """The function that makes the calls; see ``Cluster``."""

    modal: ModuleType
    """Modal."""
    function: Any
    """The function of an app that is running."""
    keys: str = "keep it in a secret of Modal's, and name that with --modal-secret NAME"
    """Where the keys have to be."""
    step_s: float = 1.0
    """Seconds that each request for an answer waits, at most."""

    def submit(self, row: Mapping[str, Any]) -> _Call:
        """Have a container run a row.

        Raises:
            UnreachableError: Modal cannot be reached.
        """
        try:
            return _Call(self.modal, self.function.spawn(row))
        except (self.modal.exception.ConnectionError, self.modal.exception.ServiceError) as error:
            message = f"Modal cannot be reached: {error}"
            raise UnreachableError(message, transient=True, unsent=True) from error


def make_app(
    modal: ModuleType, jobs: int, secrets: Sequence[str], timeout_s: float
) -> tuple[Any, Any]:
    """Return the app, and its function that makes calls; nothing is sent.

    Args:
        modal: Modal.
        jobs: how many calls to make at the same time.
        secrets: the names of the secrets that hold the keys.
        timeout_s: the deadline of a call in seconds; 0 for none.
    """
    from importlib.metadata import requires

    needed = [one for one in requires("hello-llm") or () if "extra ==" not in one]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    image = modal.Image.debian_slim(python_version=version).pip_install(*needed)
    app = modal.App(_APP, include_source=False)
    make_function = app.function(
        image=image.add_local_python_source("hello_llm"),
        secrets=[modal.Secret.from_name(name) for name in secrets],
        timeout=_LONGEST_S if not timeout_s else min(_LONGEST_S, math.ceil(timeout_s) + _SPARE_S),
        max_containers=math.ceil(jobs / _CALLS_OF_A_CONTAINER),
        serialized=True,
        name=run_row.__name__,
    )
    many = modal.concurrent(max_inputs=min(jobs, _CALLS_OF_A_CONTAINER))
    return app, make_function(many(run_row))


@contextmanager
def modal_function(jobs: int, secrets: Sequence[str], timeout_s: float) -> Iterator[ModalFunction]:
    """Run the app; yields its function.

    Args:
        jobs: how many calls to make at the same time.
        secrets: the names of the secrets that hold the keys.
        timeout_s: the deadline of a call in seconds; 0 for none.

    Raises:
        UsageError: Modal is not installed, or a secret or the image cannot be had.
        AuthError: there is no account.
        UnreachableError: Modal cannot be reached.
    """
    try:
        import modal
    except ImportError as error:
        raise UsageError("--engine modal needs Modal", "pip install 'hello-llm[modal]'") from error
    app, function = make_app(modal, jobs, secrets, timeout_s)
    running = app.run()
    try:
        running.__enter__()
    except (modal.exception.AuthError, modal.exception.PermissionDeniedError) as error:
        raise AuthError(
            "Modal does not know this account",
            "`modal token new`, or set MODAL_TOKEN_ID and MODAL_TOKEN_SECRET",
        ) from error
    except modal.exception.ConnectionError as error:
        raise UnreachableError(f"Modal cannot be reached: {error}", unsent=True) from error
    except modal.exception.Error as error:
        raise UsageError(f"Modal cannot run the calls: {error}") from error
    try:
        yield ModalFunction(modal, function)
    finally:
        running.__exit__(None, None, None)
