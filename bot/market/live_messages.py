"""What the exchange's public streams say, checked: mark and last prices of the contracts we know."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.market.errors import BadPrice
from bot.market.prices import parse_price
from engine.contracts import Contract
from engine.decimals import ONE, ZERO

STREAMS = ("!markPrice@arr@1s", "!miniTicker@arr")
"""Mark, index and funding of all contracts each second; last prices of those that traded, each second."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MILLISECONDS = 4_102_444_800_000  # the year 2100
_LONGEST_INTERVAL = timedelta(hours=24)
_RATE = re.compile(r"-?\d{1,3}(\.\d{1,12})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class MarkSaid:
    """Mark and index price in USDT, and the rate (a fraction) of the next funding timestamp; None: not told."""

    symbol: str
    at: datetime
    mark: Decimal
    index: Decimal
    rate: Decimal
    next_funding: datetime | None


@dataclass(frozen=True, slots=True)
class LastSaid:
    """The last traded price in USDT."""

    symbol: str
    at: datetime
    last: Decimal


Said = MarkSaid | LastSaid


@dataclass(frozen=True, slots=True)
class Heard:
    """What a frame said of known contracts, in its order; `garbage`: how many parts of it made no sense."""

    said: tuple[Said, ...]
    garbage: int


def read_frame(frame: str, contracts: Mapping[str, Contract]) -> Heard:
    """Read a frame of the combined stream; never raises, whatever the frame holds.

    Prices are plain decimals from one tick to 10⁹ USDT, written as text: no NaN, no exponent, nothing at or below zero.
    Contracts that are not ours are passed over; they are no garbage.
    """
    try:
        envelope = json.loads(frame)
    except (ValueError, RecursionError):
        return Heard((), 1)
    items = envelope.get("data") if isinstance(envelope, dict) else None
    if not isinstance(items, list):
        return Heard((), 1)
    said: list[Said] = []
    garbage = 0
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("s"), str):
            garbage += 1
            continue
        contract = contracts.get(item["s"])
        if contract is None:
            continue
        try:
            said.append(_read(item, contract))
        except (ValueError, BadPrice):
            garbage += 1
    return Heard(tuple(said), garbage)


def _read(item: Mapping[str, object], contract: Contract) -> Said:
    """One event. Raises ValueError or BadPrice for one that makes no sense."""
    at = _time(item.get("E"))
    match item.get("e"):
        case "markPriceUpdate":
            mark, index = _price(item.get("p"), contract), _price(item.get("i"), contract)
            rate, due = _funding(item, at)
            return MarkSaid(contract.symbol, at, mark, index, rate, due)
        case "24hrMiniTicker":
            return LastSaid(contract.symbol, at, _price(item.get("c"), contract))
        case other:
            raise ValueError(f"no event of ours: {other!r}")


def _time(value: object) -> datetime:
    if type(value) is not int or not 0 < value < _LATEST_MILLISECONDS:
        raise ValueError("no time in milliseconds")
    return _EPOCH + timedelta(milliseconds=value)


def _price(value: object, contract: Contract) -> Decimal:
    if not isinstance(value, str):
        raise ValueError("no price written as text")  # noqa: TRY004 - all that makes no sense is one kind
    return parse_price(value, contract)


def _funding(item: Mapping[str, object], at: datetime) -> tuple[Decimal, datetime | None]:
    """Rate and timestamp; without either the price still counts, and the engine takes its default rate."""
    rate, due = item.get("r"), item.get("T")
    if not isinstance(rate, str) or not _RATE.fullmatch(rate) or abs(Decimal(rate)) > ONE:
        return ZERO, None
    try:
        when = _time(due)
    except ValueError:
        return ZERO, None
    return (Decimal(rate), when) if abs(when - at) <= _LONGEST_INTERVAL else (ZERO, None)
