"""The picture of a card: a button that asks for it, and the same card with it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.pictures.wanted import wanted
from bot.services.turn import BotTurn


def picture_row(line: str, shown: bool | None) -> tuple[Button, ...]:
    """The button that shows the card of a line again with its picture; none on the card that has it."""
    return () if shown else (Button(N_("Picture"), f"{line} picture=on"),)


async def pictured(turn: BotTurn, answer: Answer, what: str, data: Mapping[str, Any]) -> Answer:
    """A card with its picture: what is printed on it is in the card's own data."""
    return replace(answer, files=(*answer.files, await wanted(turn, what, data)))
