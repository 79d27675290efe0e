"""A picture as an answer wants it: data of JSON's own types, from which it can be drawn again."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.core.reply import plain
from bot.services.attention import listener
from bot.services.turn import BotTurn

CHART = "chart"
"""The kind of file that pictures are."""


async def wanted(turn: BotTurn, what: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The picture `what` of some data, on the ground that the person chose."""
    theme = (await listener(turn.unit, turn.person_id)).attention.theme
    return {"kind": CHART, "what": what, "theme": theme, **plain(data)}


def place(value: Decimal, places: int = 2) -> str:
    """Where a curve goes, as a short string: it is drawn, never printed."""
    return f"{value:.{places}f}"
