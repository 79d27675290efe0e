"""A whole account as if every position were isolated, and as if every one were cross: the engine both ways.

Open orders are left out. A position that changes its mode keeps its entry; isolated from cross takes the margin of that
entry less the opening fee, as when it is opened isolated (docs/margin.md §Orders and fills).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.services.school.correlation import beta
from bot.services.sleeping import chance_of, cross_chance
from bot.services.swings import Swings
from engine.account import MarginAccount
from engine.decimals import exact
from engine.events import PositionLiquidated
from engine.fills import after
from engine.margin import AccountFigures, PositionFigures, account_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode, Position, PositionKey, Side, SymbolSettings
from engine.settlement import settle
from engine.shocks import shocked

DAY = 86_400.0
FALL = Decimal("0.1")
"""How far the largest position's price goes against it in the example (ours); the others follow by their betas."""
_STEPS = 10
_LEAST, _MOST = Decimal("-0.9"), Decimal(3)


@dataclass(frozen=True, slots=True)
class Struck:
    """What the example leaves: equity in USDT, and what was liquidated wholly or in part, in the order it happens."""

    equity: Decimal
    liquidated: tuple[PositionKey, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """An account in one mode. `at_stake` + `kept` = equity, USDT: the most that can go, and what no price can take.

    `chance`: of a liquidation within a day; isolated: that of the likeliest position.
    """

    mode: MarginMode
    figures: AccountFigures
    at_stake: Decimal
    kept: Decimal
    chance: float
    struck: Struck

    def position(self, key: PositionKey) -> PositionFigures:
        """The figures of one position."""
        return next(each for each in self.figures.positions if each.position.key == key)


@dataclass(frozen=True, slots=True)
class Example:
    """The prices of the example: how far each symbol moves, as a fraction; `leading` is that of the largest position."""

    leading: PositionKey
    moves: Mapping[str, Decimal]


def example(held: tuple[PositionFigures, ...], known: Swings) -> Example:
    """The largest position's price goes against it by a tenth, the others' as they usually go with it."""
    largest = max(held, key=lambda each: each.notional).position
    against = -largest.side.sign * FALL
    moves = {
        each.position.symbol: min(
            _MOST,
            max(_LEAST, against * Decimal(f"{beta(known, each.position.symbol, largest.symbol):.4f}")),
        )
        for each in held
    }
    return Example(largest.key, moves)


def book(
    account: MarginAccount, mode: MarginMode, market: MarketSnapshot, known: Swings, told: Example
) -> Book | None:
    """The account with everything in one mode; None where its money cannot fund everything isolated.

    Raises UnknownSymbol or PriceStale.
    """
    changed = _all_in(account, mode)
    if changed is None:
        return None
    figures = account_figures(changed, market)
    stake = _at_stake(figures, mode)
    return Book(
        mode,
        figures,
        stake,
        figures.equity - stake,
        _chance(changed, figures, market, known),
        _strike(changed, market, told),
    )


@exact
def _all_in(account: MarginAccount, mode: MarginMode) -> MarginAccount | None:
    legs: dict[PositionKey, Position] = {}
    for each in account.in_order():
        wallet = each.isolated_wallet
        if mode is MarginMode.CROSS:
            wallet = None
        elif wallet is None:
            worth = each.quantity * each.entry_price
            wallet = worth / account.settings_of(each.symbol).leverage - worth * each.opening_fee_rate
        legs[each.key] = replace(each, isolated_wallet=wallet)
    settings = {
        symbol: SymbolSettings(account.settings_of(symbol).leverage, mode) for symbol, _ in account.positions
    }
    found = replace(account, positions=legs, settings={**account.settings, **settings}, orders={})
    return found if mode is MarginMode.CROSS or found.cross_wallet >= 0 else None


@exact
def _at_stake(figures: AccountFigures, mode: MarginMode) -> Decimal:
    """The balance behind the positions, but of longs alone no more than their worth: no price falls below zero."""
    groups = [figures.positions] if mode is MarginMode.CROSS else [(each,) for each in figures.positions]
    stake = Decimal(0)
    for group in groups:
        worth = sum((each.notional for each in group), Decimal(0))
        longs = all(each.position.side is Side.LONG for each in group)
        stake += max(Decimal(0), min(group[0].balance, worth) if longs else group[0].balance)
    return stake


def _chance(account: MarginAccount, figures: AccountFigures, market: MarketSnapshot, known: Swings) -> float:
    together = cross_chance(account, market, known, DAY)
    if together is not None:
        return together
    return max(
        chance_of(each.liquidation, each.mark, known.deviation(each.position.symbol, DAY))
        for each in figures.positions
    )


def _strike(account: MarginAccount, market: MarketSnapshot, told: Example) -> Struck:
    """Step by step, so that each liquidation happens near its own price."""
    state, moved = account, market
    gone: list[PositionKey] = []
    for step in range(1, _STEPS + 1):
        moved = shocked(market, {symbol: move * step / _STEPS for symbol, move in told.moves.items()})
        events = settle(state, moved)
        gone += [each.key for each in events if isinstance(each, PositionLiquidated)]
        state = after(state, events)
    return Struck(account_figures(state, moved).equity, tuple(dict.fromkeys(gone)))
