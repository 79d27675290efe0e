"""What was done, as answers, and the buttons that follow."""

from typing import Any

from bot.commands.cards import base_of, fills_data, position_data
from bot.commands.kinds import SYMBOL
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.services.orders import RESET, Done
from bot.services.turn import BotTurn
from engine.margin import account_figures, position_figures


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
        "modelled": turn.market.fill_rule.half_spread > 0,
    }
    symbol = next((each.symbol for each in done.events if hasattr(each, "symbol") and each.symbol), None)
    held = done.after.position(symbol) if symbol else None
    if held is not None and symbol is not None:
        data["position"] = position_data(position_figures(done.after, held.key, turn.market))
    if done.kind == "margin":
        return Answer("margin_moved", data).with_buttons(figure_row(symbol))
    row = figure_row(symbol) if held is not None else (Button(N_("Portfolio"), "portfolio", anyone=False),)
    return Answer("traded", data).with_buttons(row)


def confirm_row(preview: str) -> tuple[Button, ...]:
    return (
        Button(N_("Confirm"), f"confirm {preview}", style=Style.GO, once=True),
        Button(N_("Cancel"), f"drop {preview}", style=Style.STOP),
    )


def figure_row(symbol: str | None) -> tuple[Button, ...]:
    if symbol is None:
        return ()
    name = SYMBOL.show(symbol)
    return (
        Button(N_("Why this price?"), f"why liquidation {name}"),
        Button(N_("Positions"), "positions"),
        Button(N_("Close {coin}"), f"close {name}", {"coin": base_of(symbol)}),
    )
