"""Derivations: what they show can be worked out again, and is the figure."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from engine import FIGURES, FillRule, Open, Settle, Side, explain
from engine.capacity import max_open
from engine.errors import NoPosition, Refusal, UnknownFigure
from engine.events import ExcessCancelled
from engine.exchange import decide
from engine.explain import MORE_FIGURES
from engine.orders import order_cost
from tests.engine.evaluator import evaluate
from tests.engine.world import ADA, BTC, CROSS, ETH, ISOLATED, LONG, SHORT, World, world


def mixed() -> World:
    case = world("10000", BTC="50000", ETH="2500", ADA="0.5")
    case.open(BTC, LONG, "0.4", 10, CROSS)
    case.open(ETH, SHORT, "2", 5, CROSS)
    case.open(ADA, SHORT, "3000", 20, ISOLATED)
    case.price(BTC, "48700.5")
    case.price(ETH, "2511.13")
    case.price(ADA, "0.5012")
    return case


ALL = FIGURES + MORE_FIGURES
ORDERS = [
    Open(BTC, LONG, Decimal("0.05")),
    Open(BTC, SHORT, Decimal("0.3")),
    Open(ETH, LONG, Decimal(1)),
    Open("SOLUSDT", LONG, Decimal(1), 7),
]


@pytest.mark.parametrize("symbol", [BTC, ETH, ADA])
@pytest.mark.parametrize("figure", [f for f in ALL if f not in {"order-cost", "max-open"}])
def test_every_step_can_be_worked_out_again(figure: str, symbol: str) -> None:
    case = mixed()
    derivation = explain(figure, case.account, case.market, symbol)
    for step in derivation.steps:
        assert evaluate(step.worked) == step.value, step
    assert derivation.result == derivation.steps[-1].value
    assert derivation.rule.startswith("docs/margin.md §")


@pytest.mark.parametrize("order", ORDERS)
def test_the_cost_of_an_order(order: Open) -> None:
    case = mixed()
    case.price("SOLUSDT", "150")
    derivation = explain("order-cost", case.account, case.market, intent=order)
    for step in derivation.steps:
        assert evaluate(step.worked) == step.value, step
    cost = order_cost(case.account, case.market, order.symbol, order.side, order.quantity, order.leverage)
    assert derivation.result == cost.cost


def test_open_orders_are_in_the_sums() -> None:
    case = mixed()
    case.place(BTC, LONG, "limit", "0.02", "48000")
    case.place(BTC, SHORT, "limit", "0.9", "49100")
    case.place(ADA, LONG, "limit", "900", "0.4901")
    derivation = explain("available", case.account, case.market)
    assert derivation.result == case.all_figures.available
    for order in (ORDERS[0], ORDERS[1], Open(ADA, SHORT, Decimal(100))):
        cost = order_cost(case.account, case.market, order.symbol, order.side, order.quantity)
        derived = explain("order-cost", case.account, case.market, intent=order)
        assert derived.result == cost.cost
        derivations = (derivation, derived)
        assert all(evaluate(s.worked) == s.value for d in derivations for s in d.steps)


@pytest.mark.parametrize("symbol", [BTC, ETH, ADA])
@pytest.mark.parametrize("figure", [f for f in ALL if f not in {"order-cost", "max-open"}])
def test_formulas_name_only_what_is_given_or_stepped(figure: str, symbol: str) -> None:
    case = mixed()
    derivation = explain(figure, case.account, case.market, symbol)
    known = {g.symbol for g in derivation.inputs}
    for step in derivation.steps:
        names = set(re.findall(r"[A-Za-z][A-Za-z₀-₉]*", step.formula)) - {"max", "min"}
        assert names <= known, step
        known.add(step.symbol)


def test_the_golden_sum_as_it_is_shown() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    derivation = explain("liquidation", case.account, case.market)
    assert derivation.formula == "(q·EP − WB − amt) / (q·(1 − mmr))"
    assert [(s.formula, s.worked) for s in derivation.steps] == [
        ("q·EP − WB − amt", "0.1·50000 − 497.5 − 0"),
        ("q·(1 − mmr)", "0.1·(1 − 0.004)"),
        ("A / B", "4502.5 / 0.0996"),
    ]
    assert derivation.result == case.figures(BTC).liquidation.price
    assert {(g.name, g.value) for g in derivation.inputs} >= {
        ("quantity", Decimal("0.1")),
        ("bracket-cap", Decimal(300_000)),
        ("isolated-wallet", Decimal("497.5")),
    }


def test_negative_figures_stand_in_brackets() -> None:
    case = mixed()
    derivation = explain("equity", case.account, case.market)
    assert "(−" in derivation.steps[-1].worked


def test_no_liquidation_price() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.01", 1, CROSS)
    assert case.figures(BTC).liquidation.status == "none"
    derivation = explain("liquidation", case.account, case.market)
    assert derivation.result is None
    assert derivation.steps[-1].value < 0
    assert explain("bankruptcy", case.account, case.market).result is None


def test_a_ratio_without_a_balance_is_one() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, CROSS)
    case.price(BTC, "30000")
    assert case.figures(BTC).ratio == 1
    assert explain("margin-ratio", case.account, case.market, BTC).result == 1
    case.do(Settle())
    assert explain("margin-ratio", case.account, case.market).result == 0


def test_json_holds_text_only() -> None:
    case = mixed()
    written = explain("liquidation", case.account, case.market, BTC).to_json()
    assert json.loads(json.dumps(written)) == written
    assert written["result"] == str(case.figures(BTC).liquidation.price)


@pytest.mark.parametrize(
    ("figure", "symbol", "error"),
    [
        ("luck", None, UnknownFigure),
        ("order-cost", None, UnknownFigure),
        ("pnl", None, NoPosition),  # three are open
        ("pnl", "SOLUSDT", NoPosition),
    ],
)
def test_what_cannot_be_explained(figure: str, symbol: str | None, error: type[Exception]) -> None:
    case = mixed()
    with pytest.raises(error):
        explain(figure, case.account, case.market, symbol)


@pytest.mark.parametrize("side", list(Side))
def test_one_position_needs_no_symbol(side: Side) -> None:
    case = world("1000")
    case.open(BTC, side, "0.1", 10, CROSS)
    derivation = explain("pnl", case.account, case.market)
    assert derivation.symbol == BTC


@pytest.mark.parametrize("spread", ["0", "0.001"])
@pytest.mark.parametrize("order", [*ORDERS, Open(ADA, LONG, Decimal(1)), Open(BTC, LONG, Decimal(1), 150)])
def test_the_most_that_can_be_opened(order: Open, spread: str) -> None:
    """It is accepted whole, and a hair more is not."""
    case = mixed()
    case.price("SOLUSDT", "150")
    case.place(BTC, LONG, "limit", "0.02", "48000")
    case.market = replace(case.market, fill_rule=FillRule(Decimal(spread), Decimal(0)))
    derivation = explain("max-open", case.account, case.market, intent=order)
    for step in derivation.steps:
        assert evaluate(step.worked) == step.value, step
    most = max_open(case.account, case.market, order.symbol, order.side, order.leverage)
    assert derivation.result == most.quantity
    events = decide(replace(order, quantity=most.quantity), case.account, case.market)
    assert not any(isinstance(event, ExcessCancelled) for event in events)
    more = replace(order, quantity=most.quantity + most.step)
    try:
        refused = any(isinstance(e, ExcessCancelled) for e in decide(more, case.account, case.market))
    except Refusal:
        refused = True
    assert refused


def test_funding_and_clearance() -> None:
    case = world("1000")
    case.open(BTC, LONG, "0.1", 10, ISOLATED)
    quote = replace(case.market.quotes[BTC], funding_rate=Decimal("0.0003"))
    case.market = replace(case.market, quotes={**case.market.quotes, BTC: quote})
    assert explain("funding", case.account, case.market).result == Decimal("-1.5")
    fee = explain("clearance-fee", case.account, case.market)
    price = case.figures(BTC).liquidation.price
    assert price is not None
    assert fee.result is not None
    assert abs(fee.result - price * Decimal("0.1") * Decimal("0.004")) < Decimal("1e-20")
