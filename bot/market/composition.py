"""A feed from plain settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from bot.core.clock import ManualClock, SystemClock
from bot.market.errors import BadFriction, UnknownMarket
from bot.market.fixed import FixedFeed
from bot.market.levels import load_levels
from bot.market.live import DEFAULT_ADDRESS, DEFAULT_STALE_AFTER, LiveFeed
from bot.market.replay import ReplayFeed
from bot.market.simulated import SimulatedFeed
from bot.market.tape_file import load_tape
from engine.candles import MinuteCandle
from engine.contracts import Contract
from engine.decimals import exact
from engine.market import FRICTIONLESS, FillRule

DEFAULT_TAPE = "oct-2025"
MOST_BASIS_POINTS = Decimal(500)
_BASIS_POINT = Decimal("0.0001")


class MarketKind(StrEnum):
    """What a market's prices come from."""

    FIXED = "fixed"
    SIMULATED = "simulated"
    REPLAY = "replay"
    LIVE = "live"


def build_feed(
    kind: str,
    contracts: Mapping[str, Contract],
    *,
    prices: Mapping[str, Decimal] | None = None,
    tape: str | None = None,
    speed: Decimal = Decimal(1),
    seed: int = 0,
    spread: Decimal | None = None,
    slippage: Decimal | None = None,
    clock: ManualClock | None = None,
    ws_url: str | None = None,
    stale_after: timedelta | None = None,
    resume: Mapping[str, MinuteCandle] | None = None,
) -> FixedFeed | SimulatedFeed | ReplayFeed | LiveFeed:
    """The feed of a kind of market.

    `prices` (symbol → USDT) are those of a fixed market, where none at all means the levels at which a simulated one
    starts, and replace start levels of a simulated one; `tape` and `speed` are for a replay, `seed` for a simulated
    market; what does not concern a kind is left aside. `spread` is the half-spread in basis points, `slippage` the
    impact in basis points per million USDT; None: the rule's own, on a fixed market zero. Without a `clock` the market
    starts now and follows real time; a replay has the tape's time instead. `ws_url` is the base address of a live
    market's stream; `stale_after` the age beyond which a price decides nothing: 15 seconds for a live market, without
    limit for others, if None. `resume`: the last candles of a simulated market, from which it goes on.
    Raises UnknownMarket, UnknownContract, BadPrice, UnknownTape, BadSpeed, BadFriction.
    """
    market = _kind(kind)
    given = prices or {}
    match market:
        case MarketKind.FIXED:
            rule = fill_rule(spread, slippage, FRICTIONLESS)
            standing = given or start_prices(contracts)
            return FixedFeed(standing, contracts, clock or _real_time(), rule, stale_after)
        case MarketKind.SIMULATED:
            return SimulatedFeed(
                contracts,
                load_levels(),
                seed,
                clock or _real_time(),
                prices=given,
                resume=resume,
                fill_rule=fill_rule(spread, slippage, FillRule()),
                stale_after=stale_after,
            )
        case MarketKind.REPLAY:
            return ReplayFeed(
                load_tape(tape or DEFAULT_TAPE),
                contracts,
                speed,
                fill_rule=fill_rule(spread, slippage, FillRule()),
                stale_after=stale_after,
            )
        case MarketKind.LIVE:
            return LiveFeed(
                contracts,
                clock or _real_time(),
                address=ws_url or DEFAULT_ADDRESS,
                stale_after=stale_after or DEFAULT_STALE_AFTER,
                fill_rule=fill_rule(spread, slippage, FillRule()),
            )
    assert_never(market)


def start_prices(contracts: Mapping[str, Contract]) -> dict[str, Decimal]:
    """The start levels of all contracts that have one, in USDT."""
    return {symbol: level.price for symbol, level in load_levels().symbols.items() if symbol in contracts}


@exact
def fill_rule(spread: Decimal | None, slippage: Decimal | None, default: FillRule) -> FillRule:
    """The default rule with half-spread and impact per million replaced, both in basis points. Raises BadFriction."""
    return FillRule(
        half_spread=default.half_spread if spread is None else _fraction("spread", spread),
        impact_per_million=default.impact_per_million
        if slippage is None
        else _fraction("slippage", slippage),
        cap=default.cap,
    )


def _fraction(name: str, basis_points: Decimal) -> Decimal:
    if not basis_points.is_finite() or not 0 <= basis_points <= MOST_BASIS_POINTS:
        raise BadFriction(name=name, value=str(basis_points)[:40], most=str(MOST_BASIS_POINTS))
    return basis_points * _BASIS_POINT


def _kind(kind: str) -> MarketKind:
    try:
        return MarketKind(kind)
    except ValueError:
        raise UnknownMarket(kind=kind[:40], known=tuple(MarketKind)) from None


def _real_time() -> ManualClock:
    return ManualClock(SystemClock().now(), running=True)
