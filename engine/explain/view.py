"""A position among the others, as derivations need it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.account import MarginAccount
from engine.decimals import ZERO
from engine.errors import NoPosition
from engine.explain.algebra import Term, number, total
from engine.explain.derivation import PURE, USDT, Sheet
from engine.legs import CrossTotals, Leg, cross_legs, cross_totals, leg_of, partner_of
from engine.market import MarketSnapshot
from engine.position import MarginMode, Side


@dataclass(frozen=True, slots=True)
class View:
    """A position at its mark, with the cross positions around it and the funding rate of its quote."""

    account: MarginAccount
    leg: Leg
    cross: tuple[Leg, ...]
    funding_rate: Decimal

    @classmethod
    def of(
        cls, account: MarginAccount, market: MarketSnapshot, symbol: str | None, side: Side | None
    ) -> View:
        if symbol is None and len(account.positions) == 1:
            symbol = account.in_order()[0].symbol
        held = None if symbol is None else account.position(symbol)
        if symbol is not None and side is not None:
            held = account.positions.get((symbol, side))
        if held is None:
            raise NoPosition(symbol=symbol or "")
        cross = cross_legs(account, market) if held.mode is MarginMode.CROSS else ()
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
        backed = wallet + total(each(sheet, "pnl", "PnL", [(o, o.pnl) for o in others]))
        if maintenance:
            backed -= total(each(sheet, "maintenance", "MM", [(o, o.maintenance) for o in others]))
        return sheet.step("backing", "WB", backed, USDT)


def ratio(required: Term, balance: Term) -> Term:
    """1 at a balance not above zero with something open, 0 with nothing open."""
    if balance.value > ZERO:
        return required / balance
    return number(1 if required.value > ZERO else 0)


def each(sheet: Sheet, name: str, symbol: str, values: Iterable[tuple[Leg, Decimal]]) -> list[Term]:
    """One input a position, numbered."""
    return [
        sheet.given(f"{name}:{leg.position.symbol}", f"{symbol}{subscript(n)}", value, USDT)
        for n, (leg, value) in enumerate(values, 1)
    ]


def subscript(place: int) -> str:
    """A number as an index of a symbol."""
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(place))
