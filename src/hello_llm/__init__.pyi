from hello_llm import contract
from hello_llm.contract import *  # noqa: F403 - its own __all__ says what is public
from hello_llm.providers.factory import get_provider as get_provider

__version__: str

__all__ = ["__version__", "get_provider"]
__all__ += contract.__all__
