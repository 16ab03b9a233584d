"""One explicit command line for every language model: the public Python interface."""

from hello_llm import contract
from hello_llm.contract import *  # noqa: F403 - the contract's own __all__ says what is public
from hello_llm.providers.factory import get_provider

__version__ = "0.1.0"

__all__ = ["__version__", "get_provider"]
__all__ += contract.__all__


def __dir__() -> list[str]:
    return sorted(__all__)
