"""Formulas of orders."""

from __future__ import annotations

from engine import formulas
from engine.decimals import ZERO
from engine.kinds.inputs import Formula, Inputs, Outputs
from engine.position import Side


def _fee(given: Inputs) -> Outputs:
    discount = given.number("discount", ZERO)
    fee = formulas.trading_fee(given.number("qty"), given.number("price"), given.number("rate"), discount)
    return {"fee": fee}


def _open_loss(given: Inputs) -> Outputs:
    price, mark = given.number("price"), given.number("mark")
    return {"open_loss": formulas.open_loss(given.side(), given.number("qty"), price, mark)}


def _cost(given: Inputs) -> Outputs:
    quantity, price = given.number("qty"), given.number("price")
    loss = formulas.open_loss(given.side(), quantity, price, given.number("mark"))
    return {"cost": formulas.initial_margin(quantity, price, given.positive("leverage")) + loss}


def _assume_price(given: Inputs) -> Outputs:
    side = given.side()
    if side is Side.LONG:
        price = formulas.assumed_price(side, given.number("ask"), ZERO, ZERO)
    else:
        price = formulas.assumed_price(side, ZERO, given.number("bid"), given.number("mark"))
    return {"assuming_price": price}


def _margin_req(given: Inputs) -> Outputs:
    bids, asks = given.number("bid_orders", ZERO), given.number("ask_orders", ZERO)
    held = given.number("position_notional")
    return {"margin_requirement": formulas.margin_requirement(held, bids, asks, given.positive("leverage"))}


def _opens(given: Inputs) -> Outputs:
    opposite = given.number("open_opposite_order_qty", ZERO)
    return {
        "opens_position": formulas.order_opens(
            given.number("order_qty"), given.number("position_qty"), opposite
        )
    }


def _iso_open(given: Inputs) -> Outputs:
    quantity, fill = given.number("qty"), given.number("fill")
    loss = formulas.open_loss(given.side(), quantity, fill, given.number("mark"))
    leverage, commission = given.positive("leverage"), given.number("commission")
    return {"isolated_wallet": formulas.isolated_wallet_at_open(quantity, fill, leverage, loss, commission)}


ORDERS: dict[str, Formula] = {
    "assume_price": _assume_price,
    "cost": _cost,
    "fee": _fee,
    "iso_open": _iso_open,
    "margin_req": _margin_req,
    "open_loss": _open_loss,
    "opens": _opens,
}
