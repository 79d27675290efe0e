"""What is wrong with data, quotes or a journal, whoever asks."""

from __future__ import annotations

from engine.errors.base import EngineError


class MalformedData(EngineError):
    """Stored or received data is not what it should be; `where` names the place."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


class NewerVersion(MalformedData):
    """Data written by a later version of the engine."""


class ContractError(MalformedData):
    """The contract table is unusable."""


class BracketGap(ContractError):
    """Brackets do not follow one another without gap or overlap."""


class BracketRates(ContractError):
    """Maintenance rates do not rise, leave (0, 1), or reach the initial margin of the bracket's leverage."""


class BracketAmounts(ContractError):
    """Maintenance amounts break the recurrence of docs/margin.md §Brackets."""


class BadQuote(EngineError):
    """A quote carries a price that is not finite and positive, or a naive time."""


class EventMismatch(EngineError):
    """An event does not fit the account it is applied to."""


class UnknownFigure(EngineError):
    """No derivation is known for this figure."""
