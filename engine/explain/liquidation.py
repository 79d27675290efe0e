"""Why a position is liquidated where it is, and what that takes."""

from __future__ import annotations

from engine.decimals import ZERO
from engine.explain.algebra import Term, greatest, least, number
from engine.explain.derivation import LIQUIDATION, PURE, STATE, USDT, Derivation, Sheet
from engine.explain.view import View
from engine.legs import Leg, bankruptcy_of
from engine.margin import LiquidationPrice, figures_of
from engine.position import Side


def explain_liquidation(view: View) -> Derivation:
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


def _two_sided(view: View, partner: Leg, found: LiquidationPrice) -> Derivation:
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


def explain_bankruptcy(view: View) -> Derivation:
    sheet = Sheet()
    if view.partner is not None:
        return _bankruptcy_of_both(view, view.partner)
    quantity, entry = view.quantity(sheet), view.entry(sheet)
    wallet = view.wallet(sheet, maintenance=False)
    price = entry - wallet / quantity if view.long else entry + wallet / quantity
    result = sheet.step("bankruptcy-price", "P", price, USDT)
    return sheet.derivation("bankruptcy", view.symbol, price.formula, STATE, exists=result.value > ZERO)


def _bankruptcy_of_both(view: View, partner: Leg) -> Derivation:
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


def explain_clearance_fee(view: View) -> Derivation:
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
