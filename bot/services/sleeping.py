"""Before going to bed: how likely a liquidation is within a time, and what would make it unlikely.

The model is ours: log prices follow a Brownian motion without drift. One barrier is touched within a time with the
probability 2·Φ(−|ln(barrier/price)| / (σ√T)) (reflection principle), two barriers at most with the sum of both. Real
prices have fatter tails. Probabilities are floats, money is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from math import erfc, exp, log, sqrt
from statistics import NormalDist
from typing import TypeAlias

from bot.services.cross_risk import Exposed, cross_distance
from bot.services.margin_warnings import tried
from bot.services.resting import result_at, stop_of
from bot.services.swings import Swings
from engine.account import MarginAccount
from engine.contracts import bracket_index
from engine.errors import Refusal
from engine.intents import ChangeMargin, Close
from engine.margin import PositionFigures, account_figures, cross_legs, position_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode, PositionKey, Side
from engine.solver import LiquidationPrice, wallet_from_liquidation

SAFE = 0.01
"""A chance below this is called safe (ours)."""
_AIM = 0.9 * SAFE
_DEVIATIONS = NormalDist().inv_cdf(1 - _AIM / 2)
_CENT = Decimal("0.01")
_TENTHS = tuple(Decimal(each) / 10 for each in range(1, 11))


@dataclass(frozen=True, slots=True)
class Night:
    """A position over the time: its chance of liquidation while the others stand still, the usual move of its price (a
    fraction, one standard deviation), and the stop that closes it earlier, with the chance that it is reached.
    """

    figures: PositionFigures
    chance: float
    swing: float
    stop: Decimal | None
    stop_chance: float


@dataclass(frozen=True, slots=True)
class AddMargin:
    """Put so much USDT behind an isolated position; `available`: what can be moved there at most."""

    key: PositionKey
    amount: Decimal
    available: Decimal
    chance: float

    @property
    def affordable(self) -> bool:
        return self.amount <= self.available


@dataclass(frozen=True, slots=True)
class SetStop:
    """Close a position at a price half way to liquidation; `result` in USDT after the fee, if it is filled there."""

    key: PositionKey
    price: Decimal
    result: Decimal
    chance: float


@dataclass(frozen=True, slots=True)
class Reduce:
    """Close a share of the largest cross position; all of it may not be enough, then `chance` says so."""

    key: PositionKey
    share: Decimal
    chance: float


Remedy: TypeAlias = AddMargin | SetStop | Reduce


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a time may bring: each position, the cross account as a whole (None without one), and what would help."""

    nights: tuple[Night, ...]
    cross: float | None
    remedies: tuple[Remedy, ...]


def outlook(account: MarginAccount, market: MarketSnapshot, swings: Swings, seconds: float) -> Outlook:
    """The chances of an account over a time from now. Raises UnknownSymbol or PriceStale."""
    figures = account_figures(account, market)
    nights = tuple(_night(each, account, swings, seconds) for each in figures.positions)
    cross = cross_chance(account, market, swings, seconds)
    remedies: list[Remedy] = []
    for night in nights:
        if night.figures.position.mode is MarginMode.ISOLATED and night.chance >= SAFE and night.stop is None:
            added = _enough_margin(night, account, market, swings, seconds, figures.max_add)
            remedies += [each for each in (added, _half_way(night, market)) if each is not None]
    if cross is not None and cross >= SAFE:
        of_cross = [each for each in nights if each.figures.position.mode is MarginMode.CROSS]
        remedies += _for_cross(of_cross, account, market, swings, seconds)
    return Outlook(nights, cross, tuple(remedies))


def touched(distance: float, deviation: float) -> float:
    """The chance that a Brownian motion goes at least so far one way: 2·Φ(−distance / deviation)."""
    return erfc(distance / (deviation * sqrt(2))) if distance > 0 else 1.0


def reached(price: Decimal, barrier: Decimal, deviation: float) -> float:
    """The chance that a price touches a barrier, the deviation being that of its logarithm over the whole time."""
    return touched(abs(log(barrier / price)), deviation)


def chance_of(liquidation: LiquidationPrice, mark: Decimal, deviation: float) -> float:
    """The chance that a price reaches where it is liquidated, on either side."""
    if liquidation.status == "now":
        return 1.0
    ways = (each for each in (liquidation.lower, liquidation.upper) if each is not None)
    return min(1.0, sum(reached(mark, barrier, deviation) for barrier in ways))


def cross_chance(
    account: MarginAccount, market: MarketSnapshot, swings: Swings, seconds: float
) -> float | None:
    """The chance that the cross account is liquidated as all its prices move together; None without a cross position."""
    legs = cross_legs(account, market)
    if not legs:
        return None
    symbols = tuple(sorted({leg.position.symbol for leg in legs}))
    if len(symbols) == 1:  # the solver knows both sides exactly
        found = position_figures(account, legs[0].position.key, market)
        return chance_of(found.liquidation, found.mark, swings.deviation(symbols[0], seconds))
    places = [swings.symbols.index(each) for each in symbols]
    covariance = [[swings.covariance[a][b] * seconds for b in places] for a in places]
    exposed = [
        Exposed(
            symbols.index(leg.position.symbol),
            float(leg.position.side.sign),
            float(leg.notional),
            float(leg.position.quantity * leg.position.entry_price),
            tuple((float(each.rate), float(each.amount)) for each in leg.contract.brackets),
        )
        for leg in legs
    ]
    distance = cross_distance(float(account.cross_wallet), exposed, covariance)
    return 0.0 if distance is None else touched(distance, 1.0)


def _night(figures: PositionFigures, account: MarginAccount, swings: Swings, seconds: float) -> Night:
    held = figures.position
    deviation = swings.deviation(held.symbol, seconds)
    stop = stop_of(account, held.symbol, held.side)
    if stop is not None and not _before(stop, figures):
        stop = None
    return Night(
        figures,
        chance_of(figures.liquidation, figures.mark, deviation),
        deviation,
        stop,
        0.0 if stop is None else reached(figures.mark, stop, deviation),
    )


def _before(stop: Decimal, figures: PositionFigures) -> bool:
    """Whether a stop lies between the mark and liquidation."""
    ends = figures.liquidation.price
    if figures.liquidation.status == "now":
        return False
    if figures.position.side is Side.LONG:
        return stop < figures.mark and (ends is None or stop > ends)
    return stop > figures.mark and (ends is None or stop < ends)


def _enough_margin(
    night: Night,
    account: MarginAccount,
    market: MarketSnapshot,
    swings: Swings,
    seconds: float,
    available: Decimal,
) -> AddMargin | None:
    """The margin that moves liquidation so far away that it is reached with a chance below one in a hundred."""
    figures, held = night.figures, night.figures.position
    if held.isolated_wallet is None or figures.liquidation.status != "price":
        return None
    deviation = swings.deviation(held.symbol, seconds)
    factor = Decimal(f"{exp(-float(held.side.sign) * deviation * _DEVIATIONS):.12f}")
    barrier = figures.mark * factor
    brackets = market.contract(held.symbol).brackets
    bracket = brackets[bracket_index(brackets, held.quantity * barrier)]
    wallet = wallet_from_liquidation(
        held.side, held.quantity, held.entry_price, barrier, bracket.rate, bracket.amount
    )
    amount = (wallet - held.isolated_wallet).quantize(_CENT, ROUND_UP) + _CENT
    if amount <= 0:
        return None
    try:
        after = tried(account, ChangeMargin(held.symbol, amount, held.side), market)
    except Refusal:
        return AddMargin(held.key, amount, min(available, amount - _CENT), night.chance)
    moved = position_figures(after, held.key, market)
    return AddMargin(held.key, amount, available, chance_of(moved.liquidation, moved.mark, deviation))


def _half_way(night: Night, market: MarketSnapshot) -> SetStop | None:
    """A stop half way between the mark and liquidation, on the tick."""
    figures = night.figures
    if figures.liquidation.status != "price" or figures.liquidation.price is None:
        return None
    contract = market.contract(figures.position.symbol)
    middle = (figures.mark + figures.liquidation.price) / 2
    price = (middle / contract.tick).to_integral_value() * contract.tick
    if not _before(price, figures):
        return None
    result = result_at(figures.position, price, contract)
    return SetStop(figures.position.key, price, result, reached(figures.mark, price, night.swing))


def _for_cross(
    nights: Sequence[Night],
    account: MarginAccount,
    market: MarketSnapshot,
    swings: Swings,
    seconds: float,
) -> list[Remedy]:
    largest = max(nights, key=lambda each: each.figures.notional)
    found: list[Remedy] = []
    reduced = _reduced(largest, account, market, swings, seconds)
    if reduced is not None:
        found.append(reduced)
    stop = _half_way(largest, market) if largest.stop is None else None
    return found if stop is None else [*found, stop]


def _reduced(
    night: Night, account: MarginAccount, market: MarketSnapshot, swings: Swings, seconds: float
) -> Reduce | None:
    """The least tenth of a position whose close makes the cross account safe, or all of it where none does."""
    held = night.figures.position
    contract = market.contract(held.symbol)
    found: Reduce | None = None
    for share in _TENTHS:
        quantity = max(contract.floor_quantity(held.quantity * share), contract.step)
        try:
            after = tried(account, Close(held.symbol, None if share == 1 else quantity, held.side), market)
        except Refusal:
            continue
        chance = cross_chance(after, market, swings, seconds) or 0.0
        found = Reduce(held.key, share, chance)
        if chance < SAFE:
            return found
    return found
