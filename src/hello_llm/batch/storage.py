"""Input from, and output to, any address that fsspec opens: ``s3://…``, ``https://…``."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

from hello_llm.contract import HelloLLMError, OutputError, UnreachableError, UsageError
from hello_llm.text.phrases import printable

_MARK = "://"
_BLOCK = 2**20


def is_address(name: str) -> bool:
    """Return whether `name` is an address, and not the path of a file."""
    return _MARK in name


def fetch(address: str, into: IO[bytes], options: Mapping[str, str]) -> None:
    """Copy what is at `address` to the end of `into`.

    Args:
        address: where to read.
        into: a file.
        options: the options of its file system, such as ``endpoint_url``.

    Raises:
        UnreachableError: it cannot be read.
        UsageError: there is nothing that opens such an address.
    """
    with _open(address, "read", options, UnreachableError) as found:
        shutil.copyfileobj(found, into, _BLOCK)


def deliver(file: Path, address: str, options: Mapping[str, str]) -> None:
    """Copy `file` to `address`.

    Raises:
        OutputError: it cannot be written.
        UsageError: there is nothing that opens such an address.
    """
    with file.open("rb") as found, _open(address, "write", options, OutputError) as into:
        shutil.copyfileobj(found, into, _BLOCK)


def journal_name(address: str) -> str:
    """Return the name of the local file for the output at `address`."""
    return f"{sha256(address.encode()).hexdigest()[:16]}.jsonl"


@contextmanager
def _open(
    address: str,
    verb: str,
    options: Mapping[str, str],
    kind: Callable[[str, str | None], HelloLLMError],
) -> Iterator[IO[bytes]]:
    """Open an address to ``read`` or to ``write``; what goes wrong is raised as our `kind`."""
    failed = f"cannot {verb} {printable(address)}"
    try:
        import fsspec

        # Otherwise a name with a typing error would become a new bucket.
        with fsspec.open(address, f"{verb[0]}b", auto_mkdir=False, **options) as file:
            yield file
    except HelloLLMError:
        raise
    except ImportError as error:
        raise UsageError(f"{failed}: {error}", "pip install 'hello-llm[remote]'") from error
    except ValueError as error:
        raise UsageError(f"{failed}: {error}") from error
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise kind(f"{failed}: {reason}", "look at the address and its keys") from error
