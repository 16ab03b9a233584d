"""Local models: serves a GGUF file on loopback for the duration of one call."""

from hello_llm.local.server import serve
from hello_llm.local.weights import find_weights

__all__ = ["find_weights", "serve"]
