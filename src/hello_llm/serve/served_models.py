"""The models of a server: profiles, and models that are allowed; each with its settings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from hello_llm.calls.completions_request import UnfitRequestError, read_request
from hello_llm.calls.turns import with_fallbacks
from hello_llm.contract import ExitCode, Message, UsageError
from hello_llm.contract.model_name import ModelName
from hello_llm.providers.mock.provider import DEFAULT_MODEL
from hello_llm.serve.problem import Problem, ProblemError
from hello_llm.serve.settings import ServeSettings
from hello_llm.settings.fields import Settings
from hello_llm.settings.file import ConfigFile
from hello_llm.settings.origins import BUILT_IN
from hello_llm.settings.resolve import resolve_with_config
from hello_llm.text import phrases

_MOST_NAMED = 10
_LONGEST_NAME = 256


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a client: what to ask, and how."""

    name: str
    """The model, as the client named it."""
    label: str
    """The profile, model or pattern by which it is served, for the metrics."""
    settings: Sequence[Settings]
    """The settings for asking the model, and its fallbacks."""
    messages: tuple[Message, ...]
    """The conversation."""
    include_usage: bool
    """Whether a stream ends with a chunk that has the usage."""


class ServedModels:
    """The models by the names that clients use."""

    def __init__(self, settings: ServeSettings, config: ConfigFile | None) -> None:
        """Resolve the settings of each model that `settings` and the profiles of `config` name.

        Raises:
            UsageError: the configuration or a flag is invalid, or there is no model.
        """
        self.config = config
        self.base = self._resolve(settings.given, None)
        self.unnamed: list[str] = []
        self._given = settings.given
        self._patterns = [one for one in settings.allow if "*" in one]
        self._found: dict[str, Settings] = {}
        for name in self._profiles(settings.profile):
            found = self._resolve(settings.given, name)
            if found.provider == "litellm" and found.model is None:
                self.unnamed.append(name)
            else:
                self._found[name] = found
        for name in (*self._own_model(), *settings.allow):
            if "*" not in name:
                self._found.setdefault(name, self._model(name))
        if not self._found and not self._patterns:
            raise UsageError(
                "there is no model to serve: no profile names one",
                "--allow openai/gpt-4o-mini, or --provider mock",
            )

    @property
    def names(self) -> list[str]:
        """The names that clients may use, without those that only a pattern allows."""
        return list(self._found)

    def all_settings(self) -> Iterator[Settings]:
        """Yield the settings of each model."""
        yield self.base
        yield from self._found.values()

    def read(self, body: Mapping[str, Any]) -> Asked:
        """Parse a request, and check it.

        Args:
            body: the request, as for OpenAI's Chat Completions.

        Raises:
            ProblemError: there is no such model, or a field is not supported or invalid.
        """
        label, found = self._find(body.get("model"))
        stream = _flag(body, "stream")
        options = body.get("stream_options") or {}
        if not isinstance(options, dict):
            raise _unfit('its field "stream_options" is not an object', "stream_options")
        rest = {key: one for key, one in body.items() if key not in {"model", "stream"}}
        try:
            messages, values = read_request(rest)
        except UnfitRequestError as error:
            raise _unfit(str(error), error.field) from None
        _check_limit(values, found)
        settings = replace(found, stream=stream, **values)  # type: ignore[arg-type]
        if found.system is not None and messages[0].role == "system":
            joined = f"{found.system}\n\n{messages[0].content}"
            messages = (replace(messages[0], content=joined), *messages[1:])
            settings = replace(settings, system=None)
        usage = _flag(options, "include_usage")
        return Asked(str(body["model"]), label, with_fallbacks(settings), messages, usage)

    def _profiles(self, only: str | None) -> Iterator[str]:
        if only is not None:
            yield only
        elif self.config is not None:
            yield from self.config.profiles

    def _own_model(self) -> Iterator[str]:
        """Yield the model that calls without a profile ask, if the user has chosen one."""
        base = self.base
        if base.model is not None:
            yield base.model
        elif base.provider == "mock" and (base.origins["provider"] != BUILT_IN or not self._found):
            yield DEFAULT_MODEL

    def _resolve(self, given: Mapping[str, object], profile: str | None) -> Settings:
        config = self.config
        if profile is None and config is not None:
            config = replace(config, default_profile=None)
        return resolve_with_config(given, config, profile)

    def _model(self, name: str) -> Settings:
        """Return the settings for asking a model that no profile names.

        The mock answers for every name, so that clients can be tested as they are.
        """
        base = self.base
        if base.provider == "mock" and base.origins["provider"] != BUILT_IN:
            return replace(base, model=name if "/" in name else f"mock/{name}")
        return self._resolve({**self._given, "model": str(ModelName.parse(name, "--allow"))}, None)

    def _find(self, name: object) -> tuple[str, Settings]:
        if not isinstance(name, str) or not name:
            raise _unfit('its field "model" names no model', "model")
        if name in self._found:
            return name, self._found[name]
        for pattern in self._patterns:
            if len(name) <= _LONGEST_NAME and fnmatchcase(name, pattern):
                try:
                    return pattern, self._model(name)
                except UsageError as error:
                    raise _unfit(f'its field "model": {error.message}', "model") from None
        raise ProblemError(self.unknown(name))

    def unknown(self, name: str) -> Problem:
        """Return the problem of a model `name` that is not served."""
        nearest = phrases.by_nearness(name[:_LONGEST_NAME], self._found)[:_MOST_NAMED]
        shown = phrases.listed([phrases.quoted(one) for one in nearest])
        return Problem(
            404,
            f"there is no model {phrases.quoted(name[:_LONGEST_NAME])} here",
            code="model_not_found",
            param="model",
            hint=f"GET /v1/models lists them: {shown}" if nearest else "GET /v1/models lists them",
        )


def _flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise _unfit(f'its field "{name}" is not true or false', name)
    return value


def _check_limit(values: Mapping[str, object], found: Settings) -> None:
    """Make sure that a client does not ask for longer answers than its profile allows.

    Raises:
        ProblemError: it does.
    """
    asked, most = values.get("max_tokens"), found.max_tokens
    if isinstance(asked, int) and most is not None and asked > most:
        raise _unfit(
            f'its field "max_tokens" is {asked}, and {most} is the most here', "max_tokens"
        )


def _unfit(text: str, param: str) -> ProblemError:
    return ProblemError(
        Problem(400, f"the request is invalid: {text}", param=param, exit_code=ExitCode.REQUEST)
    )
