"""Scenes: what happens in a lesson, as steps that read like the commands a learner would type."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TypeAlias

from engine.contracts import load_contracts
from engine.position import MarginMode, Side


@cache
def coins() -> Mapping[str, str]:
    """The contracts that a scene can name, by their coin."""
    return {contract.base.lower(): symbol for symbol, contract in load_contracts().items()}


class BadStep(ValueError):
    """A step that does not read as any of the known ones."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A market order: `margin` in USDT or a `size` in USDT or coins, the other two being None."""

    symbol: str
    side: Side
    leverage: int
    mode: MarginMode
    margin: Decimal | None = None
    notional: Decimal | None = None
    coins: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """A position is closed, all of it or a fraction."""

    symbol: str
    share: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class MarginMoved:
    """USDT are added to an isolated position, or taken out where below zero."""

    symbol: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Move:
    """A price comes to stand at so many USDT, or moves by a fraction."""

    symbol: str
    price: Decimal | None
    fraction: Decimal | None


@dataclass(frozen=True, slots=True)
class Priced:
    """Prices move, all at once; `which`: mark, last, or both with the index (price)."""

    moves: tuple[Move, ...]
    which: str = "price"


@dataclass(frozen=True, slots=True)
class FundingDue:
    """Time goes on to the next funding, at this rate, a fraction."""

    symbol: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class StopSet:
    """A stop that closes the position once the watched price (mark or last) reaches `trigger`."""

    symbol: str
    trigger: Decimal
    watched: str
    limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LimitSet:
    """A limit order that opens, for a margin in USDT, and rests."""

    symbol: str
    side: Side
    leverage: int
    mode: MarginMode
    price: Decimal
    margin: Decimal


@dataclass(frozen=True, slots=True)
class Leveraged:
    """The leverage of a symbol is set."""

    symbol: str
    leverage: int


@dataclass(frozen=True, slots=True)
class Hedged:
    """The account changes to hedge mode."""


@dataclass(frozen=True, slots=True)
class Deleveraged:
    """A position is closed by auto-deleveraging at a price."""

    symbol: str
    price: Decimal


Act: TypeAlias = (
    Opened
    | Closed
    | MarginMoved
    | Priced
    | FundingDue
    | StopSet
    | LimitSet
    | Leveraged
    | Hedged
    | Deleveraged
)


@dataclass(frozen=True, slots=True)
class Step:
    """An act as it was written; a `refused` one has to be refused, anything else must not."""

    words: str
    act: Act
    refused: bool = False


_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_COIN = r"(?P<coin>[0-9a-z]+)"
_ORDER = rf"{_COIN} (?P<side>long|short) (?P<leverage>[0-9]+)x (?P<mode>isolated|cross)"
_GRAMMAR = {
    "open": rf"{_ORDER} (?P<unit>=?)(?P<amount>{_NUMBER})(?P<glued>[a-z]+)?",
    "limit": rf"{_ORDER} (?P<amount>{_NUMBER}) at (?P<price>{_NUMBER})",
    "close": rf"{_COIN}(?: (?P<share>{_NUMBER})%)?",
    "margin": rf"(?P<verb>add|remove) (?P<amount>{_NUMBER}) {_COIN}",
    "funding": rf"{_COIN} (?P<rate>[+-]?{_NUMBER})%",
    "sl": rf"{_COIN} (?P<price>{_NUMBER})(?: (?P<watched>last|mark))?(?: limit (?P<limit>{_NUMBER}))?",
    "leverage": rf"{_COIN} (?P<leverage>[0-9]+)x",
    "hedge": "on",
    "adl": rf"{_COIN} (?P<price>{_NUMBER})",
}
_MOVE = re.compile(rf"{_COIN} (?:(?P<move>[+-]{_NUMBER})%|(?P<price>{_NUMBER}))")
_PATTERNS = {verb: re.compile(pattern) for verb, pattern in _GRAMMAR.items()}


def parse_step(words: str) -> Step:
    """One step of a scene; raises BadStep.

    `open btc long 5x isolated 1000` (margin; `=5000` notional, `0.1btc` coins) · `close btc 50%` ·
    `margin add 200 btc` · `price btc -10%, eth 2500`, `mark …`, `last …` · `funding btc 0.01%` ·
    `sl btc 46000 last limit 45900` · `limit btc long 5x isolated 1000 at 48000` · `leverage btc 5x` · `hedge on` ·
    `adl btc 90000` · each with `refused: ` in front where the exchange must refuse it.
    """
    told, refused = words.removeprefix("refused: "), words.startswith("refused: ")
    verb, _, rest = told.partition(" ")
    if verb in {"price", "mark", "last"}:
        return Step(words, Priced(tuple(_move(each, words) for each in rest.split(", ")), verb), refused)
    found = _PATTERNS[verb].fullmatch(rest) if verb in _PATTERNS else None
    if found is None:
        raise BadStep(f"no step: {words!r}")
    said = {name: value for name, value in found.groupdict().items() if value is not None}
    symbol = _symbol(said["coin"], words) if "coin" in said else ""
    return Step(words, _act(verb, symbol, said, words), refused)


def _symbol(coin: str, words: str) -> str:
    if coin not in coins():
        raise BadStep(f"no contract {coin!r}: {words!r}")
    return coins()[coin]


def _move(move: str, words: str) -> Move:
    found = _MOVE.fullmatch(move)
    if found is None:
        raise BadStep(f"no price: {words!r}")
    symbol = _symbol(found["coin"], words)
    if found["price"] is not None:
        return Move(symbol, Decimal(found["price"]), None)
    return Move(symbol, None, Decimal(found["move"]) / 100)


def _act(verb: str, symbol: str, said: dict[str, str], words: str) -> Act:
    price = Decimal(said["price"]) if "price" in said else None
    match verb:
        case "open":
            return _opened(symbol, said, words)
        case "limit":
            assert price is not None
            side, mode = Side(said["side"]), MarginMode(said["mode"])
            return LimitSet(symbol, side, int(said["leverage"]), mode, price, Decimal(said["amount"]))
        case "close":
            return Closed(symbol, Decimal(said.get("share", "100")) / 100)
        case "margin":
            sign = 1 if said["verb"] == "add" else -1
            return MarginMoved(symbol, sign * Decimal(said["amount"]))
        case "funding":
            return FundingDue(symbol, Decimal(said["rate"]) / 100)
        case "sl":
            assert price is not None
            limit = Decimal(said["limit"]) if "limit" in said else None
            return StopSet(symbol, price, said.get("watched", "mark"), limit)
        case "leverage":
            return Leveraged(symbol, int(said["leverage"]))
        case "hedge":
            return Hedged()
        case _:
            assert price is not None
            return Deleveraged(symbol, price)


def _opened(symbol: str, said: dict[str, str], words: str) -> Opened:
    side, mode, amount = Side(said["side"]), MarginMode(said["mode"]), Decimal(said["amount"])
    leverage, glued = int(said["leverage"]), said.get("glued")
    if glued is not None and (glued != said["coin"] or said["unit"]):
        raise BadStep(f"a size is 1000, =5000 or 0.1{said['coin']}: {words!r}")
    if glued is not None:
        return Opened(symbol, side, leverage, mode, coins=amount)
    if said["unit"]:
        return Opened(symbol, side, leverage, mode, notional=amount)
    return Opened(symbol, side, leverage, mode, margin=amount)
