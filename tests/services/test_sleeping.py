"""The chances of a night: the formula against walks of the same model, and against wilder ones."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import exp, log, sqrt
from statistics import NormalDist

import pytest

from bot.market.levels import load_levels
from bot.market.walk import Leg, Walk
from bot.services.cross_risk import Exposed, cholesky, cross_distance
from bot.services.sleeping import (
    SAFE,
    AddMargin,
    Reduce,
    SetStop,
    cross_chance,
    outlook,
    reached,
    touched,
)
from bot.services.swings import Swings, measured, usual
from engine.account import MarginAccount
from engine.candles import MinuteCandle
from engine.contracts import load_contracts
from engine.exchange import decide
from engine.fills import after
from engine.intents import ChangeMargin, Close, Deposit, Intent, Open
from engine.margin import cross_legs, position_figures
from engine.market import FRICTIONLESS, MarketSnapshot, Quote
from engine.position import MarginMode, Side
from engine.resimulation import Candle

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
BTC, ETH = "BTCUSDT", "ETHUSDT"
HOURS = 3600.0
CROSS, ISOLATED = MarginMode.CROSS, MarginMode.ISOLATED
LONG, SHORT = Side.LONG, Side.SHORT


def market(btc: str = "50000", eth: str = "2500") -> MarketSnapshot:
    quotes = {
        symbol: Quote(symbol, Decimal(price), Decimal(price), Decimal(price), Decimal(0), None, AT)
        for symbol, price in ((BTC, btc), (ETH, eth))
    }
    return MarketSnapshot("fixed", AT, quotes, load_contracts(), FRICTIONLESS)


def account(*intents: Intent, money: int = 10_000) -> MarginAccount:
    found = MarginAccount.empty()
    for intent in (Deposit(Decimal(money)), *intents):
        found = after(found, decide(intent, found, market()))
    return found


def opened(symbol: str, side: Side, quantity: str, leverage: int, mode: MarginMode) -> Open:
    return Open(symbol, side, Decimal(quantity), leverage, mode)


def swinging(*daily: float, correlation: float = 0.8) -> Swings:
    """Standard deviations a day of BTC and ETH."""
    rows = [
        [(1.0 if a == b else correlation) * daily[a] * daily[b] / 86_400 for b in range(len(daily))]
        for a in range(len(daily))
    ]
    return Swings((BTC, ETH)[: len(daily)], tuple(map(tuple, rows)), 24.0)


# The formula


@pytest.mark.parametrize("distance", [0.5, 1.0, 2.0, 2.5])
def test_the_chance_of_one_barrier_is_that_of_walks_of_the_same_model(distance: float) -> None:
    rng, walks, steps = random.Random(1), 2_500, 100
    hits = 0
    for _ in range(walks):
        place = 0.0
        for _ in range(steps):
            before, place = place, place + rng.gauss(0, 1 / sqrt(steps))
            if place >= distance or rng.random() < exp(-2 * (distance - before) * (distance - place) * steps):
                hits += 1  # the second: it was there and back between two steps (Brownian bridge)
                break
    expected = touched(distance, 1.0)
    error = sqrt(expected * (1 - expected) / walks)
    assert abs(hits / walks - expected) <= 4 * error


def test_known_values_of_the_reflection_principle() -> None:
    assert touched(2.575829, 1.0) == pytest.approx(0.01, abs=1e-6)
    assert touched(1.959964, 1.0) == pytest.approx(0.05, abs=1e-6)
    assert touched(0.0, 1.0) == 1.0
    assert reached(Decimal(50_000), Decimal(45_000), 0.05) == pytest.approx(touched(log(50 / 45), 0.05))


def touches(seconds: int, walks: int, deviations: float) -> float:
    """How often the simulated market's own index falls so far within 8 hours, in steps of so many seconds."""
    levels = load_levels()
    only = levels.model_copy(update={"symbols": {BTC: levels.symbols[BTC]}})
    depth = deviations * usual((BTC,), levels).deviation(BTC, 8 * HOURS)
    hits = 0
    for number in range(walks):
        walk = Walk(only, {BTC: Leg.at(50_000.0, 50_000.0)}, str(number))
        leg, start = walk.legs[BTC], log(50_000.0)
        for _ in range(int(8 * HOURS) // seconds):
            walk.step(seconds)
            if start - leg.index >= depth:
                hits += 1
                break
    return hits / walks


def test_many_small_fat_tailed_steps_add_up_to_what_the_formula_says() -> None:
    expected, found = touched(2.0, 1.0), touches(300, 1_500, 2.0)
    error = sqrt(expected * (1 - expected) / 1_500)
    assert expected * 0.6 - 4 * error <= found <= expected + 4 * error, "it looks only every five minutes"


def test_a_night_of_one_big_move_is_far_worse_than_the_formula_says() -> None:
    """Student-t of 4 degrees: beyond 4 deviations some 30 times as often; so the answer calls its chance the least."""
    assert touches(8 * 3600, 15_000, 4.0) > 10 * touched(4.0, 1.0)


# Cross with several symbols


WALKS, STEPS = 1_500, 100
LOOKS = 0.5826 / sqrt(STEPS)
"""Standard deviations by which a border seems farther off to who looks only so often (Broadie, Glasserman, Kou 1997)."""


def simulated(account_: MarginAccount, swings: Swings, days: float) -> float:
    """How often the cross account is due in walks of its prices, by another way than the code's."""
    legs = [
        (
            swings.symbols.index(leg.position.symbol),
            float(leg.position.side.sign),
            float(leg.notional),
            float(leg.position.quantity * leg.position.entry_price),
            [(float(each.cap), float(each.rate), float(each.amount)) for each in leg.contract.brackets],
        )
        for leg in cross_legs(account_, market())
    ]
    wallet = float(account_.cross_wallet)
    factor = cholesky([[each * 86_400 * days / STEPS for each in row] for row in swings.covariance])
    rng, hits = random.Random(2), 0
    for _ in range(WALKS):
        logs = [0.0 for _ in swings.symbols]
        for _ in range(STEPS):
            draws = [rng.gauss(0, 1) for _ in logs]
            for row in range(len(logs)):
                logs[row] += sum(factor[row][k] * draws[k] for k in range(row + 1))
            health = wallet
            for place, sign, notional, entry, brackets in legs:
                size = notional * exp(logs[place])
                rate, amount = next((r, a) for cap, r, a in brackets if size <= cap)
                health += sign * (size - entry) - (size * rate - amount)
            if health <= 0:
                hits += 1
                break
    return hits / WALKS


BOOKS = {
    "two longs": (opened(BTC, LONG, "1", 10, CROSS), opened(ETH, LONG, "14", 10, CROSS)),
    "a hedge": (opened(BTC, LONG, "1", 10, CROSS), opened(ETH, SHORT, "17", 10, CROSS)),
    "two shorts": (opened(BTC, SHORT, "0.8", 10, CROSS), opened(ETH, SHORT, "12", 10, CROSS)),
}


@pytest.mark.parametrize("name", BOOKS)
def test_the_chance_of_a_cross_account_is_that_of_walks_of_the_same_model(name: str) -> None:
    held = account(*BOOKS[name])
    swings = swinging(0.04, 0.06)
    days = {"two longs": 2, "a hedge": 6, "two shorts": 2}[name]
    found = cross_chance(held, market(), swings, days * 86_400)
    assert found is not None
    seen_seldom = touched(NormalDist().inv_cdf(1 - found / 2) + LOOKS, 1.0)
    expected = simulated(held, swings, days)
    error = sqrt(expected * (1 - expected) / WALKS)
    assert expected > 0.01
    assert abs(seen_seldom - expected) <= 4 * error, (seen_seldom, expected)


def test_with_one_symbol_the_joint_chance_is_its_own() -> None:
    held = account(opened(BTC, LONG, "1", 10, CROSS))
    swings = swinging(0.04)
    (leg,) = cross_legs(held, market())
    own = cross_chance(held, market(), swings, 86_400)
    exposed = Exposed(
        0,
        1.0,
        float(leg.notional),
        float(leg.notional),
        tuple((float(each.rate), float(each.amount)) for each in leg.contract.brackets),
    )
    distance = cross_distance(float(held.cross_wallet), [exposed], [[0.04**2]])
    assert distance is not None
    assert own == pytest.approx(touched(distance, 1.0), rel=1e-6)


def test_a_hedge_is_safer_than_its_legs() -> None:
    swings = swinging(0.04, 0.04, correlation=0.95)
    alone = cross_chance(account(opened(BTC, LONG, "1.5", 10, CROSS)), market(), swings, 86_400)
    both = cross_chance(
        account(opened(BTC, LONG, "1.5", 10, CROSS), opened(ETH, SHORT, "30", 10, CROSS), money=16_000),
        market(),
        swings,
        86_400,
    )
    assert alone is not None
    assert both is not None
    assert both < alone / 20


def test_without_a_cross_position_there_is_no_cross_chance() -> None:
    assert (
        cross_chance(account(opened(BTC, LONG, "0.1", 10, ISOLATED)), market(), swinging(0.04), 1.0) is None
    )


# What helps


@pytest.mark.parametrize("side", [LONG, SHORT])
def test_the_margin_and_the_stop_for_an_isolated_position(side: Side) -> None:
    held = account(opened(BTC, side, "0.1", 20, ISOLATED))
    swings = swinging(0.03)
    found = outlook(held, market(), swings, 86_400)
    added, stop = found.remedies
    assert isinstance(added, AddMargin)
    assert added.affordable
    assert found.nights[0].chance > SAFE > added.chance
    moved = after(held, decide(ChangeMargin(BTC, added.amount, side), held, market()))
    assert outlook(moved, market(), swings, 86_400).remedies == ()
    less = after(held, decide(ChangeMargin(BTC, added.amount * Decimal("0.9"), side), held, market()))
    assert outlook(less, market(), swings, 86_400).nights[0].chance > SAFE, "no more than is needed"
    assert isinstance(stop, SetStop)
    ends = position_figures(held, (BTC, side), market()).liquidation.price
    assert ends is not None
    assert abs(stop.price - (ends + 50_000) / 2) <= Decimal("0.1")
    assert stop.result < 0
    assert stop.chance > found.nights[0].chance


def test_margin_that_is_not_there_is_said_and_not_offered() -> None:
    held = account(opened(BTC, LONG, "0.1", 20, ISOLATED), money=260)
    added = outlook(held, market(), swinging(0.05), 86_400).remedies[0]
    assert isinstance(added, AddMargin)
    assert not added.affordable


def test_the_share_that_makes_a_cross_account_safe() -> None:
    held = account(*BOOKS["two longs"])
    swings = swinging(0.05, 0.08)
    found = outlook(held, market(), swings, 86_400)
    assert found.cross is not None
    assert found.cross > SAFE
    reduce = found.remedies[0]
    assert isinstance(reduce, Reduce)
    quantity = held.positions[reduce.key].quantity * reduce.share
    left = after(held, decide(Close(reduce.key[0], quantity, reduce.key[1]), held, market()))
    assert cross_chance(left, market(), swings, 86_400) == pytest.approx(reduce.chance)
    if reduce.share < 1:
        assert reduce.chance < SAFE


def test_a_calm_night_asks_for_nothing() -> None:
    found = outlook(account(opened(BTC, LONG, "0.1", 3, ISOLATED)), market(), swinging(0.02), 8 * HOURS)
    assert found.remedies == ()
    assert found.nights[0].chance < 1e-6


# Swings


def minutes(daily: float, count: int, *, seed: int = 3) -> list[MinuteCandle]:
    """Minutes of a walk of BTC, and of an ETH that moves twice as much the same way."""
    rng, place, found = random.Random(seed), 0.0, []
    for number in range(count):
        place += rng.gauss(0, daily / sqrt(1440))
        for symbol, start, factor in ((BTC, 50_000, 1), (ETH, 2_500, 2)):
            price = Decimal(f"{start * exp(factor * place):.8f}")
            flat = Candle(price, price, price, price)
            found.append(MinuteCandle(symbol, AT + timedelta(minutes=number), flat, flat))
    return found


def test_swings_are_measured_from_candles() -> None:
    found = measured((BTC, ETH), minutes(0.03, 1440))
    assert found is not None
    assert found.deviation(BTC, 86_400) == pytest.approx(0.03, rel=0.15)
    assert found.deviation(ETH, 86_400) == pytest.approx(2 * found.deviation(BTC, 86_400), rel=1e-3)
    assert found.covariance[0][1] ** 2 == pytest.approx(
        found.covariance[0][0] * found.covariance[1][1], rel=1e-3
    )
    assert found.hours == pytest.approx(24, abs=0.2)


def test_too_few_candles_or_none_that_move_measure_nothing() -> None:
    assert measured((BTC, ETH), minutes(0.03, 230)) is None
    assert measured((BTC, ETH), minutes(0.0, 1440)) is None
    assert measured((BTC, ETH), [each for each in minutes(0.03, 1440) if each.symbol == BTC]) is None
    assert measured((BTC,), []) is None


def test_a_gap_in_the_candles_is_no_swing() -> None:
    whole = minutes(0.03, 2000)
    gap = [each for each in whole if not 500 <= (each.minute - AT).total_seconds() / 60 < 900]
    found = measured((BTC,), [each for each in gap if each.symbol == BTC])
    assert found is not None
    assert found.deviation(BTC, 86_400) == pytest.approx(0.03, rel=0.2)


def test_usual_swings_are_those_of_the_simulated_market() -> None:
    levels = load_levels()
    found = usual((BTC, ETH), levels)
    assert found.hours is None
    year = 365 * 86_400.0
    assert found.deviation(BTC, year) == pytest.approx(sqrt((1.0 * 0.40) ** 2 + 0.15**2))
    assert usual(("XYZUSDT",), levels).deviation("XYZUSDT", year) == pytest.approx(1.0)
