"""Resolves flags and profiles into one frozen set of settings with their origins."""

from hello_llm.settings.field import Field
from hello_llm.settings.fields import FIELDS, Settings
from hello_llm.settings.origins import Origin
from hello_llm.settings.resolve import find_config, resolve, resolve_with_config

__all__ = ["FIELDS", "Field", "Origin", "Settings", "find_config", "resolve", "resolve_with_config"]
