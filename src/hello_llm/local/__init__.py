"""Models on this machine: ``local/NAME`` is a GGUF file, served on loopback for one call."""

from hello_llm.local.server import serve
from hello_llm.local.weights import find_weights

__all__ = ["find_weights", "serve"]
