"""Why an order costs what it costs, and why no more can be opened."""

from __future__ import annotations

from decimal import Decimal

from engine.account import MarginAccount
from engine.capacity import max_open
from engine.decimals import ZERO, exact
from engine.errors import UnknownFigure
from engine.explain.algebra import Term, floor, greatest, least, number
from engine.explain.derivation import ORDERS, PURE, USDT, Derivation, Sheet
from engine.formulas import MARKET_BUY_MARKUP
from engine.intents import Open
from engine.market import MarketSnapshot
from engine.orders import fill_price
from engine.position import Side
from engine.reservations import Exposure, exposure
from engine.resting import Order


def _requirement_added(sheet: Sheet, standing: Exposure, size: Term, leverage: Term, *, buys: bool) -> Term:
    """What an order adds to max(|P + bids|, |P − asks|) / L; without other orders simply to |P| / L."""
    signed = sheet.given("position-notional", "P", standing.position, USDT)
    if standing.bids == standing.asks == ZERO:
        moved = signed + size if buys else signed - size
        return greatest(abs(moved), abs(signed)) / leverage - abs(signed) / leverage
    bids = sheet.given("open-bids", "bids", standing.bids, USDT)
    asks = sheet.given("open-asks", "asks", standing.asks, USDT)
    before = greatest(abs(signed + bids), abs(signed - asks)) / leverage
    before = sheet.step("requirement-before", "R", before, USDT)
    up = signed + (bids + size) if buys else signed + bids
    down = signed - asks if buys else signed - (asks + size)
    return greatest(abs(up), abs(down)) / leverage - before


def explain_order_cost(intent: Open, account: MarginAccount, market: MarketSnapshot) -> Derivation:
    """What a market order is checked against."""
    contract, quote = market.contract(intent.symbol), market.quote(intent.symbol)
    leverage = account.settings_of(intent.symbol).leverage if intent.leverage is None else intent.leverage
    buys = intent.side is Side.LONG
    best = fill_price(contract, quote, market.fill_rule, intent.side, ZERO)
    sheet = Sheet()
    quantity, bound, mark = _given(sheet, intent.symbol, intent.quantity, leverage, market)
    if buys:
        ask = sheet.given("ask", "ask", best, USDT)
        assumed = ask * sheet.given("market-buy-markup", "m", MARKET_BUY_MARKUP, PURE)
    else:
        assumed = greatest(sheet.given("bid", "bid", best, USDT), mark)
    price = sheet.step("assumed-price", "p", assumed, USDT)
    standing = exposure(account, market, intent.symbol, intent.side)
    return _cost(sheet, intent.symbol, standing, (quantity, bound, mark, price), buys=buys)


@exact
def explain_limit_cost(order: Order, account: MarginAccount, market: MarketSnapshot) -> Derivation:
    """What a limit order that can open is checked against, at its own price and the symbol's leverage.

    Raises UnknownSymbol, PriceStale, or UnknownFigure for an order without a limit price or a quantity.
    """
    if order.price is None or order.quantity is None:
        raise UnknownFigure("order-cost without a limit price")
    sheet = Sheet()
    leverage = account.settings_of(order.symbol).leverage
    quantity, bound, mark = _given(sheet, order.symbol, order.quantity, leverage, market)
    price = sheet.given("limit-price", "p", order.price, USDT)
    standing = exposure(account, market, order.symbol, order.direction)
    buys = order.direction is Side.LONG
    return _cost(sheet, order.symbol, standing, (quantity, bound, mark, price), buys=buys)


def _given(
    sheet: Sheet, symbol: str, quantity: Decimal, leverage: int, market: MarketSnapshot
) -> tuple[Term, Term, Term]:
    return (
        sheet.given("quantity", "q", quantity, market.contract(symbol).base),
        sheet.given("leverage", "L", leverage, PURE),
        sheet.given("mark-price", "MP", market.quote(symbol).mark, USDT),
    )


def _cost(
    sheet: Sheet, symbol: str, standing: Exposure, terms: tuple[Term, Term, Term, Term], *, buys: bool
) -> Derivation:
    """The margin that an order of q at p adds, and the loss that it shows at once."""
    quantity, bound, mark, price = terms
    formula = "q·p / L + q·|min(0, MP − p)|" if buys else "q·p / L + q·|min(0, p − MP)|"
    if standing == Exposure(ZERO, ZERO, ZERO):
        margin = quantity * price / bound
    else:
        margin = _requirement_added(sheet, standing, quantity * price, bound, buys=buys)
        formula = f"{margin.formula}{formula[len('q·p / L') :]}"
    margin = sheet.step("order-margin", "M", margin, USDT)
    shown = least(number(0), mark - price if buys else price - mark)
    loss = sheet.step("open-loss", "OL", quantity * abs(shown), USDT)
    sheet.step("order-cost", "C", margin + loss, USDT)
    return sheet.derivation("order-cost", symbol, formula, ORDERS)


def explain_max_open(intent: Open, account: MarginAccount, market: MarketSnapshot) -> Derivation:
    """The greatest market order on the intent's side, at its leverage and mode."""
    found = max_open(account, market, intent.symbol, intent.side, intent.leverage, intent.mode)
    base = market.contract(intent.symbol).base
    sheet = Sheet()
    spare = sheet.given("available", "A", found.available, USDT)
    requirement = sheet.given("requirement-before", "R", found.requirement, USDT)
    standing = sheet.given("standing-notional", "S", found.standing, USDT)
    leverage = sheet.given("leverage", "L", found.leverage, PURE)
    price = sheet.given("assumed-price", "p", found.price, USDT)
    loss = sheet.given("open-loss-per-coin", "o", found.open_loss, USDT)
    paid = (spare + requirement - standing / leverage) / (price / leverage + loss)
    bound = sheet.step("by-margin", "Q₁", paid, base)
    cap = sheet.given("position-limit", "cap", found.cap, USDT)
    bound = least(bound, sheet.step("by-limit", "Q₂", (cap - standing) / price, base))
    if found.open_loss > ZERO:
        bound = least(bound, sheet.step("by-open-loss", "Q₃", spare / loss, base))
    if found.wallet is not None:
        wallet = sheet.given("cross-wallet", "CW", found.wallet, USDT)
        fill = sheet.given("fill-price", "f", found.fill, USDT)
        lost = sheet.given("fill-loss-per-coin", "l", found.fill_loss, USDT)
        bound = least(bound, sheet.step("by-wallet", "Q₄", wallet / (fill / leverage + lost), base))
    step = sheet.given("step", "step", found.step, base)
    most = sheet.step("most", "Q", greatest(number(0), bound), base)
    opened = floor(most / step) * step
    if found.closes > ZERO:
        opened = sheet.given("opposite-quantity", "X", found.closes, base) + opened
    sheet.step("max-open", "M", opened, base)
    return sheet.derivation("max-open", intent.symbol, opened.formula, ORDERS)
