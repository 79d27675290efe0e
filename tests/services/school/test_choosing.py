"""Cross or isolated: criteria, correlations against walks of the same model, both modes against the engine's own orders."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from math import sqrt
from statistics import pstdev

import pytest

from bot.services.cross_risk import cholesky
from bot.services.school.both_books import Example, book, example
from bot.services.school.choosing import shape_of
from bot.services.school.correlation import ENOUGH, Hourly, bounds, covaried, together
from bot.services.school.criteria import (
    _TOWARDS,
    Experience,
    Facts,
    Night,
    Shape,
    State,
    Style,
    Watch,
    leaning,
    reasons,
    turns,
)
from bot.services.swings import Swings
from engine.account import MarginAccount
from engine.contracts import load_contracts
from engine.exchange import decide
from engine.fills import after
from engine.intents import ChangePositionMode, Deposit, Intent, Open
from engine.margin import account_figures, position_figures
from engine.market import FRICTIONLESS, MarketSnapshot, Quote
from engine.position import MarginMode, PositionMode, Side
from engine.settlement import settle
from engine.shocks import shocked

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
BTC, ETH = "BTCUSDT", "ETHUSDT"
CROSS, ISOLATED = MarginMode.CROSS, MarginMode.ISOLATED
LONG, SHORT = Side.LONG, Side.SHORT
DAY = 86_400


def market() -> MarketSnapshot:
    quotes = {
        symbol: Quote(symbol, Decimal(price), Decimal(price), Decimal(price), Decimal(0), None, AT)
        for symbol, price in ((BTC, 50_000), (ETH, 2_500))
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
    places = range(len(daily))
    rows = tuple(
        tuple((1.0 if a == b else correlation) * daily[a] * daily[b] / DAY for b in places) for a in places
    )
    return Swings((BTC, ETH)[: len(daily)], rows, None)


# Criteria


NOTHING = Facts(Decimal(20_000), 0)


@pytest.mark.parametrize(
    ("known", "code", "supports", "weight"),
    [
        ({"equity": Decimal(10_000)}, "size-small", ISOLATED, 2),
        ({"equity": Decimal("10000.01")}, "size-large", CROSS, 1),
        ({"experience": Experience.NEW}, "new", ISOLATED, 3),
        ({"experience": Experience.PRO}, "experienced", CROSS, 1),
        ({"shape": Shape.ONE}, "one", ISOLATED, 1),
        ({"shape": Shape.ALIKE, "measured": True}, "alike", ISOLATED, 2),
        ({"shape": Shape.ALIKE}, "alike", ISOLATED, 1),
        ({"shape": Shape.DIVERSE, "measured": True}, "diverse", CROSS, 2),
        ({"shape": Shape.HEDGE, "measured": True}, "hedge", CROSS, 4),
        ({"shape": Shape.HEDGE}, "hedge", CROSS, 3),
        ({"leverages": (3, 20)}, "leverage-apart", ISOLATED, 1),
        ({"leverages": (10, 20)}, "leverage-high", ISOLATED, 1),
        ({"style": Style.HOLD}, "hold", ISOLATED, 1),
        ({"style": Style.SWING}, "swing", ISOLATED, 1),
        ({"style": Style.DAY}, "day", CROSS, 1),
        ({"watch": Watch.ALWAYS}, "watched", CROSS, 2),
        ({"watch": Watch.OFTEN}, "watched-often", ISOLATED, 1),
        ({"watch": Watch.RARELY}, "watched-rarely", ISOLATED, 2),
        ({"night": Night.OPEN}, "night-open", ISOLATED, 2),
        ({"night": Night.CLOSED}, "night-closed", CROSS, 1),
        ({"state": State.WILD}, "wild", ISOLATED, 2),
        ({"state": State.CALM}, "calm", CROSS, 1),
    ],
)
def test_what_each_fact_speaks_for(
    known: dict[str, object], code: str, supports: MarginMode, weight: int
) -> None:
    facts = replace(NOTHING, **known)  # type: ignore[arg-type]
    found = {each.code: each for each in reasons(facts)}
    assert (found[code].supports, found[code].weight) == (supports, weight)
    assert len(found) == (1 if "equity" in known else 2), "the size of the account always counts"


@pytest.mark.parametrize(
    "known", [{"night": Night.STOPS}, {"leverages": (3, 5)}, {"leverages": (1, 5)}, {"shape": Shape.NONE}, {}]
)
def test_what_speaks_for_neither_is_left_out(known: dict[str, object]) -> None:
    assert [each.code for each in reasons(replace(NOTHING, **known))] == ["size-large"]  # type: ignore[arg-type]


def test_a_beginner_who_sleeps_in_a_wild_market_belongs_into_isolated() -> None:
    found = leaning(
        Facts(
            equity=Decimal(2_000),
            trades=0,
            experience=Experience.NEW,
            style=Style.SWING,
            watch=Watch.RARELY,
            night=Night.OPEN,
            state=State.WILD,
            shape=Shape.ONE,
        )
    )
    assert (found.mode, found.clear, found.cross) == (ISOLATED, True, 0)


def test_a_hedged_watched_large_account_in_a_calm_market_belongs_into_cross() -> None:
    found = leaning(
        Facts(
            equity=Decimal(50_000),
            trades=80,
            experience=Experience.PRO,
            style=Style.DAY,
            watch=Watch.ALWAYS,
            night=Night.CLOSED,
            state=State.CALM,
            shape=Shape.HEDGE,
        )
    )
    assert (found.mode, found.clear, found.isolated) == (CROSS, True, 0)


def test_close_sums_are_no_leaning() -> None:
    assert leaning(NOTHING).mode is None
    assert leaning(replace(NOTHING, style=Style.DAY)).mode is CROSS
    assert leaning(replace(NOTHING, style=Style.DAY, night=Night.OPEN)).mode is None


def somebody(rng: random.Random) -> Facts:
    return Facts(
        equity=Decimal(rng.choice((500, 10_000, 10_001, 80_000))),
        trades=rng.randrange(30),
        shape=rng.choice(list(Shape)),
        measured=rng.random() < 0.5,
        leverages=rng.choice(((), (3,), (20,), (2, 50))),
        experience=rng.choice([None, *Experience]),
        style=rng.choice([None, *Style]),
        watch=rng.choice([None, *Watch]),
        night=rng.choice([None, *Night]),
        state=rng.choice([None, *State]),
    )


def test_what_is_said_to_change_the_leaning_does() -> None:
    rng, kinds = random.Random(4), set()
    for _ in range(400):
        facts = somebody(rng)
        now = leaning(facts).mode
        for turn in turns(facts):
            known = dict(_TOWARDS[CROSS] if turn.codes[0] in dict(_TOWARDS[CROSS]) else _TOWARDS[ISOLATED])
            assert turn.to is not now
            kinds.add((now, turn.to, turn.together))
            changed = facts
            for number, code in enumerate(turn.codes, start=1):
                changed = known[code](changed if turn.together else facts)
                assert changed != facts
                done = not turn.together or number == len(turn.codes)
                assert (leaning(changed).mode is now) is not done
                assert not done or leaning(changed).mode is turn.to
    assert {(now, to, False) for now in (ISOLATED, CROSS) for to in (None,)} <= kinds
    assert (ISOLATED, None, True) in kinds
    assert (None, CROSS, False) in kinds
    assert (None, ISOLATED, False) in kinds


# Correlation


def test_known_bounds_of_a_correlation() -> None:
    """Fisher's own kind of example: r = 0.5 of 28 pairs: z = 0.5493, error 1.96 / 5."""
    low, high = bounds(0.5, 28)
    assert (round(low, 3), round(high, 3)) == (0.156, 0.736)
    assert bounds(1.0, 100) == (1.0, 1.0)


def walked(rng: random.Random, hours: int, correlation: float) -> list[dict[str, float] | None]:
    place, found = [10.0, 7.0], []
    factor = cholesky([[1.0, correlation], [correlation, 1.0]])
    for _ in range(hours + 1):
        found.append({BTC: place[0], ETH: place[1]})
        draws = [rng.gauss(0, 0.006), rng.gauss(0, 0.006)]
        place = [place[row] + sum(factor[row][k] * draws[k] for k in range(row + 1)) for row in (0, 1)]
    return list(found)


@pytest.mark.parametrize("truth", [-0.5, 0.0, 0.85])
def test_the_bounds_hold_the_true_correlation_as_often_as_they_say(truth: float) -> None:
    rng, held = random.Random(3), 0
    positions = account_figures(two("0.1", "2"), market()).positions
    for _ in range(200):
        measured = covaried((BTC, ETH), walked(rng, 48, truth))
        link = together(positions, measured, swinging(1.0, 1.0)).links[0]
        assert link.bounds is not None
        held += link.bounds[0] <= truth <= link.bounds[1]
    assert 0.915 <= held / 200 <= 0.985


def two(btc: str, eth: str, side: Side = LONG) -> MarginAccount:
    return account(opened(BTC, LONG, btc, 10, ISOLATED), opened(ETH, side, eth, 10, ISOLATED))


def test_too_few_hours_and_prices_that_stood_still_measure_nothing() -> None:
    rng = random.Random(2)
    assert covaried((BTC, ETH), walked(rng, ENOUGH - 1, 0.5)) == Hourly(ENOUGH - 1, None)
    assert covaried((BTC, ETH), walked(rng, ENOUGH, 0.5)).swings is not None
    flat: list[dict[str, float] | None] = [{BTC: 10.0, ETH: 7.0}] * 100
    assert covaried((BTC, ETH), list(flat)) == Hourly(99, None)
    assert covaried((BTC,), []) == Hourly(0, None)


def test_an_hour_that_is_missing_is_not_bridged() -> None:
    closes = walked(random.Random(1), 60, 0.5)
    closes[30] = None
    assert covaried((BTC, ETH), closes).hours == 58


@pytest.mark.parametrize(
    ("correlation", "side", "bets", "offset"),
    [
        (1.0, LONG, 1.0, 0.0),
        (0.0, LONG, 2.0, 1 - sqrt(0.5)),
        (1.0, SHORT, 2.0, 1.0),
        (0.5, LONG, 4 / 3, None),
    ],
)
def test_two_equal_positions(correlation: float, side: Side, bets: float, offset: float | None) -> None:
    """2 / (1 + r) bets of two equal positions: 1 if they are the same, 2 if they have nothing to do with each other."""
    positions = account_figures(two("0.1", "2", side), market()).positions
    found = together(positions, Hourly(0, None), swinging(0.03, 0.03, correlation=correlation))
    assert found.bets == pytest.approx(bets, abs=1e-6)
    assert not found.measured
    if offset is not None:
        assert found.offset == pytest.approx(offset, abs=1e-6)


def test_the_swing_of_all_is_that_of_walks_of_the_same_model() -> None:
    positions = account_figures(two("0.1", "3", SHORT), market()).positions
    found = together(positions, Hourly(0, None), swinging(0.03, 0.04, correlation=0.7))
    rng, factor = random.Random(6), cholesky([[0.03**2, 0.7 * 0.0012], [0.7 * 0.0012, 0.04**2]])
    results = []
    for _ in range(8_000):
        a, b = rng.gauss(0, 1), rng.gauss(0, 1)
        results.append(5_000 * factor[0][0] * a - 7_500 * (factor[1][0] * a + factor[1][1] * b))
    assert pstdev(results) == pytest.approx(found.joint, rel=0.03)
    assert list(found.alone.values()) == pytest.approx([150, 300])
    assert found.unrelated == pytest.approx(sqrt(150**2 + 300**2))


def test_both_legs_of_a_symbol_cancel() -> None:
    held = account(
        ChangePositionMode(PositionMode.HEDGE),
        opened(BTC, LONG, "0.1", 10, ISOLATED),
        opened(BTC, SHORT, "0.1", 10, ISOLATED),
    )
    found = together(account_figures(held, market()).positions, Hourly(0, None), swinging(0.03))
    assert found.offset == pytest.approx(1.0, abs=1e-6)
    assert found.links == ()
    assert shape_of({LONG, SHORT}, 2, found) is Shape.HEDGE


@pytest.mark.parametrize(
    ("eth", "side", "correlation", "shape"),
    [
        ("2", LONG, 0.8, Shape.ALIKE),
        ("2", LONG, 0.1, Shape.DIVERSE),
        ("2", SHORT, 0.8, Shape.HEDGE),
        ("2", SHORT, -0.8, Shape.ALIKE),
        ("0.1", SHORT, 0.8, Shape.ALIKE),
    ],
)
def test_the_shape_of_two_positions(eth: str, side: Side, correlation: float, shape: Shape) -> None:
    positions = account_figures(two("0.1", eth, side), market()).positions
    found = together(positions, Hourly(0, None), swinging(0.03, 0.03, correlation=correlation))
    assert shape_of({LONG, side}, 2, found) is shape


def test_one_position_and_none() -> None:
    assert shape_of({LONG}, 1, None) is Shape.ONE
    assert shape_of(set(), 0, None) is Shape.NONE


# Both modes


KNOWN = swinging(0.03, 0.04)
BOOKS: dict[str, tuple[tuple[str, Side, str, int], ...]] = {
    "one long": ((BTC, LONG, "0.1", 10),),
    "one short": ((BTC, SHORT, "0.1", 1),),
    "two longs": ((BTC, LONG, "0.2", 10), (ETH, LONG, "8", 20)),
    "a hedge": ((BTC, LONG, "0.4", 10), (ETH, SHORT, "8", 10)),
    "longs without leverage": ((BTC, LONG, "0.05", 1), (ETH, LONG, "1", 1)),
    "a small hedge": ((BTC, LONG, "0.01", 1), (ETH, SHORT, "1", 1)),
    "two shorts": ((BTC, SHORT, "0.2", 5), (ETH, SHORT, "4", 20)),
}


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("held_in", [ISOLATED, CROSS])
@pytest.mark.parametrize("mode", [ISOLATED, CROSS])
def test_an_account_in_a_mode_is_what_the_engine_opens_in_it(
    name: str, held_in: MarginMode, mode: MarginMode
) -> None:
    held, wanted = (account(*(opened(*each, use) for each in BOOKS[name])) for use in (held_in, mode))
    told = example(account_figures(held, market()).positions, KNOWN)
    found = book(held, mode, market(), KNOWN, told)
    assert found is not None
    assert found.figures.equity == account_figures(wanted, market()).equity
    for key in wanted.positions:
        assert found.position(key).liquidation == position_figures(wanted, key, market()).liquidation
        assert found.position(key).margin == pytest.approx(position_figures(wanted, key, market()).margin)


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("mode", [ISOLATED, CROSS])
def test_no_path_takes_what_is_called_safe(name: str, mode: MarginMode) -> None:
    held = account(*(opened(*each, mode) for each in BOOKS[name]))
    told = example(account_figures(held, market()).positions, KNOWN)
    found = book(held, mode, market(), KNOWN, told)
    assert found is not None
    assert found.at_stake + found.kept == found.figures.equity
    rng, worst = random.Random(8), found.figures.equity
    for number in range(6):
        state, moves = held, {symbol: Decimal(0) for symbol, _ in held.positions}
        drift = [-0.2, 0.2, 0.0][number % 3]
        for _ in range(12):
            for symbol, move in moves.items():
                step = Decimal(f"{1 + rng.gauss(drift, 0.05):.6f}")
                moves[symbol] = max(Decimal("-0.999"), (1 + move) * step - 1)
            then = shocked(market(), moves)
            state = after(state, settle(state, then))
            worst = min(worst, account_figures(state, then).equity)
    assert worst >= found.kept
    if name not in {"one short", "a hedge", "a small hedge"}:
        assert worst - found.kept <= found.at_stake / 4, "the bound is near what can happen"


def test_a_thousand_isolated_of_five_thousand_leaves_four() -> None:
    held = account(opened(BTC, LONG, "0.1", 5, ISOLATED), money=5_000)
    known = {}
    for mode in (ISOLATED, CROSS):
        found = book(held, mode, market(), KNOWN, Example((BTC, LONG), {BTC: Decimal("-0.5")}))
        assert found is not None
        known[mode] = found
    assert known[ISOLATED].kept == Decimal(4_000)
    assert known[CROSS].kept < Decimal("2.5"), "5,000 of notional, less the fee of what backs it"
    assert known[ISOLATED].struck.liquidated == ((BTC, LONG),)
    assert known[ISOLATED].struck.equity >= 4_000
    assert known[CROSS].struck == replace(known[CROSS].struck, equity=Decimal("2497.5"), liquidated=())


def test_a_hedge_survives_in_cross_what_ends_one_side_of_it_in_isolated() -> None:
    """BTC falls by a tenth and ETH with it: the short pays for the long, where it may."""
    held = account(opened(BTC, LONG, "0.4", 10, ISOLATED), opened(ETH, SHORT, "8", 10, ISOLATED), money=5_000)
    told = example(account_figures(held, market()).positions, swinging(0.03, 0.03, correlation=1.0))
    assert told.moves == {BTC: Decimal("-0.1"), ETH: Decimal("-0.1")}
    apart, shared = (book(held, mode, market(), KNOWN, told) for mode in (ISOLATED, CROSS))
    assert apart is not None
    assert shared is not None
    assert apart.struck.liquidated == ((BTC, LONG),)
    assert shared.struck.liquidated == ()


def test_two_that_fall_together_take_the_whole_account_in_cross() -> None:
    held = account(opened(BTC, LONG, "0.7", 10, CROSS), opened(ETH, LONG, "14", 10, CROSS), money=7_100)
    told = example(account_figures(held, market()).positions, swinging(0.03, 0.03, correlation=1.0))
    apart, shared = (book(held, mode, market(), KNOWN, told) for mode in (ISOLATED, CROSS))
    assert apart is not None
    assert shared is not None
    assert set(shared.struck.liquidated) == {(BTC, LONG), (ETH, LONG)}
    assert shared.kept == 0


def test_everything_isolated_needs_the_money_for_it() -> None:
    """In cross a profit of one position can be the margin of the next; isolated takes margin from the wallet alone."""
    held = account(opened(BTC, LONG, "0.1", 10, CROSS), money=600)
    up = market().with_mark(BTC, Decimal(60_000))
    richer = after(held, decide(opened(ETH, LONG, "3.9", 10, CROSS), held, up))
    told = example(account_figures(richer, up).positions, KNOWN)
    assert book(richer, ISOLATED, up, KNOWN, told) is None
    assert book(richer, CROSS, up, KNOWN, told) is not None


def test_a_strong_beta_leaves_a_price_above_zero() -> None:
    held = account_figures(two("0.1", "1"), market()).positions
    told = example(held, swinging(0.001, 0.5, correlation=1.0))
    assert told.moves == {BTC: Decimal("-0.1"), ETH: Decimal("-0.9")}
