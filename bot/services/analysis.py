"""Looking ahead: sums on a throw-away account, the most that fits, what moves would do. Nothing is kept."""

from collections.abc import Mapping
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
from engine.margin import AccountFigures, account_figures, position_figures
from engine.market import FRICTIONLESS, MarketSnapshot
from engine.position import MarginMode, PositionKey, Side
from engine.scenario import Outcome, both_modes
from engine.settlement import settle
from engine.shocks import shocked
from engine.solver import LiquidationPrice

AMPLE = Decimal(10) ** 10
"""The wallet of a calculation that names none: what is isolated does not depend on it."""


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
    figure: str, account: MarginAccount, market: MarketSnapshot, symbol: str, side: Side | None = None
) -> Derivation:
    """The derivation of a figure on an account that is only imagined; raises as explain does."""
    return explain(figure, account, market, symbol, None, side)


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
