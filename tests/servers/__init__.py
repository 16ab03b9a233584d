"""Loopback servers that speak a vendor's protocol, play a script and keep every byte they get."""

from tests.servers.anthropic import Anthropic
from tests.servers.dialect import Dialect
from tests.servers.ollama import Ollama
from tests.servers.openai import OpenAI
from tests.servers.responses import Responses
from tests.servers.script import Script, Tokens, ToolCall
from tests.servers.server import ScriptedServer
from tests.servers.wire import Connection, Peer, Request

__all__ = [
    "Anthropic",
    "Connection",
    "Dialect",
    "Ollama",
    "OpenAI",
    "Peer",
    "Request",
    "Responses",
    "Script",
    "ScriptedServer",
    "Tokens",
    "ToolCall",
]
