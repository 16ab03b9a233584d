"""What every endpoint that answers questions needs."""

from dataclasses import dataclass

from hello_llm.rendering.json.document import Redact
from hello_llm.serve.calls import Calls
from hello_llm.serve.served_models import ServedModels
from hello_llm.serve.settings import ServeSettings


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a server that answer questions."""

    settings: ServeSettings
    """The bounds."""
    models: ServedModels
    """What clients may ask."""
    calls: Calls
    """Makes the calls."""
    redact: Redact
    """Removes secrets from errors."""
