"""Where the values of settings came from, and what else the configuration file says."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from hello_llm.contract.budget import NO_BUDGET, Budget
from hello_llm.contract.model_facts import ModelFacts
from hello_llm.settings.origins import Origin


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What belongs to the settings of a call without being one of them."""

    local_models: Mapping[str, Path] = dataclasses.field(default_factory=dict)
    """The ``.gguf`` files that ``local/NAME`` may name, as absolute paths."""
    models: Mapping[str, ModelFacts] = dataclasses.field(default_factory=dict)
    """What the file says about models, by their names."""
    origins: Mapping[str, Origin] = dataclasses.field(default_factory=dict)
    """Where each value came from, by key; ``local.models.NAME`` for local models."""
    config_file: Path | None = None
    """The configuration file that was read, if any."""
    config_unseen: str | None = None
    """Why it is not known whether there is one; ``None`` if it is known."""
    profile: str | None = None
    """The profile in use, if any."""
    budget: Budget = NO_BUDGET
    """The limits of spending, which are the user's and not those of one call."""
