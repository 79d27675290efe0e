"""Curves, candles and levels: against what the engine says at each of their points."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.charts.spec import LevelKind, MarkKind
from bot.services.ladder import in_both_modes
from bot.services.pictures.equity import equity_data, prices_by_step
from bot.services.pictures.levels import position_levels
from bot.services.pictures.pen import look_of
from bot.services.pictures.price_path import MOST_BARS, bars_data, bars_from, bars_of, width_of
from bot.services.pictures.study_specs import SAID_SHARE
from bot.services.pictures.sweep import contagion_data, modes_data
from bot.services.school.spacing import Confidence
from engine.account import MarginAccount
from engine.candles import MinuteCandle
from engine.exchange import decide
from engine.intents import Close, Deposit, Intent, Open
from engine.margin import account_figures, position_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode, Side
from engine.resimulation import Candle
from engine.settlement import settle
from tests.services.lives import BTC, ETH, NOW, Life, market
from tests.services.pictures.drawn import maker

D = Decimal
MINUTE = timedelta(minutes=1)
HERE = market(NOW, BTC=50_000, ETH=2_500)


def account(*intents: Intent, wallet: int = 10_000, at: MarketSnapshot = HERE) -> MarginAccount:
    state = MarginAccount.empty()
    for intent in (Deposit(D(wallet)), *intents):
        for event in decide(intent, state, at):
            state = state.apply(event)
    return state


LONG = Open(BTC, Side.LONG, D("0.5"), 10, MarginMode.ISOLATED)
CROSS = Open(BTC, Side.SHORT, D("1"), 20, MarginMode.CROSS)
SECOND = Open(ETH, Side.LONG, D("30"), 20, MarginMode.CROSS)


@pytest.mark.parametrize("opened", [(LONG,), (CROSS,), (CROSS, SECOND)], ids=["isolated", "cross", "both"])
def test_each_point_of_the_modes_is_the_account_at_that_price(opened: tuple[Open, ...]) -> None:
    state = account(*opened)
    (key, *_) = state.positions
    data = modes_data(in_both_modes(state, key), key, HERE)
    for mode, curve in zip(MarginMode, data["curves"], strict=True):
        assert curve["mode"] is mode
        lived = in_both_modes(state, key)[0 if mode is MarginMode.ISOLATED else 1]
        assert lived is not None
        for price, equity, ratio in zip(curve["prices"], curve["equity"], curve["ratio"], strict=True):
            at = HERE.with_mark(BTC, D(price))
            after = lived
            for event in settle(lived, at):
                after = after.apply(event)
            if key in after.positions and after == lived:
                assert D(equity) == round(account_figures(after, at).equity, 2)
                assert ratio == f"{position_figures(after, key, at).ratio:.4f}"
            else:
                assert ratio is None, "liquidated on the way stays liquidated"


def test_the_modes_reach_beyond_their_liquidation_prices_and_what_was_imagined() -> None:
    state = account(LONG)
    data = modes_data(in_both_modes(state, (BTC, Side.LONG)), (BTC, Side.LONG), HERE, D(90_000))
    prices = [D(each) for each in data["curves"][0]["prices"]]
    assert prices == sorted(prices)
    assert prices[0] < data["curves"][0]["liquidation"] < prices[-1]
    assert prices[-1] > 90_000


def test_contagion_meets_where_the_position_is_due_and_a_tick_nearer_it_is_not() -> None:
    state = account(CROSS, SECOND, wallet=7_000)
    key = (BTC, Side.SHORT)
    data = contagion_data(state, key, ETH, HERE)
    meets, tick = data["meets"], HERE.contract(ETH).tick

    def due(price: Decimal) -> bool:
        return position_figures(state, key, HERE.with_mark(ETH, price)).liquidation.status == "now"

    assert meets is not None
    assert meets < 2_500
    assert due(meets)
    assert not due(meets + tick)
    for price, height in data["points"]:
        found = position_figures(state, key, HERE.with_mark(ETH, D(price))).liquidation
        expected = D(50_000) if found.status == "now" else found.price
        assert expected is not None
        assert D(height) == round(expected, 8)
    assert data["rows"][4]["price"] == 2_500
    assert data["rows"][4]["liquidation"] == position_figures(state, key, HERE).liquidation.price


def test_contagion_without_end_meets_nowhere() -> None:
    state = account(replace(CROSS, quantity=D("0.01")), replace(SECOND, quantity=D("0.1")))
    assert contagion_data(state, (BTC, Side.SHORT), ETH, HERE)["meets"] is None


def test_levels_are_those_of_both_modes() -> None:
    state = account(LONG)
    rows = {each["kind"]: each["price"] for each in position_levels(state, (BTC, Side.LONG), HERE)["levels"]}
    isolated, cross = in_both_modes(state, (BTC, Side.LONG))
    assert isolated is state
    assert cross is not None
    assert rows[LevelKind.ENTRY] == rows[LevelKind.MARK] == 50_000
    expected = position_figures(state, (BTC, Side.LONG), HERE).liquidation.price
    assert rows[LevelKind.LIQUIDATION_ISOLATED] == expected
    found = position_figures(cross, (BTC, Side.LONG), HERE).liquidation.price
    assert rows.get(LevelKind.LIQUIDATION_CROSS) == found


async def pieces(*minutes: MinuteCandle) -> AsyncIterator[Sequence[MinuteCandle]]:
    for start in range(0, len(minutes), 7):
        yield minutes[start : start + 7]


def minute(number: int, price: int, symbol: str = BTC) -> MinuteCandle:
    mark = Candle(D(price), D(price + 5), D(price - 5), D(price + 1))
    return MinuteCandle(symbol, NOW + number * MINUTE, mark, mark)


async def test_bars_join_minutes_whatever_the_pieces() -> None:
    minutes = [minute(number, 100 + number) for number in range(30) if number not in {10, 11, 12, 13, 14}]
    others = [minute(number, 7, ETH) for number in range(30)]
    found = await bars_of(pieces(*minutes, *others), BTC, timedelta(hours=7))
    width = width_of(timedelta(hours=7))
    assert width == 5
    assert [at for at, _ in found] == [NOW + number * MINUTE for number in (0, 5, 15, 20, 25)]
    assert found[0][1] == Candle(D(100), D(109), D(95), D(105))
    assert found[-1][1].close == 130


@pytest.mark.parametrize("hours", [0.1, 1, 4, 24, 168, 720, 5_000])
def test_a_stretch_has_some_dozens_of_bars(hours: float) -> None:
    length = timedelta(hours=hours)
    assert length / (width_of(length) * MINUTE) <= MOST_BARS or hours > 2_000


async def test_bars_are_kept_short_and_come_back() -> None:
    found = await bars_of(pieces(*(minute(number, 50_000 + number) for number in range(9))), BTC, MINUTE)
    kept = bars_data(found)
    assert kept["rows"][1] == [1, "50001", "50006", "49996", "50002"]
    assert [datetime.fromisoformat(each.at) for each in bars_from(kept)] == [at for at, _ in found]
    assert list(bars_from(bars_data(()))) == []


async def test_equity_follows_the_marks_between_entries() -> None:
    life = Life(wallet=10_000)
    later = market(NOW + 10 * MINUTE, BTC=50_000, ETH=2_500)
    life.do(Open(BTC, Side.LONG, D("0.1"), 10, MarginMode.ISOLATED), later)
    wallet = life.account.wallet
    known = await prices_by_step(pieces(*(minute(number, 50_000 + number) for number in range(30))), MINUTE)
    data = equity_data(life.entries, known, NOW + 40 * MINUTE, {BTC: D(52_000)})
    points = {datetime.fromisoformat(at): D(value) for at, value in data["points"]}
    assert points[NOW] == 10_000
    assert points[NOW + 9 * MINUTE] == 10_000, "before the position prices move nothing"
    assert points[NOW + 20 * MINUTE] == wallet + D("0.1") * 20, "the close of the minute before"
    assert points[NOW + 40 * MINUTE] == wallet + 200
    assert data["marks"] == [{"at": NOW.isoformat(), "kind": MarkKind.DEPOSIT}]


async def test_equity_ends_at_the_wallet_once_all_is_closed() -> None:
    life = Life(wallet=10_000)
    life.do(Open(BTC, Side.SHORT, D("0.1"), 10, MarginMode.CROSS), HERE)
    end = market(NOW + 5 * MINUTE, BTC=49_000, ETH=2_500)
    life.do(Close(BTC), end)
    data = equity_data(life.entries, {}, end.time, {BTC: D(49_000)})
    assert D(data["points"][-1][1]) == round(life.account.wallet, 2)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", (".", ",", "%m/%d", False)),
        ("es", (",", ".", "%d/%m", False)),
        ("he", (".", ",", "%d/%m", True)),
    ],
)
def test_axes_are_written_as_the_language_does(language: str, expected: tuple[str, str, str, bool]) -> None:
    look = look_of(language, "dark")
    assert (look.decimal, look.group, look.day, look.rtl) == expected


def test_every_confidence_has_a_share() -> None:
    assert SAID_SHARE.keys() == {each.value for each in Confidence}


def test_standings_and_a_quiz_are_drawn_from_plain_rows() -> None:
    rows = [
        {"place": 1, "name": "Ann", "score": "12.345", "own": False},
        {"place": 2, "name": "Me", "score": "-3", "own": True},
    ]
    table = maker().spec({"what": "standings", "title": "October", "rows": rows}, "es", "UTC")
    assert [each.figure for each in table.rows] == ["12,345", "−3,000"]  # type: ignore[union-attr]
    quiz = {"title": "Your progress", "rows": [{"label": "Funding", "right": 3, "asked": 4}]}
    result = maker().spec({"what": "quiz", **quiz}, "en", "UTC")
    assert result.score == "3 of 4 right"  # type: ignore[union-attr]


def test_times_are_in_the_readers_zone() -> None:
    wanted = {"what": "equity", "points": [[NOW.isoformat(), "1"], [NOW.isoformat(), "2"]], "marks": []}
    spec = maker().spec(wanted, "en", "Europe/Madrid")
    assert spec.points[0].at.hour == NOW.astimezone(UTC).hour + 1  # type: ignore[union-attr]
