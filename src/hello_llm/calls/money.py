"""Reserves what each attempt may cost before it is sent, within every limit in force.

Nothing here is heavy: SQLite and the price list are loaded for the first attempt that is recorded
or limited.
"""

from collections.abc import Callable
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Self

from hello_llm.contract import BudgetError, ChatRequest, LLMProvider
from hello_llm.settings.fields import Settings

if TYPE_CHECKING:
    from hello_llm.calls.hold import Hold
    from hello_llm.calls.plan import Plan
    from hello_llm.calls.purse import Purse
    from hello_llm.ledger.ledger import Ledger, Reservation
    from hello_llm.prices.catalogue import Catalogue

_MOST_WARNINGS = 3

Say = Callable[[str], None]
"""Shows a sentence to the user."""
Redact = Callable[[str], str]
"""Removes secrets from a text."""


class Meter:
    """Reserves money for the attempts of one run; its threads may share it."""

    def __init__(
        self,
        command: str,
        settings: Settings,
        max_cost: float | None,
        redact: Redact = str,
        *,
        saves: bool = True,
    ) -> None:
        """Prepare for a run; nothing is opened yet.

        Args:
            command: the command that makes the calls, for the ledger.
            settings: the settings of the run.
            max_cost: the most that the run may cost, in US dollars; ``None`` for no limit.
            redact: removes secrets from what the ledger gets.
            saves: whether replies are limited to what the rest of that money pays for.
        """
        self._command = command
        self._settings = settings
        self._redact = redact
        self._saves = saves
        self._loading = Lock()
        self._ledger: Ledger | None = None
        self._notes: list[str] = []
        self._warnings: list[str] = []
        self.purse = None if max_cost is None else _purse(max_cost)
        """The money of the run, if that is limited."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._ledger is not None:
            self._ledger.close()

    def around(self, provider: LLMProvider, settings: Settings) -> LLMProvider:
        """Return `provider`; if its calls are recorded or limited, reserve money for each."""
        if not (is_recorded(settings) or (self.purse is not None and is_paid(settings))):
            return provider
        from hello_llm.calls.metered import MeteredProvider

        return MeteredProvider(provider, lambda request: self._hold(settings, request))

    def plan(self, settings: Settings, request: ChatRequest) -> "Plan":
        """Return how `request` will be sent, and the bound of its cost."""
        from hello_llm.calls.plan import Plan
        from hello_llm.prices.bound import bound
        from hello_llm.prices.output_limit import tokens_for, with_output_limit

        with self._loading:
            model = self.catalogue.find(request.model or "")
        left = None if self.purse is None else self.purse.left_nano_usd
        sent = request
        if self._limits(settings):
            sent = with_output_limit(model, request, left if self._saves else None)
        tokens = None if left is None else tokens_for(left, model, request)
        return Plan(sent, bound(model, sent), sent is not request, tokens)

    def refusal(self, plan: "Plan") -> BudgetError | None:
        """Return the error for an attempt that the money of the run does not pay for."""
        if self.purse is None:
            return None
        if plan.nano_usd is None:
            return plan.unpriced()
        return self.purse.refusal(plan.nano_usd, plan.tokens)

    @cached_property
    def catalogue(self) -> "Catalogue":
        """What is known of models, read once."""
        from hello_llm.prices.catalogue import Catalogue

        return Catalogue.installed(self._settings.models)

    def speak(self, warn: Say, note: Say) -> None:
        """Show the notes and warnings that the attempts have left since the last time."""
        notes, self._notes = self._notes, []
        for text in dict.fromkeys(notes):
            note(text)
        warnings, self._warnings = self._warnings, []
        for text in warnings[:_MOST_WARNINGS]:
            warn(text)
        if more := len(warnings[_MOST_WARNINGS:]):
            warn(f"{more} more calls had such a warning; hello-llm spend shows what was spent")

    def _limits(self, settings: Settings) -> bool:
        """Return whether a limit on spending is in force for calls under `settings`."""
        if not is_paid(settings):
            return False
        covering = settings.budget.covering(settings.profile, settings.model or "")
        return self.purse is not None or (is_recorded(settings) and bool(covering))

    def _hold(self, settings: Settings, request: ChatRequest) -> "Hold":
        """Reserve money for an attempt.

        Raises:
            BudgetError: a limit would be exceeded, or the model has no known price.
            LedgerError: the ledger cannot be read or written.
        """
        from hello_llm.calls.hold import Hold

        plan = self.plan(settings, request)
        purse = self.purse if is_paid(settings) else None
        if purse is not None:
            if plan.nano_usd is None:
                raise plan.unpriced()
            purse.reserve(plan.nano_usd, plan.tokens)
        try:
            reservation = self._reservation(settings, plan) if is_recorded(settings) else None
        except BaseException:
            if purse is not None:
                purse.end(plan.nano_usd or 0, 0)
            raise
        if plan.note is not None and self._settings.verbose:
            self._notes.append(plan.note)
        return Hold(plan.request, plan.nano_usd or 0, purse, reservation, self._warn, self._redact)

    def _warn(self, text: str) -> None:
        self._warnings.append(text)

    def _reservation(self, settings: Settings, plan: "Plan") -> "Reservation":
        from hello_llm.ledger.call import PlannedCall

        model = self._redact(plan.request.model or "")
        call = PlannedCall(self._command, model, plan.nano_usd, settings.profile)
        reservation = self._open_ledger().reserve(
            call, settings.budget, timeout_s=settings.timeout or None
        )
        if reservation.warning is not None:
            self._warnings.append(reservation.warning)
        return reservation

    def _open_ledger(self) -> "Ledger":
        from hello_llm.ledger.ledger import Ledger
        from hello_llm.settings.paths import default_ledger_file

        with self._loading:
            if self._ledger is None:
                self._ledger = Ledger(default_ledger_file())
            return self._ledger


def _purse(usd: float) -> "Purse":
    from hello_llm.calls.purse import Purse

    return Purse.of_dollars(usd)


def is_paid(settings: Settings) -> bool:
    """Return whether calls under `settings` may cost money.

    The mock, replays and servers of the user's own cost nothing, unless the configuration has a
    price.
    """
    if settings.provider == "mock":
        return False
    from hello_llm.prices.catalogue import is_free

    model = settings.model or ""
    facts = settings.models.get(model)
    return not is_free(model) or (facts is not None and facts.priced)


def is_recorded(settings: Settings) -> bool:
    """Return whether calls under `settings` are recorded in the ledger."""
    if settings.provider == "mock" or settings.ledger is False:
        return False
    return settings.ledger is True or (bool(settings.budget.limits) and is_paid(settings))
