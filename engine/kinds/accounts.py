"""Formulas of what stands behind positions."""

from __future__ import annotations

from engine import formulas
from engine.decimals import ZERO, truncate
from engine.kinds.inputs import Formula, Inputs, Outputs
from engine.kinds.positions import read_position


def _margin_ratio(given: Inputs) -> Outputs:
    return {
        "margin_ratio": formulas.margin_ratio(given.number("maint_margin"), given.number("margin_balance"))
    }


def _state(given: Inputs) -> Outputs:
    return {"liquidated": given.number("margin_balance") <= given.number("maint_margin")}


def _available(given: Inputs) -> Outputs:
    free = formulas.available_balance(
        given.number("cross_wallet"),
        given.number("cross_upnl"),
        given.number("cross_initial_margin"),
        given.number("isolated_order_margin", ZERO),
    )
    return {"available": max(ZERO, free)}


def _available_noclamp(given: Inputs) -> Outputs:
    balance, initial = given.number("margin_balance"), given.number("initial_margin")
    return {"available": formulas.available_balance(balance, ZERO, initial)}


def _account(given: Inputs) -> Outputs:
    """Sums over cross positions; `available` is not clamped."""
    balance, initial, required = given.number("wallet"), ZERO, ZERO
    for row in given.objects("positions"):
        side, quantity, entry = read_position(row)
        mark = row.number("mark")
        balance += formulas.unrealised_pnl(side, quantity, entry, mark)
        initial += formulas.initial_margin(quantity, mark, row.positive("leverage"))
        required += formulas.maintenance(row.brackets(), quantity * mark)
    return {
        "margin_balance": balance,
        "initial_margin": initial,
        "maint_margin": required,
        "available": balance - initial,
    }


def _roundtrip(given: Inputs) -> Outputs:
    side, quantity, entry = read_position(given)
    exit_, rate = given.number("exit"), given.number("fee_rate")
    fees = formulas.trading_fee(quantity, entry, rate) + formulas.trading_fee(quantity, exit_, rate)
    realised = truncate(formulas.unrealised_pnl(side, quantity, entry, exit_))
    after = given.number("wallet_before") + realised - fees
    return {"wallet_after": after, "realized_pnl": realised, "fees": fees}


ACCOUNTS: dict[str, Formula] = {
    "account": _account,
    "available": _available,
    "available_noclamp": _available_noclamp,
    "margin_ratio": _margin_ratio,
    "roundtrip": _roundtrip,
    "state": _state,
}
