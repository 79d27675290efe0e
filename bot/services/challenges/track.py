"""The path of a challenge for those who check it: every snapshot of a tape, or the minutes of the live market."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from importlib.resources import files

from bot.market.tape import AdlStrike
from bot.market.timing import next_funding
from bot.services.challenges.life import Point
from bot.services.tapes import Reel
from engine.contracts import Contract
from engine.market import MarketSnapshot

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Track:
    """Every step of a tape as the market showed it, the marks alone (`points`), and what its script strikes."""

    reel: Reel
    snapshots: Sequence[MarketSnapshot]
    points: Sequence[Point]

    @classmethod
    def of(cls, reel: Reel) -> "Track":
        """The whole path; a third of a second or so."""
        feed = reel.feed()
        snapshots = (feed.snapshot(), *feed.finish())
        points = (
            Point(each.time, {symbol: quote.mark for symbol, quote in each.quotes.items()})
            for each in snapshots
        )
        return cls(reel, snapshots, tuple(points))

    def struck(self, since: datetime, until: datetime) -> tuple[AdlStrike, ...]:
        """The scripted deleveraging later than `since` and not later than `until`."""
        return tuple(each for each in self.reel.tape.adl if since < each.at <= until)


def between(step: MarketSnapshot, at: datetime) -> MarketSnapshot:
    """The market at a time after a step and before the next: a tape that was held there."""
    quotes = {
        symbol: replace(quote, next_funding=next_funding(at, step.contract(symbol).funding_interval_hours))
        for symbol, quote in step.quotes.items()
    }
    return replace(step, time=at, quotes=quotes)


def tape_hash(tape_id: str) -> str | None:
    """The SHA-256 of a tape's file in this package; None for one that is not in it."""
    try:
        return sha256(files("bot.market").joinpath("tapes", f"{tape_id}.toml").read_bytes()).hexdigest()
    except OSError:
        return None


def contracts_hash(contracts: Mapping[str, Contract]) -> str:
    """The SHA-256 over all contracts, as they stand in this version."""
    lines = (f"{contracts[symbol]!r}\n" for symbol in sorted(contracts))
    return sha256("".join(lines).encode()).hexdigest()


Prices = tuple[Decimal, Decimal, Decimal, Decimal, Decimal, Decimal, Decimal, Decimal]


def closes(at: datetime, prices: Mapping[str, Prices]) -> Point:
    """The end of a minute of the live market, from its open, high, low and close of mark, then of last."""
    return Point(at + MINUTE, {symbol: each[3] for symbol, each in prices.items()})
