"""The tapes that can be played: by their names, or as numbers under a disguise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from hashlib import sha256

from bot.market import Disguise, ReplayFeed, Tape, disguise, load_tape, tape_ids
from engine.contracts import Contract

FINEST_SHOWN = Decimal("0.0001")
"""A hidden price is shown with 4 decimals: its ticks differ from tape to tape, and its name does not."""
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Reel:
    """A tape as it is played: `tape` and `contracts` are what the market shows, `real` is what is behind them.

    `number` is that of the tape in the list, where nothing but its length and its number of coins is told.
    """

    number: int
    real: Tape
    tape: Tape
    contracts: Mapping[str, Contract]
    disguise: Disguise | None = None

    @property
    def hidden(self) -> bool:
        return self.disguise is not None

    def feed(self, place: timedelta = timedelta(0), speed: Decimal = Decimal(1)) -> ReplayFeed:
        """The market of this tape, held at a place on it; what lies at its end or behind it stands right before it."""
        start = min(place, self.tape.length - _INSTANT)
        feed = ReplayFeed(self.tape, self.contracts, speed, start=start)
        feed.pause()
        return feed

    def symbol_of(self, shown: str) -> str:
        """The real symbol of a shown one."""
        return self.disguise.masks[shown].symbol if self.disguise is not None else shown

    def alias_of(self, real: str) -> str:
        """The shown symbol of a real one."""
        return next(symbol for symbol in self.tape.series if self.symbol_of(symbol) == real)


class Shelf:
    """All tapes of the package, each as it is and in disguise; read from their files when first asked for."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._contracts = contracts

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of the tapes in the order of their numbers, which follows no date: that would give them away."""
        return tuple(sorted(tape_ids(), key=lambda each: sha256(each.encode()).digest()))

    @cached_property
    def _hidden(self) -> Mapping[str, Reel]:
        return {id_: self._disguised(number, id_) for number, id_ in enumerate(self.ids, start=1)}

    def numbered(self, number: int) -> str | None:
        """The id of the tape with a number."""
        return self.ids[number - 1] if 1 <= number <= len(self.ids) else None

    def take(self, tape_id: str, *, hidden: bool) -> Reel:
        """A tape to be played. Raises KeyError for an unknown id."""
        found = self._hidden[tape_id]
        return found if hidden else Reel(found.number, found.real, found.real, self._contracts)

    def aliases(self) -> Mapping[str, Contract]:
        """A contract for every symbol that some disguise uses, for reading words and writing prices: with the greatest
        leverage that one of its tapes allows.
        """
        found: dict[str, Contract] = {}
        for reel in self._hidden.values():
            for symbol, contract in reel.contracts.items():
                wider = max(contract, found.get(symbol, contract), key=lambda each: each.max_leverage)
                found[symbol] = replace(wider, tick=FINEST_SHOWN)
        return found

    def _disguised(self, number: int, tape_id: str) -> Reel:
        real = load_tape(tape_id)
        worn = disguise(real, self._contracts)
        return Reel(number, real, worn.tape, worn.contracts, worn)
