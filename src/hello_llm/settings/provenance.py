"""Where the values of the settings came from, and which file and profile were in use."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from hello_llm.settings.origins import Origin


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The origin of each setting, and of all of them."""

    origins: Mapping[str, Origin] = dataclasses.field(default_factory=dict)
    """Where each value came from, by key; ``local.models.NAME`` for local models."""
    config_file: Path | None = None
    """The configuration file that was read, if any."""
    config_unseen: str | None = None
    """Why it is not known whether there is one; ``None`` if it is known."""
    profile: str | None = None
    """The profile in use, if any."""
