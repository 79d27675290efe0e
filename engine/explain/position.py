"""Why the other figures of a position are what they are."""

from __future__ import annotations

from engine.explain.account import explain_cross_ratio
from engine.explain.algebra import number
from engine.explain.derivation import FUNDING, PURE, STATE, USDT, Derivation, Sheet
from engine.explain.view import View, ratio


def explain_break_even(view: View) -> Derivation:
    sheet = Sheet()
    entry = view.entry(sheet)
    rate = sheet.given("opening-fee-rate", "r", view.leg.position.opening_fee_rate, PURE)
    price = entry * (number(1) + rate if view.long else number(1) - rate)
    sheet.step("break-even", "P", price, USDT)
    return sheet.derivation("break-even", view.symbol, price.formula, STATE)


def explain_maintenance(view: View) -> Derivation:
    sheet = Sheet()
    size = view.size(sheet)
    rate, amount = view.bracket(sheet, view.leg.bracket)
    sheet.step("maintenance", "MM", size * rate - amount, USDT)
    return sheet.derivation("maintenance", view.symbol, "q·MP·mmr − amt", STATE)


def explain_initial(view: View) -> Derivation:
    sheet = Sheet()
    sheet.step("initial-margin", "IM", view.size(sheet) / view.leverage(sheet), USDT)
    return sheet.derivation("initial", view.symbol, "q·MP / L", STATE)


def explain_pnl(view: View) -> Derivation:
    sheet = Sheet()
    pnl = view.pnl(view.quantity(sheet), view.mark(sheet), view.entry(sheet))
    sheet.step("pnl", "PnL", pnl, USDT)
    return sheet.derivation("pnl", view.symbol, pnl.formula, STATE)


def explain_roe(view: View) -> Derivation:
    sheet = Sheet()
    quantity, mark, entry = view.quantity(sheet), view.mark(sheet), view.entry(sheet)
    pnl = sheet.step("pnl", "PnL", view.pnl(quantity, mark, entry), USDT)
    initial = sheet.step("initial-margin", "IM", quantity * mark / view.leverage(sheet), USDT)
    sheet.step("roe", "ROE", pnl / initial, PURE)
    return sheet.derivation("roe", view.symbol, "PnL / (q·MP / L)", STATE)


def explain_funding(view: View) -> Derivation:
    """What the next settlement brings at the mark and rate of now; below zero: costs."""
    sheet = Sheet()
    size = view.size(sheet)
    rate = sheet.given("funding-rate", "r", view.funding_rate, PURE)
    received = (number(0) - size * rate) if view.long else size * rate
    sheet.step("funding", "F", received, USDT)
    return sheet.derivation("funding", view.symbol, "−s·q·MP·r", FUNDING)


def explain_margin_ratio(view: View) -> Derivation:
    wallet = view.leg.position.isolated_wallet
    if wallet is None:
        return explain_cross_ratio(view.symbol, view.account, view.cross)
    sheet = Sheet()
    quantity, mark, entry = view.quantity(sheet), view.mark(sheet), view.entry(sheet)
    rate, amount = view.bracket(sheet, view.leg.bracket)
    own = sheet.given("isolated-wallet", "WB", wallet, USDT)
    required = sheet.step("maintenance", "MM", quantity * mark * rate - amount, USDT)
    balance = sheet.step("margin-balance", "MB", own + view.pnl(quantity, mark, entry), USDT)
    sheet.step("margin-ratio", "R", ratio(required, balance), PURE)
    return sheet.derivation("margin-ratio", view.symbol, "MM / MB", STATE)
