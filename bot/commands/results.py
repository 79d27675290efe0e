"""What was done, as answers, and the buttons that follow."""

from typing import Any

from bot.commands.cards import fills_data, position_data
from bot.commands.legs import CLOSE, named
from bot.commands.what import ask_about
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.services.challenges.plan_cards import compared, competes
from bot.services.order_notices import order_data
from bot.services.orders import RESET, Done
from bot.services.turn import BotTurn
from engine.account import MarginAccount
from engine.events import Fill, MarginChanged, PositionClosed
from engine.margin import account_figures, position_figures
from engine.order_events import OrderAccepted, OrderCancelled
from engine.position import Position
from engine.resting import Order

CANCEL = "cancel"


async def done_answer(turn: BotTurn, done: Done) -> Answer:
    if done.kind == RESET:
        return Answer("reset_done", {"wallet": done.after.wallet})
    figures = account_figures(done.after, turn.market)
    data: dict[str, Any] = {
        "kind": done.kind,
        "fills": fills_data(done.events),
        "wallet": done.after.wallet,
        "available": figures.available,
        "equity": figures.equity,
        "position": None,
        "orders": [order_data(each) for each in placed(done)],
        "gone": [each.number for each in done.events if isinstance(each, OrderCancelled)],
        "modelled": turn.market.fill_rule.half_spread > 0,
        "plans": await _plans_ended(turn, done),
    }
    keys = [each.key for each in done.events if isinstance(each, Fill)]
    keys += [(each.symbol, each.side) for each in done.events if isinstance(each, MarginChanged)]
    held = done.after.positions.get(keys[-1]) if keys else None
    if held is not None:
        data["position"] = position_data(position_figures(done.after, held.key, turn.market))
    if done.kind == "margin":
        return Answer("margin_moved", data).with_buttons(figure_row(done.after, held))
    row = figure_row(done.after, held) or (Button(N_("Portfolio"), "portfolio", anyone=False),)
    orders = (Button(N_("Orders"), "orders"),) if data["orders"] or done.kind == CANCEL else ()
    return Answer("traded", data).with_buttons((*row, ask_about("card=traded")), orders)


async def _plans_ended(turn: BotTurn, done: Done) -> list[dict[str, Any]]:
    """In a challenge: the plans of the positions that were closed, beside the act."""
    account = await turn.account()
    closed = {each.key for each in done.events if isinstance(each, PositionClosed)}
    if not competes(account) or not closed:
        return []
    found = await compared(turn.unit, account, turn.now, done.events)
    latest = {(each["symbol"], each["side"]): each for each in reversed(found)}
    ended = [latest.get((symbol, side.value)) for symbol, side in closed]
    return [each for each in ended if each is not None and each["way"] is not None]


def placed(done: Done) -> tuple[Order, ...]:
    """The orders that were accepted and still wait or rest."""
    accepted = [each.order.number for each in done.events if isinstance(each, OrderAccepted)]
    return tuple(done.after.orders[each] for each in accepted if each in done.after.orders)


def confirm_row(preview: str) -> tuple[Button, ...]:
    return (
        Button(N_("Confirm"), f"confirm {preview}", style=Style.GO, once=True),
        Button(N_("Cancel"), f"drop {preview}", style=Style.STOP),
    )


def figure_row(account: MarginAccount, held: Position | None) -> tuple[Button, ...]:
    """What can be asked of a position after something was done to it."""
    if held is None:
        return ()
    name, label, values = named(account, held)
    return (
        Button(N_("Why this price?"), f"why liquidation {name}"),
        Button(N_("Positions"), "positions"),
        Button(CLOSE[label], f"close {name}", values),
    )
