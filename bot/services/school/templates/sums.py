"""Sums that questions show and the engine has no name for, written down as derivations."""

from decimal import Decimal

from engine.explain import Derivation
from engine.explain.algebra import number
from engine.explain.derivation import FUNDING, ORDERS, PURE, STATE, USDT, Sheet


def size_sum(margin: Decimal, leverage: int) -> Derivation:
    """The position that a margin carries."""
    sheet = Sheet()
    term = sheet.given("initial-margin", "IM", margin, USDT) * sheet.given("leverage", "L", leverage, PURE)
    sheet.step("notional", "N", term, USDT)
    return sheet.derivation("notional", None, "IM·L", STATE)


def result_sum(notional: Decimal, move: Decimal) -> Derivation:
    """What a move makes of a position."""
    sheet = Sheet()
    term = sheet.given("notional", "N", notional, USDT) * sheet.given("move", "m", move, PURE)
    sheet.step("pnl", "PnL", term, USDT)
    return sheet.derivation("pnl", None, "N·m", STATE)


def return_sum(pnl: Decimal, base: Decimal, base_name: str) -> Derivation:
    """A result as a fraction of a base: the margin put down (`initial-margin`), or the `wallet`."""
    sheet = Sheet()
    symbol = "W" if base_name == "wallet" else "IM"
    term = sheet.given("pnl", "PnL", pnl, USDT) / sheet.given(base_name, symbol, base, USDT)
    sheet.step("return", "R", term, PURE)
    return sheet.derivation("return", None, f"PnL / {symbol}", STATE)


def fee_sum(notional: Decimal, rate: Decimal, fills: int = 1) -> Derivation:
    """The trading fee of one or more fills of a size."""
    sheet = Sheet()
    term = sheet.given("notional", "N", notional, USDT) * sheet.given("fee-rate", "f", rate, PURE)
    term = sheet.step("fee", "F", term, USDT)
    if fills > 1:
        sheet.step("fees", "T", term * sheet.given("fills", "n", fills, PURE), USDT)
    return sheet.derivation("fees" if fills > 1 else "fee", None, "N·f·n" if fills > 1 else "N·f", ORDERS)


def funding_sum(notional: Decimal, rate: Decimal, sign: Decimal) -> Derivation:
    """What a position gets at one settlement; below zero: it pays."""
    sheet = Sheet()
    term = sheet.given("notional", "N", notional, USDT) * sheet.given("funding-rate", "F", rate, PURE)
    sheet.step("funding", "R", number(0) - term if sign > 0 else term, USDT)
    return sheet.derivation("funding", None, "−N·F" if sign > 0 else "N·F", FUNDING)


def yearly_sum(rate: Decimal, leverage: int, times_a_year: int) -> Derivation:
    """Funding of a year as a fraction of the margin, the price standing still."""
    sheet = Sheet()
    term = sheet.given("funding-rate", "F", rate, PURE) * sheet.given("settlements", "n", times_a_year, PURE)
    term = sheet.step("of-notional", "Y", term, PURE)
    sheet.step("of-margin", "M", term * sheet.given("leverage", "L", leverage, PURE), PURE)
    return sheet.derivation("of-margin", None, "F·n·L", FUNDING)


def risk_sum(equity: Decimal, risked: Decimal, entry: Decimal, stop: Decimal, base: str) -> Derivation:
    """The size that loses a fraction of equity at a stop."""
    sheet = Sheet()
    term = sheet.given("equity", "E", equity, USDT) * sheet.given("risked", "r", risked, PURE)
    loss = sheet.step("risk", "R", term, USDT)
    distance = abs(sheet.given("entry-price", "EP", entry, USDT) - sheet.given("stop", "S", stop, USDT))
    sheet.step("quantity", "q", loss / distance, base)
    return sheet.derivation("quantity", None, "E·r / |EP − S|", "docs/teaching.md")


def notional_sum(equity: Decimal, risked: Decimal, distance: Decimal) -> Derivation:
    """The notional that loses a fraction of equity over a distance."""
    sheet = Sheet()
    term = sheet.given("equity", "E", equity, USDT) * sheet.given("risked", "r", risked, PURE)
    loss = sheet.step("risk", "R", term, USDT)
    sheet.step("notional", "N", loss / sheet.given("distance", "d", distance, PURE), USDT)
    return sheet.derivation("notional", None, "E·r / d", "docs/teaching.md")
