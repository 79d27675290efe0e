"""What can be wrong with the description of a market: types with data, worded elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


class MarketError(Exception):
    """A market that cannot be made, or cannot do what it is asked for.

    `code` is a stable slug and `data` what was given and what would have been right; `str()` is for logs only.
    """

    code: ClassVar[str] = "market"

    def __init__(self, **data: str | int | tuple[str, ...]) -> None:
        self.data: Mapping[str, str | int | tuple[str, ...]] = data
        super().__init__(f"{self.code} {data!r}")


class UnknownMarket(MarketError):
    """No such kind of market. Data: kind, known."""

    code = "unknown-market"


class UnknownContract(MarketError):
    """No contract of that base or symbol. Data: symbol, known."""

    code = "unknown-contract"


class BadPriceEntry(MarketError):
    """An entry that is not NAME=PRICE. Data: entry."""

    code = "bad-price-entry"


class BadPrice(MarketError):
    """A price that is no number, not positive, below a tick, too large or too fine. Data: symbol, price, least, most."""

    code = "bad-price"


class DuplicatePrice(MarketError):
    """The same contract priced twice. Data: symbol."""

    code = "duplicate-price"


class UnknownTape(MarketError):
    """No such tape. Data: tape (what was asked for), known."""

    code = "unknown-tape"


class BadSpeed(MarketError):
    """A replay speed out of range. Data: speed, least, most."""

    code = "bad-speed"


class BadFriction(MarketError):
    """A spread or slippage out of range. Data: name, value, most (in basis points)."""

    code = "bad-friction"


class BadAdvance(MarketError):
    """A jump of time out of range. Data: seconds, most_seconds."""

    code = "bad-advance"


class NotByHand(MarketError):
    """A live market follows real time: it can be neither moved nor stepped. Data: market."""

    code = "not-this-market"


class BadPosition(MarketError):
    """A place that is not on the tape. Data: seconds, most_seconds."""

    code = "bad-position"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a data file: where (`series.BTCUSDT.candles.3`) and what."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class InvalidDataFile(MarketError):
    """A tape or level file that does not hold together; `faults` lists all that was found. Data: file, faults."""

    code = "invalid-data-file"

    def __init__(self, file: str, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__(file=file, faults=tuple(str(fault) for fault in faults))
