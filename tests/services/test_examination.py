"""The examination of a liquidation: the sum against the ledger, the alternatives against reckonings of their own."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

import pytest

from bot.services.case import Case, NotThere, case_of
from bot.services.kept_path import Path, merged
from bot.services.liquidation_sum import sum_of
from bot.services.postmortem_data import postmortem_data
from bot.services.reliving import live, quiet
from bot.services.retelling import moments
from engine.events import FundingPaid, LiquidationStarted, PositionLiquidated
from engine.intents import Open, Place, Settle
from engine.ledger import isolated_account
from engine.position import MarginMode, Side
from engine.resimulation import AsItWas, Candle, LowerLeverage, OtherMode, Smaller, WithStop
from engine.resting import Order, OrderType
from tests.services.lives import (
    BTC,
    ETH,
    MINUTE,
    NOW,
    D,
    Life,
    along,
    balance,
    examined,
    fall,
    isolated_life,
    market,
    of_name,
    random_life,
)


def test_the_sum_of_an_isolated_position() -> None:
    total = sum_of(isolated_life().case())
    assert total.given == {"margin": 500, "fees": D("-2.5")}
    after = [total.realised, total.fee, total.fund, total.left]
    assert [total.behind, *after] == [D("497.5"), D(-500), D(0), D("2.5"), D(0)]
    assert total.result == -500


def test_the_same_life_with_nothing_changed_ends_as_it_did() -> None:
    it = examined(isolated_life())
    assert it.comparison is not None
    assert it.comparison.exact
    assert it.shown[0].liquidation is not None
    assert round(it.shown[0].liquidation, 2) == D("45205.82")


def test_a_stop_half_way_by_a_reckoning_of_its_own() -> None:
    """The stop stands at the tick above the middle of 50,000 and 45,205.82…; prices come in steps of at most 0.2 %."""
    liquidation = D("4502.5") / D("0.0996")  # (0.1 · 50,000 − 497.5) / (0.1 · (1 − 0.4 %))
    trigger = (D(50_000) - (D(50_000) - liquidation) / 2).quantize(D("0.1"), ROUND_CEILING)
    walked = D(50_000)
    for close in (49_000, 48_000, 47_000, 46_000, 45_500):
        start, steps = walked, int(((1 - D(close) / walked) / D("0.002")).to_integral_value(ROUND_CEILING))
        for step in range(1, steps + 1):
            walked = start + (D(close) - start) * step / steps
            if walked <= trigger:
                break
        else:
            continue
        break
    fill = walked.quantize(D("0.1"), "ROUND_FLOOR")
    stopped = of_name(examined(isolated_life()), "stop")
    assert stopped.tried.figures["price"] == trigger == D("47603.0")
    assert stopped.closed == ((BTC, NOW + 2 * MINUTE, fill),)
    lost = D("0.1") * (fill - 50_000) - D("2.5") - D("0.1") * fill * D("0.0005")
    assert -500 + stopped.difference == lost.quantize(D("1e-8"), "ROUND_DOWN")


def test_the_other_alternatives_by_hand() -> None:
    it = examined(isolated_life())
    cross, half, margin, lower = (of_name(it, name) for name in ("mode", "half", "margin", "leverage"))
    assert (cross.open, cross.difference) == ((BTC,), D("-2.5")), "0.1 · −5,000 and the fee, against 500 lost"
    assert (half.liquidated[0][1], half.difference) == (NOW + 5 * MINUTE, D(250))
    assert (margin.tried.figures["amount"], margin.open, margin.difference) == (500, (BTC,), D("-2.5"))
    assert lower.refused is not None
    assert lower.refused.code == "insufficient-margin", "5,000 at 3× need 1,670 of 1,000"


def test_lower_leverage_that_the_wallet_can_pay() -> None:
    life = Life(5000)
    life.do(Open(BTC, Side.LONG, D("0.1"), 10, MarginMode.ISOLATED), market(NOW, BTC=50_000, ETH=2_500))
    life.do(Settle(), market(NOW + 5 * MINUTE, BTC=45_000, ETH=2_500))
    lower = of_name(examined(life), "leverage")
    assert (lower.refused, lower.open, lower.difference) == (None, (BTC,), D("-2.5"))


def test_in_cross_lower_leverage_changes_nothing() -> None:
    life = Life()
    life.do(Open(BTC, Side.LONG, D("0.1"), 10, MarginMode.CROSS), market(NOW, BTC=50_000, ETH=2_500))
    life.do(Settle(), market(NOW + 5 * MINUTE, BTC=40_000, ETH=2_500))
    it = examined(life)
    assert {each.tried.name for each in it.comparison.fates} == {"stop", "leverage", "mode", "half"}  # type: ignore[union-attr]
    isolated = of_name(it, "mode")
    assert isolated.liquidated[0][1] == NOW + 5 * MINUTE
    assert isolated.difference == 500, "half of the wallet was not at stake"
    lower = of_name(it, "leverage")
    assert lower.refused is not None, "5,000 at 3× need more than the wallet has"


def test_a_jump_over_the_stop_does_not_help() -> None:
    stopped = of_name(examined(isolated_life(), ()), "stop")
    assert stopped.closed == ()
    assert stopped.difference == 0
    assert stopped.liquidated


def test_a_long_path_is_merged_and_ends_alike() -> None:
    life = Life()
    life.do(Open(BTC, Side.LONG, D("0.1"), 10, MarginMode.ISOLATED), market(NOW, BTC=50_000, ETH=2_500))
    end = NOW + 2000 * MINUTE
    for hours in (8, 16, 24, 32):  # the path is as long as four settlements of funding
        life.do(Settle(), market(NOW.replace(hour=0) + timedelta(hours=hours + 8), BTC=50_000, ETH=2_500))
    life.do(Settle(), market(end, BTC=45_000, ETH=2_500))
    path = tuple(fall(50_000, *(50_000 - (each % 7) * 20 for each in range(2000))))
    it = along(life.case(), path, market(end, BTC=45_000, ETH=2_500))
    assert it.comparison is not None
    assert it.comparison.exact
    assert of_name(it, "mode").open == (BTC,)


def test_skills_by_rule() -> None:
    assert examined(isolated_life()).about == "stops"
    life = Life()
    life.do(Open(BTC, Side.LONG, D("0.1"), 20, MarginMode.ISOLATED), market(NOW, BTC=50_000, ETH=2_500))
    life.do(Settle(), market(NOW + 5 * MINUTE, BTC=45_000, ETH=2_500))
    assert examined(life).about == "leverage"
    life = Life()
    for symbol, size in ((BTC, "0.1"), (ETH, "1")):
        life.do(Open(symbol, Side.LONG, D(size), 10, MarginMode.CROSS), market(NOW, BTC=50_000, ETH=2_500))
    life.do(Settle(), market(NOW + 5 * MINUTE, BTC=40_500, ETH=2_400))
    assert examined(life).about == "cross"
    life = Life()
    life.do(Open(BTC, Side.LONG, D("0.1"), 10, MarginMode.ISOLATED), market(NOW, BTC=50_000, ETH=2_500))
    stop = Order(BTC, Side.SHORT, OrderType.STOP_MARKET, None, trigger=D(45_100), close_position=True)
    life.do(Place(stop), market(NOW, BTC=50_000, ETH=2_500))
    life.do(Settle(), market(NOW + 5 * MINUTE, BTC=45_000, ETH=2_500))
    assert examined(life).about == "liquidation", "it had a stop, and the price jumped over both"
    life = Life(20_000)
    life.do(Open("ADAUSDT", Side.LONG, D(150_000), 10, MarginMode.ISOLATED), market(NOW, ADA=1))
    life.do(Settle(), market(NOW + 5 * MINUTE, ADA="0.909"))
    assert examined(life, ()).about == "brackets"


def test_random_lives_add_up_and_are_lived_alike() -> None:
    """Whatever happened before: the sum is that of the ledger's postings, and the same life ends the same."""
    met: Counter[MarginMode] = Counter()
    for seed in range(40):
        life = random_life(random.Random(seed))
        for number in range(sum(isinstance(each.event, LiquidationStarted) for each in life.entries)):
            case = life.case(number)
            met[case.started.mode] += 1
            _check_sum(case)
            path = tuple(each for each in life.path if case.opened_at <= each.minute < case.at)
            it = along(case, path, market(case.at, BTC=1, ETH=1))
            assert it.comparison is not None
            assert it.comparison.exact, (seed, case.started)
            postmortem_data(it, ())
    assert min(met.values()) >= 8, met


def test_quiet_moments_may_be_passed_over() -> None:
    """Small steps are saved where nothing happens, and only there: both ways of living give the same life."""
    compared, passed = 0, 0
    for seed in range(6):
        dice = random.Random(seed)
        life = random_life(dice)
        path = [replace(each, mark=_wild(dice, each.mark.open)) for each in life.path]
        spans = tuple(merged(path))
        retold = moments(life.entries, market(NOW + timedelta(days=60), BTC=50_000, ETH=2_500), Path(spans))
        for change in (AsItWas(), OtherMode(), LowerLeverage(3), Smaller(D("0.5")), WithStop(D("0.02"))):
            quick, slow = live(retold, change), live(retold, change, in_small_steps=True)
            assert (quick.account, quick.happened) == (slow.account, slow.happened)
            assert [str(each.refusal) for each in quick.refused] == [
                str(each.refusal) for each in slow.refused
            ]
            compared += 1
        account = life.account
        passed += sum(quiet(account, each) for each in retold.moments)
    assert compared == 30
    assert passed > 50


def _wild(dice: random.Random, price: Decimal) -> Candle:
    low, high = price * (1 - D(dice.randint(0, 30)) / 1000), price * (1 + D(dice.randint(0, 30)) / 1000)
    return Candle(price, high, low, low + (high - low) * dice.randint(0, 10) / 10)


def _check_sum(case: Case) -> None:
    total = sum_of(case)
    assert sum(total.given.values()) == total.behind
    key = case.keys[0]
    ledger = isolated_account(*key) if case.isolated else "wallet"
    before = [each for each in case.entries if each.seq < case.seq]
    assert balance(before, ledger) == total.behind
    if case.isolated and key not in case.after.positions:
        assert balance(case.entries, "wallet") - balance(before, "wallet") == total.left
    else:
        assert balance(case.entries, ledger) == total.left


def test_there_is_no_liquidation_where_none_began() -> None:
    life = isolated_life()
    for seq in (0, 1, 3, 99):
        with pytest.raises(NotThere):
            case_of(life.entries, seq)


def test_events_that_are_no_part_of_it_end_it() -> None:
    life = Life(5000)
    for symbol, size in ((BTC, "0.1"), (ETH, "1")):
        life.do(Open(symbol, Side.LONG, D(size), 20, MarginMode.ISOLATED), market(NOW, BTC=50_000, ETH=2_500))
    life.do(Settle(), market(NOW + 5 * MINUTE, BTC=45_000, ETH=2_000))
    first, second = life.case(0), life.case(1)
    assert (first.keys, second.keys) == (((BTC, Side.LONG),), ((ETH, Side.LONG),))
    assert len(first.fills) == len(second.fills) == 1
    assert not any(isinstance(each.event, FundingPaid) for each in first.entries)
    assert isinstance(first.entries[-1].event, PositionLiquidated)
