"""Both margin modes along the same prices: a ladder of them around the mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import MarginAccount
from engine.fills import after
from engine.intents import Open
from engine.margin import PositionFigures, account_figures, position_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode, Position, PositionKey, Side, SymbolSettings
from engine.scenario import BothModes, both_modes
from engine.settlement import settle

ADVERSE = tuple(Decimal(each) / 100 for each in (2, 4, 6, 8, 10, 15, 20, 25))
FAVOURABLE = tuple(Decimal(each) / 100 for each in (5, 10, 25))


@dataclass(frozen=True, slots=True)
class Rung:
    """A price on the ladder, and the account's equity there in each mode; `*_gone`: the position is liquidated."""

    mark: Decimal
    isolated: Decimal | None
    cross: Decimal | None
    isolated_gone: bool
    cross_gone: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """One position in both modes along the same prices, the highest first; None where a mode is impossible."""

    key: PositionKey
    isolated: PositionFigures | None
    cross: PositionFigures | None
    rungs: tuple[Rung, ...]


def both_ways(account: MarginAccount, key: PositionKey, market: MarketSnapshot) -> Ladder:
    """An open position as it is, and as it would be in the other mode with the same entry.

    Isolated from cross takes the margin of its entry less the opening fee, if the cross wallet covers it.
    """
    return _ladder(key, *in_both_modes(account, key), market)


def in_both_modes(
    account: MarginAccount, key: PositionKey
) -> tuple[MarginAccount | None, MarginAccount | None]:
    """The account with a position's symbol isolated, and in cross; None where its wallet cannot fund that mode."""
    held = account.positions[key]
    other = _in_other_mode(account, held)
    return (account, other) if held.mode is MarginMode.ISOLATED else (other, account)


def both_ways_of(intent: Open, account: MarginAccount, market: MarketSnapshot) -> Ladder:
    """An order's position in both modes; raises the refusal where neither takes it."""
    found: BothModes = both_modes(intent, account, market)
    refusal = found.isolated.refusal
    if refusal is not None and found.cross.refusal is not None:
        raise refusal
    pair = [None if each.refusal else each.account for each in (found.isolated, found.cross)]
    return _ladder((intent.symbol, intent.side), pair[0], pair[1], market)


def _in_other_mode(account: MarginAccount, held: Position) -> MarginAccount | None:
    """The account with all legs of a symbol in the other mode; None where its wallet cannot fund them."""
    settings = account.settings_of(held.symbol)
    mode = MarginMode.ISOLATED if held.mode is MarginMode.CROSS else MarginMode.CROSS
    legs: dict[PositionKey, Position] = {}
    for leg in account.legs(held.symbol):
        worth = leg.quantity * leg.entry_price
        margin = worth / settings.leverage - worth * leg.opening_fee_rate
        legs[leg.key] = replace(leg, isolated_wallet=margin if mode is MarginMode.ISOLATED else None)
    if sum((each.isolated_wallet or 0 for each in legs.values()), Decimal(0)) > account.cross_wallet:
        return None
    return replace(
        account,
        positions={**account.positions, **legs},
        settings={**account.settings, held.symbol: SymbolSettings(settings.leverage, mode)},
    )


def _ladder(
    key: PositionKey, isolated: MarginAccount | None, cross: MarginAccount | None, market: MarketSnapshot
) -> Ladder:
    symbol, side = key
    accounts = [each if each is None else replace(each, orders={}) for each in (isolated, cross)]
    accounts = [each if each is None or key in each.positions else None for each in accounts]
    figures = [None if each is None else position_figures(each, key, market) for each in accounts]
    mark, contract = market.quote(symbol).mark, market.contract(symbol)
    worst, best = 1 - side.sign * ADVERSE[-1], 1 + side.sign * FAVOURABLE[-1]
    low, high = mark * min(worst, best), mark * max(worst, best)
    prices = {mark}
    prices |= {contract.round_price(mark * (1 - side.sign * each), up=False) for each in ADVERSE}
    prices |= {contract.round_price(mark * (1 + side.sign * each), up=False) for each in FAVOURABLE}
    for each in figures:
        price = each.liquidation.price if each is not None and each.liquidation.status == "price" else None
        if price is not None and low <= price <= high:
            prices.add(contract.round_price(price, up=side is Side.SHORT))
    columns = [_walk(each, key, sorted(prices, reverse=True), market) for each in accounts]
    rungs = tuple(
        Rung(price, columns[0][price][0], columns[1][price][0], columns[0][price][1], columns[1][price][1])
        for price in sorted(prices, reverse=True)
    )
    return Ladder(key, figures[0], figures[1], rungs)


def _walk(
    account: MarginAccount | None, key: PositionKey, prices: Sequence[Decimal], market: MarketSnapshot
) -> Mapping[Decimal, tuple[Decimal | None, bool]]:
    """Equity at each price, reached step by step from the mark, and whether the position was liquidated by then."""
    if account is None:
        return dict.fromkeys(prices, (None, False))
    found: dict[Decimal, tuple[Decimal | None, bool]] = {}
    mark, size = market.quote(key[0]).mark, account.positions[key].quantity
    up = sorted(price for price in prices if price >= mark)
    down = sorted((price for price in prices if price < mark), reverse=True)
    for path in (up, down):
        state = account
        for price in path:
            moved = market.with_mark(key[0], price)
            state = after(state, settle(state, moved))
            left = state.positions.get(key)
            gone = left is None or left.quantity < size
            found[price] = account_figures(state, moved).equity, gone
    return found
