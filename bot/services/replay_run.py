"""One tape being played: its market, the account that lives in it, and how it moves on."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.market import ReplayFeed
from bot.services.tapes import Reel, Shelf
from bot.storage.replays import Replay
from engine.account import MarginAccount
from engine.exchange import decide
from engine.intents import Settle
from engine.market import MarketSnapshot

MARKET = "replay:"
SLOWEST, FASTEST = Decimal(1), Decimal(600)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)


def market_of(account_id: str) -> str:
    """The name of the market that a replay's account trades in."""
    return f"{MARKET}{account_id}"


@dataclass(slots=True, eq=False)
class Run:
    """A replay that is loaded here. `kept` is what storage knows of it, `moving` is held by whoever moves the tape.

    `met`: up to which time on the tape the account has met what the tape brings.
    """

    kept: Replay
    reel: Reel
    feed: ReplayFeed
    met: datetime
    moving: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def opened(cls, kept: Replay, shelf: Shelf, reached: datetime | None) -> "Run":
        """A stored replay as it stood; `reached` is the market's time of the account's last event, for what happened
        after the place was stored last. Raises KeyError for a tape that is no more.
        """
        body = kept.body
        reel = shelf.take(body["tape"], hidden=body["hidden"])
        place = int(body["place"]) * _MICROSECOND
        if reached is not None:
            place = max(place, reached - reel.tape.start)
        feed = reel.feed(place, Decimal(body["speed"]))
        if not body["paused"]:
            feed.resume()
        return cls(kept, reel, feed, feed.clock.now())

    @property
    def account_id(self) -> str:
        return self.kept.account_id

    @property
    def market_name(self) -> str:
        return market_of(self.kept.account_id)

    @property
    def balance(self) -> Decimal:
        """What the account was given at the start, in USDT."""
        return Decimal(self.kept.body["balance"])

    def body(self) -> dict[str, Any]:
        """What has to be stored to go on from here."""
        place = self.feed.position // _MICROSECOND
        moved = {"place": place, "speed": str(self.feed.speed), "paused": self.feed.paused}
        return {**self.kept.body, **moved}

    def place(self) -> dict[str, Any]:
        """Where the tape stands, as data: of a hidden one the day of the tape, of a named one the real time.

        `number` is 0 in a challenge: whoever has played that tape would know it by its number.
        """
        now, start = self.feed.clock.now(), self.reel.tape.start
        first = start.replace(hour=0, minute=0, second=0, microsecond=0)
        return {
            "name": "" if self.reel.hidden else self.reel.real.id,
            "number": 0 if self.of_challenge else self.reel.number,
            "hidden": self.reel.hidden,
            "day": (now - first) // _DAY + 1,
            "time": now.strftime("%H:%M"),
            "at": now.isoformat(),
            "paused": self.feed.paused,
            "speed": format(self.feed.speed.normalize(), "f"),
        }

    @property
    def of_challenge(self) -> bool:
        """Whether it is a challenge's: then it ends at the tape's end only, and tells what it was when all have ended."""
        return self.kept.challenge_id is not None

    def banner(self) -> Mapping[str, Any]:
        """The line above every answer that looked at this market."""
        return {"kind": "replay", **self.place(), **self.kept.body.get("banner", {})}

    def stored(self, kept: Replay) -> None:
        """Take note of what storage knows now."""
        self.kept = kept


def body_of(
    reel: Reel, speed: Decimal, balance: Decimal, *, paused: bool, banner: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What is stored of a replay at its start; `place` is in microseconds from the start of the tape.

    `banner` is said above its answers in the place of what a replay of one's own says.
    """
    return {
        **({} if banner is None else {"banner": dict(banner)}),
        "tape": reel.real.id,
        "hidden": reel.hidden,
        "place": 0,
        "speed": str(speed),
        "paused": paused,
        "balance": str(balance),
    }


def steps_of_path(snapshots: Iterator[MarketSnapshot]) -> Iterator[MarketSnapshot]:
    """Only the snapshots of the path's own steps.

    Where somebody held the tape between two of them is no matter of the account's: a life must not depend on that.
    """
    return (each for each in snapshots if all(quote.at == each.time for quote in each.quotes.values()))


def concerns(state: MarginAccount, market: MarketSnapshot) -> bool:
    """Whether a snapshot does anything to an account."""
    return bool(state.positions or state.orders) and bool(decide(Settle(), state, market))
