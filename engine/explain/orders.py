"""Why an order costs what it costs, and why no more can be opened."""

from __future__ import annotations

from engine.account import MarginAccount
from engine.capacity import max_open
from engine.decimals import ZERO
from engine.explain.algebra import Term, floor, greatest, least, number
from engine.explain.derivation import ORDERS, PURE, USDT, Derivation, Sheet
from engine.formulas import MARKET_BUY_MARKUP
from engine.intents import Open
from engine.market import MarketSnapshot
from engine.orders import fill_price
from engine.position import Side
from engine.reservations import Exposure, exposure


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
    contract, quote = market.contract(intent.symbol), market.quote(intent.symbol)
    standing = exposure(account, market, intent.symbol, intent.side)
    leverage = account.settings_of(intent.symbol).leverage if intent.leverage is None else intent.leverage
    buys = intent.side is Side.LONG
    best = fill_price(contract, quote, market.fill_rule, intent.side, ZERO)
    sheet = Sheet()
    quantity = sheet.given("quantity", "q", intent.quantity, contract.base)
    bound = sheet.given("leverage", "L", leverage, PURE)
    mark = sheet.given("mark-price", "MP", quote.mark, USDT)
    if buys:
        ask = sheet.given("ask", "ask", best, USDT)
        assumed = ask * sheet.given("market-buy-markup", "m", MARKET_BUY_MARKUP, PURE)
    else:
        assumed = greatest(sheet.given("bid", "bid", best, USDT), mark)
    price = sheet.step("assumed-price", "p", assumed, USDT)
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
    return sheet.derivation("order-cost", intent.symbol, formula, ORDERS)


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
