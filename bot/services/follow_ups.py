"""What a notice offers to do next."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.core.reply import Button
from bot.core.texts import N_
from bot.services.postmortem_buttons import buttons_of

FOLLOW_UPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "liquidated": (
        (N_("What happened?"), "postmortem"),
        (N_("Portfolio"), "portfolio"),
        ("?", "what card=liquidated"),
    ),
    "review_due": ((N_("Start"), "quiz"), (N_("Not today"), "snooze 1d")),
    "order_notice": ((N_("Positions"), "positions"), (N_("Orders"), "orders")),
    "adl_struck": ((N_("Where it stands"), "replay status"), (N_("History"), "history")),
    "debrief": ((N_("Same tape again"), "replay again"), (N_("Another tape"), "replay")),
    "funding_due": ((N_("Funding"), "funding"), (N_("Alerts"), "alerts")),
}
"""Labels and command lines, by template, where they do not depend on what is told."""


def follow_ups(template: str, data: Mapping[str, Any]) -> tuple[tuple[Button, ...], ...]:
    """The rows of buttons under a notice. What moves money is only suggested: it leads to a preview in any case."""
    match template:
        case "margin_warning":
            return _of_warning(data)
        case "postmortem":
            return buttons_of(data)
        case "price_alert":
            price = Button(N_("Price"), f"price {data['base'].lower()}")
            return ((price, Button(N_("Positions"), "positions"), Button(N_("Alerts"), "alert list")),)
        case _:
            row = tuple(Button(label, line) for label, line in FOLLOW_UPS.get(template, ()))
            return (row,) if row else ()


def _of_warning(data: Mapping[str, Any]) -> tuple[tuple[Button, ...], ...]:
    held = data["largest"]
    name, values = held["base"].lower(), {"coin": held["base"]}
    if data["hedged"]:
        name = f"{name} {held['side']}"
    half = Button(N_("Close half of {coin}"), f"close {name} 50%", values, suggested=True)
    helps: tuple[Button, ...] = (half,)
    if data["relief"] is not None:
        amount = f"{Decimal(data['relief']['amount']).normalize():f}"
        line = f"margin add {amount}usdt {name}"
        helps = (Button(N_("Add {amount} USDT"), line, {"amount": amount}, suggested=True), half)
    if data["mode"] == "cross":
        why = Button(N_("Why this ratio?"), "why margin-ratio")
    else:
        why = Button(N_("Why this price?"), f"why liquidation {name}")
    return helps, (why, Button(N_("Alerts"), "alerts"), Button("?", "what card=margin_warning"))
