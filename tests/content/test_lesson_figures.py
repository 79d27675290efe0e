"""Figures of lessons: the books of every scene add up, and what is known from elsewhere comes out."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import pytest

from bot.content.figures import Figure, FigureKind
from bot.content.formats import Formats
from bot.content.lessons import Lesson, load_lessons
from bot.content.passages import parse_place
from bot.services.lesson_figures import Figures, is_right, lesson_figures, missing, told
from bot.services.scene_play import Played, play
from engine.contracts import load_contracts
from engine.events import AdlStruck, Fill, FundingPaid, PositionClosed, PositionLiquidated, PositionReduced
from engine.margin import account_figures, position_figures
from engine.position import MarginMode
from tests.harness import places

CONTRACTS = load_contracts()
LESSONS = load_lessons()
ENGLISH = Formats("en", places())
EVERY = pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda each: each.id)


@cache
def figures_of(id_: str) -> Figures:
    return lesson_figures(LESSONS[id_], CONTRACTS)


@cache
def played(id_: str) -> dict[str, Played]:
    return dict(play(LESSONS[id_], CONTRACTS))


def value(lesson: str, figure: str) -> str:
    """A figure as an English learner reads it."""
    return told(parse_place(figure), figures_of(lesson), ENGLISH)


@EVERY
def test_every_figure_exists_and_is_plausible(lesson: Lesson) -> None:
    figures = figures_of(lesson.id)
    assert missing(lesson, figures) == ()
    for name, figure in figures.items():
        assert figure.value.is_finite(), name
        match figure.kind:
            case FigureKind.PRICE:
                assert 0 < figure.value < 1_000_000, name
            case FigureKind.TIMES:
                assert 1 <= figure.value <= 150, name
            case FigureKind.PERCENT:
                assert -12 < figure.value <= 10, name
            case FigureKind.MONEY | FigureKind.SIGNED:
                assert abs(figure.value) < 10**9, name
            case _:
                pass
    for place in lesson.places:
        assert re.search(r"\d", told(place, figures, ENGLISH)), place


def scenes() -> Iterator[tuple[str, str, Played]]:
    for lesson in LESSONS:
        for name, found in played(lesson).items():
            yield lesson, name, found


@pytest.mark.parametrize(("lesson", "name", "found"), list(scenes()))
def test_a_scenes_books_add_up(lesson: str, name: str, found: Played) -> None:
    wallet = found.deposit
    for event in found.events:
        if isinstance(event, Fill):
            wallet -= event.fee
        if isinstance(event, PositionReduced | PositionClosed | AdlStruck):
            wallet += event.realised + event.fund_gap
        if isinstance(event, PositionLiquidated):
            wallet += event.realised - event.clearance_fee + event.fund_gap
        if isinstance(event, FundingPaid):
            wallet += event.amount
    assert wallet == found.account.wallet
    figures = figures_of(lesson)
    assert figures[f"{name}.equity"].value == account_figures(found.account, found.market).equity
    assert figures[f"{name}.lost"].value == -figures[f"{name}.result"].value


@pytest.mark.parametrize(("lesson", "name", "found"), list(scenes()))
def test_a_liquidation_price_is_where_the_condition_is_met(lesson: str, name: str, found: Played) -> None:
    """The figure is the engine's, and at that mark maintenance equals balance, whatever formula led there."""
    for held in found.account.in_order():
        figures = position_figures(found.account, held.key, found.market)
        price = figures.liquidation.price
        coin = CONTRACTS[held.symbol].base.lower()
        legs = len(found.account.legs(held.symbol)) > 1
        key = f"{name}.{coin}_{held.side}" if legs else f"{name}.{coin}"
        if price is None:
            assert f"{key}.liquidation" not in figures_of(lesson)
            continue
        assert figures_of(lesson)[f"{key}.liquidation"].value == price
        there = found.market.with_mark(held.symbol, price)
        after = position_figures(found.account, held.key, there)
        required = after.maintenance
        if held.mode is MarginMode.CROSS:
            required = account_figures(found.account, there).cross_maintenance
        assert abs(after.balance - required) < Decimal("1e-12") * after.notional


# The examples of the article that the course grew from: each comes out of the engine.
ARTICLE = [
    ("margin-deposit", "open.btc.put_down", "1,000"),  # 1,000 at 5× controls 5,000
    ("margin-deposit", "open.btc.entry_notional", "5,000"),
    ("cross-piggy-bank", "too_big.refused.code", "−2019"),  # wallet 5,000, BTC 15,000 at 3× cross
    ("cross-piggy-bank", "fits.btc.entry_notional", "14,900"),
    ("cross-support", "both.btc.entry_notional", "15,000"),  # ... with an ETH profit opened first
    ("cross-support", "both.btc.leverage", "3×"),
    ("cross-support", "fall.positions", "2"),
    ("isolated-envelope", "open.btc.put_down", "1,000"),  # 1,000 isolated of 5,000: keep 4,000
    ("isolated-envelope", "crash.lost", "1,000"),
    ("isolated-envelope", "crash.equity", "4,000"),
    ("hedge", "cross_drop.btc.move:share", "10\N{NARROW NO-BREAK SPACE}%"),  # BTC −10 %, the short pays
    ("hedge", "cross_drop.positions", "2"),
    ("hedge", "iso_drop.positions", "1"),
    ("isolated-envelope", "token.link.leverage", "10×"),  # 200 isolated at 10× on a risky token
    ("isolated-envelope", "token_crash.lost", "200"),
    ("choosing-mode", "apart.btc.leverage", "3×"),  # a core at 3×, a bet at 20×, apart
    ("choosing-mode", "apart.sol.leverage", "20×"),
    ("choosing-mode", "apart_drop.positions", "1"),
]
# Figures of the golden case (docs/margin.md §Golden case) and sums made by hand from the rules of docs/margin.md.
KNOWN = [
    ("liquidation-price", "ten.btc.liquidation", "45,205.82"),
    ("liquidation-price", "bare:price", "45,000"),
    ("cross-piggy-bank", "cross.btc.liquidation", "40,185.74"),
    ("cross-piggy-bank", "cross_twenty.btc.liquidation", "40,185.74"),
    (
        "cross-piggy-bank",
        "too_big.refused.cost",
        "5,010",
    ),  # ceil(ask·1.0005·0.3 / 3) with the markup and open loss
    ("contagion", "both.btc.liquidation", "40,298.69"),  # (5,000 − (996.25 − 10)) / 0.0996
    ("contagion", "eth_fall.btc.liquidation", "45,298.69"),  # (5,000 − (996.25 − 500 − 8)) / 0.0996
    ("contagion", "iso_all_fall.equity", "250"),
    ("roe", "up.btc.roe", "90.9\N{NARROW NO-BREAK SPACE}%"),
    ("roe", "of_put_down:percent", "100\N{NARROW NO-BREAK SPACE}%"),
    ("maintenance", "fall.btc.ratio", "18.87\N{NARROW NO-BREAK SPACE}%"),  # 18.40 / 97.50
    ("after-liquidation", "hit.liquidated.fee", "17.50"),  # 497.50 − 480, of 56.50 due
    ("after-liquidation", "hit.liquidated.left", "0"),
    ("after-liquidation", "jump.liquidated.gap", "102.50"),
    ("after-liquidation", "stopped.lost", "404.80"),  # 400 + 2.50 + 2.30
    ("three-prices", "between:price", "361.19"),
    ("stops", "missed.positions", "1"),
    ("stops", "through.lost", "500"),
    ("fees", "share:percent", "1\N{NARROW NO-BREAK SPACE}%"),
    ("fees", "maker.opened.fee", "0.998"),  # 0.1 · 49,900 · 0.02 %
    ("funding", "year:percent", "109.5\N{NARROW NO-BREAK SPACE}%"),
    ("funding", "three_days.funding:plain", "4.50"),
    ("brackets", "middle.ada.maintenance", "350"),  # 40,000 · 1 % − 50
    ("brackets", "hit.positions", "1"),
    ("last-lines", "struck.closed.fee", "0"),
    ("sizing", "thin.lost", "200"),
    ("plan-review", "nine_one:signed", "−199.92"),
]


@pytest.mark.parametrize(("lesson", "figure", "expected"), ARTICLE + KNOWN)
def test_known_figures(lesson: str, figure: str, expected: str) -> None:
    assert value(lesson, figure) == expected


def test_an_answer_may_be_rounded_but_not_wrong() -> None:
    figures = {
        "a": Figure(Decimal("45205.82"), FigureKind.PRICE),
        "b": Figure(Decimal("-0.05"), FigureKind.PERCENT),
    }
    assert is_right(Decimal(45200), parse_place("a"), figures)
    assert not is_right(Decimal(44900), parse_place("a"), figures)
    assert is_right(Decimal(-5), parse_place("b"), figures)
    assert not is_right(Decimal(5), parse_place("b"), figures)
    assert is_right(Decimal(5), parse_place("b:share"), figures)
