"""What a post-mortem offers to do next, under its notice and under the answer alike."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.core.reply import Button
from bot.core.texts import N_

COMMAND = "postmortem"
PICTURE = "picture"
GENTLE_LEVERAGE = 3


def buttons_of(data: Mapping[str, Any], *, picture: bool = False) -> tuple[tuple[Button, ...], ...]:
    """The rows of buttons for the data of a `postmortem`; `picture`: it has its picture already."""
    first = data["positions"][0]
    here = f"{COMMAND} at={data['place']}"
    why = Button(N_("Why this price?"), f"{here} show=liquidation")
    ratio = Button(N_("Why this ratio?"), f"{here} show=margin-ratio")
    timeline = (Button(N_("Timeline"), f"{here} show=timeline"),) if data["left_out"] else ()
    look = () if picture else (Button(N_("Picture"), f"{here} show={PICTURE}"),)
    rows: tuple[tuple[Button, ...], ...] = ((why, ratio, *timeline, *look),)
    if data["replay"]:
        rows += ((Button(N_("Same tape again"), "replay again"),),)
    elif first["leverage"] > GENTLE_LEVERAGE:
        line = (
            f"open {first['base'].lower()} {first['side']} {GENTLE_LEVERAGE}x {data['mode']} {_size(first)}"
        )
        values = {"leverage": f"{GENTLE_LEVERAGE}×"}
        rows += ((Button(N_("The same order at {leverage}"), line, values, suggested=True),),)
    return rows


def _size(position: Mapping[str, Any]) -> str:
    """The size as a word: coins."""
    return f"{Decimal(position['quantity']):f}{position['base'].lower()}"
