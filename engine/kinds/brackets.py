"""Formulas of bracket tables."""

from __future__ import annotations

from decimal import Decimal

from engine.contracts import bracket_index, next_amount
from engine.decimals import ZERO
from engine.kinds.inputs import Formula, Inputs, Outputs


def _cum(given: Inputs) -> Outputs:
    floor, rate = given.number("floor"), given.number("mmr")
    return {"cum": next_amount(given.number("prev_cum"), floor, given.number("prev_mmr"), rate)}


def _cum_table(given: Inputs) -> Outputs:
    amounts: list[Decimal] = []
    before = ZERO
    for floor, rate in given.pairs("tiers"):
        amounts.append(next_amount(amounts[-1], floor, before, rate) if amounts else ZERO)
        before = rate
    return {"cum": amounts}


def _bracket(given: Inputs) -> Outputs:
    brackets = given.brackets()
    return {"cum": brackets[bracket_index(brackets, given.number("notional"))].amount}


def _max_notional(given: Inputs) -> Outputs:
    leverage = given.number("leverage")
    caps = [r.number("cap") for r in given.objects("tiers") if r.number("maxLeverage") >= leverage]
    return {"max_notional": max(caps, default=ZERO)}


BRACKETS: dict[str, Formula] = {
    "bracket": _bracket,
    "cum": _cum,
    "cum_table": _cum_table,
    "max_notional": _max_notional,
}
