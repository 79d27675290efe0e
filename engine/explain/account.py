"""Why the figures of an account are what they are."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from engine.account import MarginAccount
from engine.explain.algebra import Term, greatest, number, total
from engine.explain.derivation import ORDERS, PURE, STATE, USDT, Derivation, Sheet
from engine.explain.view import each, ratio, subscript
from engine.legs import Leg, cross_legs, legs_of
from engine.market import MarketSnapshot
from engine.reservations import reservations


def explain_cross_ratio(symbol: str | None, account: MarginAccount, legs: tuple[Leg, ...]) -> Derivation:
    sheet = Sheet()
    wallet = sheet.given("cross-wallet", "CW", account.cross_wallet, USDT)
    pnl = each(sheet, "pnl", "PnL", [(leg, leg.pnl) for leg in legs])
    bound = each(sheet, "maintenance", "MM", [(leg, leg.maintenance) for leg in legs])
    required = sheet.step("maintenance", "MM", total(bound), USDT)
    balance = sheet.step("margin-balance", "MB", total([wallet, *pnl]), USDT)
    sheet.step("margin-ratio", "R", ratio(required, balance), PURE)
    return sheet.derivation("margin-ratio", symbol, "MM / MB", STATE)


def explain_equity(account: MarginAccount, market: MarketSnapshot) -> Derivation:
    sheet = Sheet()
    wallet = sheet.given("wallet", "W", account.wallet, USDT)
    legs = legs_of(account, market)
    pnl = each(sheet, "pnl", "PnL", [(leg, leg.pnl) for leg in legs])
    sheet.step("equity", "E", total([wallet, *pnl]), USDT)
    return sheet.derivation("equity", None, "W + Σ PnL", STATE)


def explain_available(account: MarginAccount, market: MarketSnapshot) -> Derivation:
    sheet = Sheet()
    legs = cross_legs(account, market)
    wallet = sheet.given("cross-wallet", "CW", account.cross_wallet, USDT)
    pnl = each(sheet, "pnl", "PnL", [(leg, leg.pnl) for leg in legs])
    initial = each(sheet, "initial-margin", "IM", [(leg, leg.initial) for leg in legs])
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
        sheet.given(f"{name}:{key}", f"{symbol}{subscript(n)}", margin, USDT)
        for n, (key, margin) in enumerate(margins, 1)
    ]
