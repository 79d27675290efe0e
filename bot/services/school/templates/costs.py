"""Questions on fees, on funding, and on what waiting orders hold back."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from bot.content.skills import Skill
from bot.services.school.question import Setting
from bot.services.school.templates.declaring import question
from bot.services.school.templates.kind import Draft
from bot.services.school.templates.own import one_of_own
from bot.services.school.templates.shown import money, number, option, percent, price, signed, times
from bot.services.school.templates.stage import NOON, Stage, moved, opened, share, some_coins
from bot.services.school.templates.sums import fee_sum, funding_sum, yearly_sum
from engine.formulas import trading_fee
from engine.funding import default_rate, funding_received, pay_funding
from engine.intents import ChangeLeverage, Close, Place
from engine.margin import account_figures
from engine.position import MarginMode, Side
from engine.resting import Order, OrderType

SKILL = Skill.COSTS
ZERO = Decimal(0)


@question("fee-open", SKILL, "cost-base", "fees", "fee-on-margin", "fee-on-profit", "margin-is-fee")
def fee_open(setting: Setting, rng: Random) -> Draft:
    """The fee of an opening fill."""
    made = opened(setting, rng, fees=True)
    figures, rate = made.figures, made.contract.taker
    fee = trading_fee(figures.position.quantity, figures.position.entry_price, rate)
    return Draft(
        {"p": made.data, "rate": percent(rate)},
        option(money(fee)),
        {
            "fee-on-margin": option(money(fee / figures.settings.leverage)),
            "fee-on-profit": option(money(ZERO)),
            "margin-is-fee": option(money(figures.initial_margin)),
        },
        fee_sum(figures.notional, rate),
    )


@question("round-trip", SKILL, "cost-base", "fees", "entry-is-break-even", "fee-on-margin", "margin-is-fee")
def round_trip(setting: Setting, rng: Random) -> Draft:
    """Opened and closed at the same price: the result."""
    made = opened(setting, rng, fees=True)
    begun = made.account.wallet + trading_fee(
        made.figures.position.quantity, made.figures.mark, made.contract.taker
    )
    closed = made.did(Close(made.symbol))
    result = closed.account.wallet - begun
    leverage = made.figures.settings.leverage
    return Draft(
        {"p": made.data, "rate": percent(made.contract.taker), "fee": money(-result / 2)},
        option(signed(result)),
        {
            "entry-is-break-even": option(signed(ZERO)),
            "fee-on-margin": option(signed(result / leverage)),
            "margin-is-fee": option(signed(-made.figures.initial_margin)),
        },
        fee_sum(made.figures.notional, made.contract.taker, 2),
    )


def _rate(rng: Random) -> Decimal:
    """A funding rate of one settlement."""
    return rng.choice((1, -1)) * Decimal(rng.choice((5, 8, 10, 12, 20, 25, 30, 50))) / 100_000


@question("funding-due", SKILL, "funding-size", "funding", "positive-shorts-pay", "funding-on-margin")
def funding_due(setting: Setting, rng: Random) -> Draft:
    """What a position pays or gets at one settlement."""
    made = opened(setting, rng, notional=(5_000, 50_000))
    figures, rate = made.figures, _rate(rng)
    held = figures.position
    got = funding_received(held.side, held.quantity, [(figures.mark, rate)])
    return Draft(
        {"p": made.data, "rate": percent(rate), "positive": rate > 0},
        option(signed(got)),
        {
            "positive-shorts-pay": option(signed(-got)),
            "funding-on-margin": option(signed(got / figures.settings.leverage)),
        },
        funding_sum(figures.notional, rate, held.side.sign),
    )


@question("funding-who", SKILL, "funding-flow", "funding", "positive-shorts-pay", "funding-to-exchange")
def funding_who(_: Setting, rng: Random) -> Draft:
    """Who pays whom at a rate."""
    rate = _rate(rng)
    pays = Side.LONG if funding_received(Side.LONG, Decimal(1), [(Decimal(1), rate)]) < 0 else Side.SHORT
    return Draft(
        {"rate": percent(rate), "positive": rate > 0},
        {"pays": pays.value, "to": "traders"},
        {
            "positive-shorts-pay": {"pays": pays.opposite.value, "to": "traders"},
            "funding-to-exchange": {"pays": pays.value, "to": "exchange"},
        },
    )


@question("funding-year", SKILL, "funding-size", "funding", "funding-on-margin", "funding-nothing")
def funding_year(setting: Setting, rng: Random) -> Draft:
    """Funding of a year against the margin."""
    leverage = rng.choice((4, 5, 8, 10, 20, 25))
    hours = setting.market.contract("BTCUSDT").funding_interval_hours
    rate = default_rate(hours) * rng.choice((1, 2, 3, 5)) / 2
    sum_ = yearly_sum(rate, leverage, 365 * 24 // hours)
    assert sum_.result is not None
    return Draft(
        {
            "rate": percent(rate),
            "leverage": times(leverage),
            "hours": hours,
            "count": number(365 * 24 // hours),
        },
        option(percent(sum_.result)),
        {
            "funding-on-margin": option(percent(sum_.result / leverage)),
            "funding-nothing": option(percent(rate * leverage)),
        },
        sum_,
    )


@question("funding-timing", SKILL, "funding-flow", "funding", "funding-continuous", "hold-free")
def funding_timing(setting: Setting, rng: Random) -> Draft:
    """Held for some minutes around a settlement: what that costs."""
    made = opened(setting, rng, side=Side.LONG, notional=(20_000, 90_000))
    before, after = rng.randint(2, 12) * 5, rng.randint(2, 12) * 5
    rate, hours = abs(_rate(rng)), made.contract.funding_interval_hours
    due = _at_funding(made, rate)
    paid = -sum((each.amount for each in pay_funding(due.account, due.market)), ZERO)
    part = Decimal(before + after) / (60 * hours)
    at = due.market.time
    return Draft(
        {
            "p": made.data,
            "rate": percent(rate),
            "at": at.strftime("%H:%M"),
            "opened": (at - timedelta(minutes=before)).strftime("%H:%M"),
            "closed": (at + timedelta(minutes=after)).strftime("%H:%M"),
            "hours": hours,
        },
        option(money(paid)),
        {"funding-continuous": option(money(paid * part)), "hold-free": option(money(ZERO))},
        funding_sum(made.figures.notional, rate, made.figures.position.side.sign),
    )


def _at_funding(made: Stage, rate: Decimal) -> Stage:
    """The stage at the next settlement of funding after noon."""
    interval = timedelta(hours=made.contract.funding_interval_hours)
    due = NOON + interval - (NOON - NOON.replace(hour=0)) % interval
    quote = replace(made.market.quote(made.symbol), at=due, next_funding=due + interval, funding_rate=rate)
    return replace(made, market=replace(made.market, time=due, quotes={made.symbol: quote}))


@question("orders-held", SKILL, "order-margin", "fees", "orders-free", "own-the-coin")
def orders_held(setting: Setting, rng: Random) -> Draft | None:
    """A limit order waits: what is still available."""
    made = opened(setting, rng, side=Side.LONG, mode=MarginMode.CROSS, spare=(80, 160))
    flat = made.did(Close(made.symbol))
    leverage = rng.choice((4, 5, 8, 10))
    flat = flat.did(ChangeLeverage(made.symbol, leverage))
    limit = moved(made, -share(rng, 2, 8))
    before = account_figures(flat.account, flat.market).available
    quantity = some_coins(flat, made.symbol, before * share(rng, 30, 80))
    waiting = flat.did(Place(Order(made.symbol, Side.LONG, OrderType.LIMIT, quantity, limit)))
    after = account_figures(waiting.account, waiting.market).available
    size = quantity * limit
    if size >= before:
        return None
    return Draft(
        {
            "base": made.contract.base,
            "quantity": number(quantity),
            "limit": price(limit, made.symbol),
            "leverage": times(leverage),
            "before": money(before),
            "size": money(size),
            "held": money(before - after),
        },
        option(money(after)),
        {"orders-free": option(money(before)), "own-the-coin": option(money(before - size))},
    )


@question(
    "own-funding",
    SKILL,
    "funding-size",
    "funding",
    "positive-shorts-pay",
    "funding-on-margin",
    "hold-free",
    own=True,
)
def own_funding(setting: Setting, rng: Random) -> Draft | None:
    """What the learner's own position would pay or get at a rate."""
    held = one_of_own(setting, rng)
    if held is None:
        return None
    figures, rate = held.figures, _rate(rng)
    position = figures.position
    got = funding_received(position.side, position.quantity, [(figures.mark, rate)])
    return Draft(
        {"p": held.data, "rate": percent(rate), "positive": rate > 0},
        option(signed(got)),
        {
            "positive-shorts-pay": option(signed(-got)),
            "funding-on-margin": option(signed(got / figures.settings.leverage)),
            "hold-free": option(signed(ZERO)),
        },
        funding_sum(figures.notional, rate, position.side.sign),
    )


@question("own-close-fee", SKILL, "cost-base", "fees", "fee-on-margin", "fee-on-profit", own=True)
def own_close_fee(setting: Setting, rng: Random) -> Draft | None:
    """The fee of closing the learner's own position at the mark."""
    held = one_of_own(setting, rng)
    if held is None:
        return None
    figures, rate = held.figures, held.contract.taker
    fee = trading_fee(figures.position.quantity, figures.mark, rate)
    on_profit = max(ZERO, figures.pnl) * rate
    return Draft(
        {"p": held.data, "rate": percent(rate)},
        option(money(fee)),
        {
            "fee-on-margin": option(money(fee / figures.settings.leverage)),
            "fee-on-profit": option(money(on_profit)),
        },
        fee_sum(figures.notional, rate),
    )


COSTS = (
    fee_open,
    round_trip,
    funding_due,
    funding_who,
    funding_year,
    funding_timing,
    orders_held,
    own_funding,
    own_close_fee,
)
