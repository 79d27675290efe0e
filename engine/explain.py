"""Why a figure is what it is: formula, inputs, steps, result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.account import MarginAccount
from engine.algebra import Term, greatest, least, number, total
from engine.decimals import ZERO, exact
from engine.derivation import (
    FUNDING,
    LIQUIDATION,
    ORDERS,
    PURE,
    STATE,
    USDT,
    Derivation,
    Given,
    Sheet,
    Step,
)
from engine.errors import NoPosition, UnknownFigure
from engine.explain_orders import explain_max_open, explain_order_cost
from engine.intents import Open
from engine.margin import (
    CrossTotals,
    Leg,
    LiquidationPrice,
    bankruptcy_of,
    cross_totals,
    figures_of,
    leg_of,
    partner_of,
)
from engine.market import MarketSnapshot
from engine.position import MarginMode, Side
from engine.reservations import reservations

__all__ = ["FIGURES", "MORE_FIGURES", "Derivation", "Given", "Step", "explain"]


@exact
def explain(
    figure: str,
    account: MarginAccount,
    market: MarketSnapshot,
    symbol: str | None = None,
    intent: Open | None = None,
    side: Side | None = None,
) -> Derivation:
    """Derive one of FIGURES. Figures of a position take its symbol, or the only open position.

    With both legs of a symbol open, `side` names one; otherwise the long leg is meant.

    "margin-ratio" without a symbol is the cross account's; "available" and "equity" are the account's;
    "order-cost" and "max-open" need the intent ("max-open" not its quantity). Raises UnknownFigure, NoPosition, UnknownSymbol, PriceStale.
    """
    if figure in _OF_ORDER:
        if intent is None:
            raise UnknownFigure(f"{figure} without an order")
        return _OF_ORDER[figure](intent, account, market)
    if figure in _OF_ACCOUNT:
        return _OF_ACCOUNT[figure](account, market)
    if figure == "margin-ratio" and symbol is None:
        return _cross_ratio(None, account, _cross(account, market))
    if figure not in _OF_POSITION:
        raise UnknownFigure(figure)
    return _OF_POSITION[figure](_View.of(account, market, symbol, side))


@dataclass(frozen=True, slots=True)
class _View:
    """A position at its mark, with the cross positions around it and the funding rate of its quote."""

    account: MarginAccount
    leg: Leg
    cross: tuple[Leg, ...]
    funding_rate: Decimal

    @classmethod
    def of(
        cls, account: MarginAccount, market: MarketSnapshot, symbol: str | None, side: Side | None
    ) -> _View:
        if symbol is None and len(account.positions) == 1:
            symbol = account.in_order()[0].symbol
        held = None if symbol is None else account.position(symbol)
        if symbol is not None and side is not None:
            held = account.positions.get((symbol, side))
        if held is None:
            raise NoPosition(symbol=symbol or "")
        cross = _cross(account, market) if held.mode is MarginMode.CROSS else ()
        return cls(account, leg_of(account, held, market), cross, market.quote(held.symbol).funding_rate)

    @property
    def symbol(self) -> str:
        return self.leg.position.symbol

    @property
    def totals(self) -> CrossTotals:
        return cross_totals(self.account, self.cross)

    @property
    def others(self) -> tuple[Leg, ...]:
        return tuple(leg for leg in self.cross if leg.position.key != self.leg.position.key)

    @property
    def partner(self) -> Leg | None:
        return partner_of(self.leg, self.cross)

    @property
    def long(self) -> bool:
        return self.leg.position.side is Side.LONG

    def quantity(self, sheet: Sheet) -> Term:
        return sheet.given("quantity", "q", self.leg.position.quantity, self.leg.contract.base)

    def entry(self, sheet: Sheet) -> Term:
        return sheet.given("entry-price", "EP", self.leg.position.entry_price, USDT)

    def mark(self, sheet: Sheet) -> Term:
        return sheet.given("mark-price", "MP", self.leg.mark, USDT)

    def leverage(self, sheet: Sheet) -> Term:
        return sheet.given("leverage", "L", self.leg.leverage, PURE)

    def size(self, sheet: Sheet) -> Term:
        return sheet.step("notional", "N", self.quantity(sheet) * self.mark(sheet), USDT)

    def bracket(self, sheet: Sheet, index: int) -> tuple[Term, Term]:
        """Rate and amount of a bracket, its borders given too."""
        bracket = self.leg.contract.brackets[index]
        sheet.given("bracket-floor", "floor", bracket.floor, USDT)
        sheet.given("bracket-cap", "cap", bracket.cap, USDT)
        rate = sheet.given("maintenance-rate", "mmr", bracket.rate, PURE)
        return rate, sheet.given("maintenance-amount", "amt", bracket.amount, USDT)

    def pnl(self, quantity: Term, mark: Term, entry: Term) -> Term:
        return quantity * (mark - entry) if self.long else quantity * (entry - mark)

    def wallet(self, sheet: Sheet, *, maintenance: bool) -> Term:
        """The wallet behind the position; in cross with what the others add and (for liquidation) bind."""
        isolated = self.leg.position.isolated_wallet
        if isolated is not None:
            return sheet.given("isolated-wallet", "WB", isolated, USDT)
        others = self.others if self.partner is None else [o for o in self.others if o != self.partner]
        wallet = sheet.given("cross-wallet", "CW" if others else "WB", self.totals.wallet, USDT)
        if not others:
            return wallet
        backed = wallet + total(_each(sheet, "pnl", "PnL", [(o, o.pnl) for o in others]))
        if maintenance:
            backed -= total(_each(sheet, "maintenance", "MM", [(o, o.maintenance) for o in others]))
        return sheet.step("backing", "WB", backed, USDT)


def _index(number_: int) -> str:
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(number_))


def _cross(account: MarginAccount, market: MarketSnapshot) -> tuple[Leg, ...]:
    return tuple(leg_of(account, p, market) for p in account.in_order() if p.mode is MarginMode.CROSS)


def _liquidation(view: _View) -> Derivation:
    found = figures_of(view.account, view.leg, view.totals, view.partner).liquidation
    if view.partner is not None:
        return _two_sided(view, view.partner, found)
    sheet = Sheet()
    quantity, entry = view.quantity(sheet), view.entry(sheet)
    rate, amount = view.bracket(sheet, found.bracket_index or 0)
    wallet = view.wallet(sheet, maintenance=True)
    if view.long:
        formula = "(q·EP − WB − amt) / (q·(1 − mmr))"
        above = sheet.step("numerator", "A", quantity * entry - wallet - amount, USDT)
        below = sheet.step("denominator", "B", quantity * (number(1) - rate), view.leg.contract.base)
    else:
        formula = "(q·EP + WB + amt) / (q·(1 + mmr))"
        above = sheet.step("numerator", "A", quantity * entry + wallet + amount, USDT)
        below = sheet.step("denominator", "B", quantity * (number(1) + rate), view.leg.contract.base)
    sheet.step("liquidation-price", "P", above / below, USDT)
    exists = found.price is not None
    return sheet.derivation("liquidation", view.symbol, formula, LIQUIDATION, exists=exists)


def _two_sided(view: _View, partner: Leg, found: LiquidationPrice) -> Derivation:
    """Both cross legs of a symbol: the nearer of the two prices, each leg in its bracket there."""
    sheet = Sheet()
    long, short = _sorted(sheet, view.leg, partner)
    base = view.leg.contract.base
    brackets = view.leg.contract.brackets
    of_long, of_short = brackets[found.bracket_index or 0], brackets[found.short_bracket or 0]
    long_rate = sheet.given("maintenance-rate:long", "mmrL", of_long.rate, PURE)
    long_amount = sheet.given("maintenance-amount:long", "amtL", of_long.amount, USDT)
    short_rate = sheet.given("maintenance-rate:short", "mmrS", of_short.rate, PURE)
    short_amount = sheet.given("maintenance-amount:short", "amtS", of_short.amount, USDT)
    wallet = view.wallet(sheet, maintenance=True)
    cost = sheet.step("entry-notional", "E", long[0] * long[1] - short[0] * short[1], USDT)
    cushion = sheet.step("cushion", "C", wallet + long_amount + short_amount, USDT)
    above = sheet.step("numerator", "A", cost - cushion, USDT)
    slope = long[0] * (number(1) - long_rate) - short[0] * (number(1) + short_rate)
    below = sheet.step("denominator", "B", slope, base)
    if found.price is not None:
        sheet.step("liquidation-price", "P", above / below, USDT)
    formula = "(qL·EPL − qS·EPS − WB − amtL − amtS) / (qL·(1 − mmrL) − qS·(1 + mmrS))"
    return sheet.derivation("liquidation", view.symbol, formula, LIQUIDATION, exists=found.price is not None)


def _sorted(sheet: Sheet, leg: Leg, partner: Leg) -> tuple[tuple[Term, Term], tuple[Term, Term]]:
    """Quantity and entry price of both legs, long first."""
    first, second = (leg, partner) if leg.position.side is Side.LONG else (partner, leg)
    base = leg.contract.base
    return (
        (
            sheet.given("quantity:long", "qL", first.position.quantity, base),
            sheet.given("entry-price:long", "EPL", first.position.entry_price, USDT),
        ),
        (
            sheet.given("quantity:short", "qS", second.position.quantity, base),
            sheet.given("entry-price:short", "EPS", second.position.entry_price, USDT),
        ),
    )


def _bankruptcy(view: _View) -> Derivation:
    sheet = Sheet()
    if view.partner is not None:
        return _bankruptcy_of_both(view, view.partner)
    quantity, entry = view.quantity(sheet), view.entry(sheet)
    wallet = view.wallet(sheet, maintenance=False)
    price = entry - wallet / quantity if view.long else entry + wallet / quantity
    result = sheet.step("bankruptcy-price", "P", price, USDT)
    return sheet.derivation("bankruptcy", view.symbol, price.formula, STATE, exists=result.value > ZERO)


def _bankruptcy_of_both(view: _View, partner: Leg) -> Derivation:
    sheet = Sheet()
    long, short = _sorted(sheet, view.leg, partner)
    wallet = view.wallet(sheet, maintenance=False)
    cost = sheet.step("entry-notional", "E", long[0] * long[1] - short[0] * short[1], USDT)
    above = sheet.step("numerator", "A", cost - wallet, USDT)
    below = sheet.step("denominator", "B", long[0] - short[0], view.leg.contract.base)
    exists = bankruptcy_of(view.leg, partner, view.totals) is not None
    if below.value != ZERO:
        sheet.step("bankruptcy-price", "P", above / below, USDT)
    formula = "(qL·EPL − qS·EPS − WB) / (qL − qS)"
    return sheet.derivation("bankruptcy", view.symbol, formula, STATE, exists=exists)


def _break_even(view: _View) -> Derivation:
    sheet = Sheet()
    entry = view.entry(sheet)
    rate = sheet.given("opening-fee-rate", "r", view.leg.position.opening_fee_rate, PURE)
    price = entry * (number(1) + rate if view.long else number(1) - rate)
    sheet.step("break-even", "P", price, USDT)
    return sheet.derivation("break-even", view.symbol, price.formula, STATE)


def _maintenance(view: _View) -> Derivation:
    sheet = Sheet()
    size = view.size(sheet)
    rate, amount = view.bracket(sheet, view.leg.bracket)
    sheet.step("maintenance", "MM", size * rate - amount, USDT)
    return sheet.derivation("maintenance", view.symbol, "q·MP·mmr − amt", STATE)


def _initial(view: _View) -> Derivation:
    sheet = Sheet()
    sheet.step("initial-margin", "IM", view.size(sheet) / view.leverage(sheet), USDT)
    return sheet.derivation("initial", view.symbol, "q·MP / L", STATE)


def _pnl(view: _View) -> Derivation:
    sheet = Sheet()
    pnl = view.pnl(view.quantity(sheet), view.mark(sheet), view.entry(sheet))
    sheet.step("pnl", "PnL", pnl, USDT)
    return sheet.derivation("pnl", view.symbol, pnl.formula, STATE)


def _roe(view: _View) -> Derivation:
    sheet = Sheet()
    quantity, mark, entry = view.quantity(sheet), view.mark(sheet), view.entry(sheet)
    pnl = sheet.step("pnl", "PnL", view.pnl(quantity, mark, entry), USDT)
    initial = sheet.step("initial-margin", "IM", quantity * mark / view.leverage(sheet), USDT)
    sheet.step("roe", "ROE", pnl / initial, PURE)
    return sheet.derivation("roe", view.symbol, "PnL / (q·MP / L)", STATE)


def _funding(view: _View) -> Derivation:
    """What the next settlement brings at the mark and rate of now; below zero: costs."""
    sheet = Sheet()
    size = view.size(sheet)
    rate = sheet.given("funding-rate", "r", view.funding_rate, PURE)
    received = (number(0) - size * rate) if view.long else size * rate
    sheet.step("funding", "F", received, USDT)
    return sheet.derivation("funding", view.symbol, "−s·q·MP·r", FUNDING)


def _clearance_fee(view: _View) -> Derivation:
    """What the exchange would take at the liquidation price; at the mark if that is already met."""
    sheet = Sheet()
    found = figures_of(view.account, view.leg, view.totals, view.partner).liquidation
    quantity, entry = view.quantity(sheet), view.entry(sheet)
    at = view.leg.mark if found.price is None or found.status == "now" else found.price
    price = sheet.given("liquidation-price", "P", at, USDT)
    rate = sheet.given("liquidation-fee-rate", "f", view.leg.contract.liquidation_fee, PURE)
    wallet = view.wallet(sheet, maintenance=False)
    pnl = view.pnl(quantity, price, entry)
    if view.partner is not None:
        other = view.partner.position
        theirs = sheet.given("quantity:partner", "q₂", other.quantity, view.leg.contract.base)
        entered = sheet.given("entry-price:partner", "EP₂", other.entry_price, USDT)
        pnl += theirs * (entered - price) if view.long else theirs * (price - entered)
    balance = sheet.step("margin-balance", "MB", wallet + pnl, USDT)
    due = sheet.step("fee-due", "D", rate * (quantity * price), USDT)
    sheet.step("clearance-fee", "C", least(due, greatest(number(0), balance)), USDT)
    exists = found.status != "none"
    return sheet.derivation(
        "clearance-fee", view.symbol, "min(f·q·P, max(0, MB))", LIQUIDATION, exists=exists
    )


def _margin_ratio(view: _View) -> Derivation:
    wallet = view.leg.position.isolated_wallet
    if wallet is None:
        return _cross_ratio(view.symbol, view.account, view.cross)
    sheet = Sheet()
    quantity, mark, entry = view.quantity(sheet), view.mark(sheet), view.entry(sheet)
    rate, amount = view.bracket(sheet, view.leg.bracket)
    own = sheet.given("isolated-wallet", "WB", wallet, USDT)
    required = sheet.step("maintenance", "MM", quantity * mark * rate - amount, USDT)
    balance = sheet.step("margin-balance", "MB", own + view.pnl(quantity, mark, entry), USDT)
    sheet.step("margin-ratio", "R", _ratio(required, balance), PURE)
    return sheet.derivation("margin-ratio", view.symbol, "MM / MB", STATE)


def _cross_ratio(symbol: str | None, account: MarginAccount, legs: tuple[Leg, ...]) -> Derivation:
    sheet = Sheet()
    wallet = sheet.given("cross-wallet", "CW", account.cross_wallet, USDT)
    pnl = _each(sheet, "pnl", "PnL", [(leg, leg.pnl) for leg in legs])
    bound = _each(sheet, "maintenance", "MM", [(leg, leg.maintenance) for leg in legs])
    required = sheet.step("maintenance", "MM", total(bound), USDT)
    balance = sheet.step("margin-balance", "MB", total([wallet, *pnl]), USDT)
    sheet.step("margin-ratio", "R", _ratio(required, balance), PURE)
    return sheet.derivation("margin-ratio", symbol, "MM / MB", STATE)


def _ratio(required: Term, balance: Term) -> Term:
    """1 at a balance not above zero with something open, 0 with nothing open."""
    if balance.value > ZERO:
        return required / balance
    return number(1 if required.value > ZERO else 0)


def _each(sheet: Sheet, name: str, symbol: str, values: Iterable[tuple[Leg, Decimal]]) -> list[Term]:
    return [
        sheet.given(f"{name}:{leg.position.symbol}", f"{symbol}{_index(n)}", value, USDT)
        for n, (leg, value) in enumerate(values, 1)
    ]


def _equity(account: MarginAccount, market: MarketSnapshot) -> Derivation:
    sheet = Sheet()
    wallet = sheet.given("wallet", "W", account.wallet, USDT)
    legs = [leg_of(account, position, market) for position in account.in_order()]
    pnl = _each(sheet, "pnl", "PnL", [(leg, leg.pnl) for leg in legs])
    sheet.step("equity", "E", total([wallet, *pnl]), USDT)
    return sheet.derivation("equity", None, "W + Σ PnL", STATE)


def _available(account: MarginAccount, market: MarketSnapshot) -> Derivation:
    sheet = Sheet()
    legs = _cross(account, market)
    wallet = sheet.given("cross-wallet", "CW", account.cross_wallet, USDT)
    pnl = _each(sheet, "pnl", "PnL", [(leg, leg.pnl) for leg in legs])
    initial = _each(sheet, "initial-margin", "IM", [(leg, leg.initial) for leg in legs])
    balance = sheet.step("margin-balance", "MB", total([wallet, *pnl]), USDT)
    reserved = reservations(account, market)
    initial += _reserved(sheet, "cross-order-margin", "OM", reserved.cross)
    bound = sheet.step("initial-margin", "IM", total(initial), USDT)
    if not reserved.isolated:
        sheet.step("available", "A", greatest(number(0), balance - bound), USDT)
        return sheet.derivation("available", None, "max(0, CW + Σ PnL − Σ IM)", ORDERS)
    held = total(_reserved(sheet, "isolated-order-margin", "IO", reserved.isolated))
    held = sheet.step("isolated-order-margin", "IO", held, USDT)
    sheet.step("available", "A", greatest(number(0), balance - bound - held), USDT)
    return sheet.derivation("available", None, "max(0, CW + Σ PnL − Σ IM − Σ IO)", ORDERS)


def _reserved(sheet: Sheet, name: str, symbol: str, margins: Iterable[tuple[str, Decimal]]) -> list[Term]:
    return [
        sheet.given(f"{name}:{key}", f"{symbol}{_index(n)}", margin, USDT)
        for n, (key, margin) in enumerate(margins, 1)
    ]


_OF_POSITION: dict[str, Callable[[_View], Derivation]] = {
    "liquidation": _liquidation,
    "bankruptcy": _bankruptcy,
    "break-even": _break_even,
    "margin-ratio": _margin_ratio,
    "maintenance": _maintenance,
    "initial": _initial,
    "pnl": _pnl,
    "roe": _roe,
    "funding": _funding,
    "clearance-fee": _clearance_fee,
}
_OF_ORDER: dict[str, Callable[[Open, MarginAccount, MarketSnapshot], Derivation]] = {
    "order-cost": explain_order_cost,
    "max-open": explain_max_open,
}
_OF_ACCOUNT: dict[str, Callable[[MarginAccount, MarketSnapshot], Derivation]] = {
    "available": _available,
    "equity": _equity,
}
FIGURES = (
    "liquidation",
    "bankruptcy",
    "break-even",
    "margin-ratio",
    "maintenance",
    "initial",
    "pnl",
    "roe",
    "order-cost",
    "available",
    "equity",
)
MORE_FIGURES = ("funding", "clearance-fee", "max-open")
"""Figures explained too, for which no front has words yet."""
