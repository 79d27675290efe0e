"""Looking ahead: sums on a throw-away account, what moves would do, both modes along one path. Nothing is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.core.params import BadWord
from bot.services.scenarios import Change, Changes, ClosedOut, MarginMoved, Priced, Shifted
from bot.services.sizes import EquityShare, Size, quantity_of
from engine.account import MarginAccount
from engine.capacity import Capacity, max_open
from engine.errors import LeverageTooHigh, ModeLocked
from engine.events import Event, PositionLiquidated
from engine.exchange import decide
from engine.explain import Derivation, explain
from engine.fills import after
from engine.intents import ChangeMargin, Close, Deposit, Intent, Open
from engine.margin import AccountFigures, PositionFigures, account_figures, position_figures
from engine.market import FRICTIONLESS, MarketSnapshot
from engine.position import MarginMode, Position, PositionKey, Side, SymbolSettings
from engine.scenario import BothModes, Outcome, both_modes
from engine.settlement import settle
from engine.shocks import shocked
from engine.solver import LiquidationPrice

AMPLE = Decimal(10) ** 10
"""The wallet of a calculation that names none: what is isolated does not depend on it."""
ADVERSE = tuple(Decimal(each) / 100 for each in (2, 4, 6, 8, 10, 15, 20, 25))
FAVOURABLE = tuple(Decimal(each) / 100 for each in (5, 10, 25))


@dataclass(frozen=True, slots=True)
class Sum:
    """An order on a throw-away account, in one mode or both; `market` stands at its entry price."""

    intent: Open
    market: MarketSnapshot
    isolated: Outcome
    cross: Outcome | None

    @property
    def shown(self) -> Outcome:
        """The outcome in the mode that was asked for, or the other one where that is refused."""
        wanted = self.cross if self.intent.mode is MarginMode.CROSS else self.isolated
        found = [each for each in (wanted, self.isolated, self.cross) if each and each.refusal is None]
        return found[0] if found else wanted or self.isolated


def calculate(
    market: MarketSnapshot,
    symbol: str,
    side: Side,
    leverage: int,
    size: Size,
    *,
    mode: MarginMode | None = None,
    entry: Decimal | None = None,
    wallet: Decimal | None = None,
) -> Sum:
    """An order filled at a price without spread, on an account of its own; the entry is the mark unless named.

    Raises Refusal, OtherCoin, or BadWord where a wallet or a possible price is missing.
    """
    contract = market.contract(symbol)
    price = market.quote(symbol).mark if entry is None else entry
    if not contract.tick <= price <= AMPLE:
        raise BadWord("beyond", f"{price:f}")
    if wallet is None and (mode is MarginMode.CROSS or isinstance(size, EquityShare)):
        raise BadWord("wallet-needed", "cross" if mode is MarginMode.CROSS else "%")
    if not 1 <= leverage <= contract.max_leverage:
        raise LeverageTooHigh(symbol=symbol, leverage=leverage, most=contract.max_leverage)
    at_entry = replace(market.with_mark(symbol, price), fill_rule=FRICTIONLESS)
    account = MarginAccount.empty()
    account = after(account, decide(Deposit(AMPLE if wallet is None else wallet), account, at_entry))
    quantity = quantity_of(size, symbol, leverage, account, at_entry)
    intent = Open(symbol, side, quantity, leverage, mode or MarginMode.ISOLATED)
    both = both_modes(intent, account, at_entry)
    found = Sum(intent, at_entry, both.isolated, None if wallet is None else both.cross)
    if found.shown.refusal is not None:
        raise found.shown.refusal
    return found


def without_fee(outcome: Outcome, market: MarketSnapshot) -> LiquidationPrice:
    """Where an opened position would be liquidated if opening it had been free."""
    assert outcome.figures is not None
    held = outcome.figures.position
    wallet = None if held.isolated_wallet is None else held.isolated_wallet + outcome.fee
    account = replace(
        outcome.account,
        wallet=outcome.account.wallet + outcome.fee,
        positions={**outcome.account.positions, held.key: replace(held, isolated_wallet=wallet)},
    )
    return position_figures(account, held.key, market).liquidation


def explained(
    figure: str, account: MarginAccount, market: MarketSnapshot, symbol: str, intent: Open | None = None
) -> Derivation:
    """The derivation of a figure on an account that is only imagined; raises as explain does."""
    return explain(figure, account, market, symbol, intent)


@dataclass(frozen=True, slots=True)
class Most:
    """The most that can be opened on one side, which bound it meets, and its derivation."""

    side: Side
    mode: MarginMode
    capacity: Capacity
    bound: str
    derivation: Derivation


def most(
    account: MarginAccount,
    market: MarketSnapshot,
    symbol: str,
    side: Side,
    leverage: int | None,
    mode: MarginMode | None,
) -> Most:
    """Raises UnknownSymbol, PriceStale, LeverageTooHigh, or ModeLocked where an open position holds the mode."""
    contract, settings = market.contract(symbol), account.settings_of(symbol)
    if leverage is not None and not 1 <= leverage <= contract.max_leverage:
        raise LeverageTooHigh(symbol=symbol, leverage=leverage, most=contract.max_leverage)
    if mode is not None and mode is not settings.mode and account.legs(symbol):
        raise ModeLocked(symbol=symbol, mode=settings.mode)
    found = max_open(account, market, symbol, side, leverage, mode)
    intent = Open(symbol, side, contract.step, leverage, mode)
    derivation = explain("max-open", account, market, symbol, intent)
    bounds = {each.name: each.value for each in derivation.steps if each.name.startswith("by-")}
    return Most(side, mode or settings.mode, found, min(bounds, key=bounds.__getitem__), derivation)


@dataclass(frozen=True, slots=True)
class Imagined:
    """An account before and after imagined changes: first what was done to it, then the new prices as one tick."""

    before: AccountFigures
    after: AccountFigures
    account: MarginAccount
    market: MarketSnapshot
    done: tuple[Event, ...]
    struck: tuple[Event, ...]
    moved: tuple[str, ...]

    @property
    def liquidated(self) -> tuple[PositionKey, ...]:
        """Positions that the new prices liquidate, wholly or in part, in the order it happens."""
        return tuple(dict.fromkeys(e.key for e in self.struck if isinstance(e, PositionLiquidated)))


def imagine(account: MarginAccount, market: MarketSnapshot, changes: Changes) -> Imagined:
    """What changes would do to an account; raises Refusal, or BadWord where it is unclear which position is meant."""
    done: list[Event] = []
    now = account
    for each in changes:
        for intent in _intents(each, now):
            events = decide(intent, now, market)
            now = after(now, events)
            done += events
    moves = _moves(changes, account, market)
    moved = shocked(market, {symbol: move for symbol, move in moves.items() if isinstance(move, Decimal)})
    for symbol, move in moves.items():
        if isinstance(move, Priced):
            moved = moved.with_mark(symbol, move.price)
    struck = settle(now, moved) if moves else ()
    left = after(now, struck)
    return Imagined(
        before=account_figures(account, market),
        after=account_figures(left, moved),
        account=left,
        market=moved,
        done=tuple(done),
        struck=struck,
        moved=tuple(moves),
    )


def _intents(change: Change, account: MarginAccount) -> tuple[Intent, ...]:
    match change:
        case MarginMoved(None, amount):
            isolated = [each.symbol for each in account.in_order() if each.mode is MarginMode.ISOLATED]
            if len(isolated) != 1:
                raise BadWord("which-position", f"{abs(amount):f}")
            return (ChangeMargin(isolated[0], amount),)
        case MarginMoved(str(symbol), amount):
            return (ChangeMargin(symbol, amount),)
        case ClosedOut(None):
            return tuple(Close(each.symbol) for each in account.in_order())
        case ClosedOut(str(symbol)):
            return (Close(symbol),)
        case _:
            return ()


def _moves(
    changes: Changes, account: MarginAccount, market: MarketSnapshot
) -> Mapping[str, Decimal | Priced]:
    """The move of each symbol; one that is named goes before `all`."""
    moves: dict[str, Decimal | Priced] = {}
    for each in changes:
        if isinstance(each, Shifted) and each.symbol is None:
            moves |= dict.fromkeys((held.symbol for held in account.in_order()), each.fraction)
    for each in changes:
        if isinstance(each, Shifted) and each.symbol is not None:
            moves[each.symbol] = each.fraction
        elif isinstance(each, Priced):
            market.quote(each.symbol)  # one without a price here is refused, whatever price is imagined
            moves[each.symbol] = each
    return moves


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
    held = account.positions[key]
    other = _in_other_mode(account, held)
    pair = (account, other) if held.mode is MarginMode.ISOLATED else (other, account)
    return _ladder(key, pair[0], pair[1], market)


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
