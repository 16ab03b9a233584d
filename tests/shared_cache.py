"""The cache folder that all tests share: in an empty one, each cold call would compile LiteLLM."""

from pathlib import Path

SHARED_CACHE = {"XDG_CACHE_HOME": str(Path(__file__).parents[1] / ".pytest_cache" / "xdg")}
"""The variable that names it, for the environment of a process."""
