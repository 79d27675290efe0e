"""Buttons that do what cannot be undone: they come from a card, hold for ten minutes, and are pressed."""

from datetime import UTC, datetime, timedelta

from bot.core.reply import Answer, Button
from bot.core.request import Pressed
from bot.core.texts import N_
from bot.services.turn import BotTurn

HOLDS = timedelta(minutes=10)
"""So long such a button acts; after that it asks again (ours)."""
_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stamped(command: str, turn: BotTurn) -> str:
    """The line of such a button: the command, and the minute in which it was made."""
    return f"{command} {(turn.now - _EPOCH) // _MINUTE}"


def fresh(stamp: str, turn: BotTurn) -> bool:
    """Whether such a button was pressed, and in time."""
    if not isinstance(turn.request.input, Pressed) or not stamp.isascii() or not stamp.isdecimal():
        return False
    age = (turn.now - _EPOCH) // _MINUTE - int(stamp[:12])
    return 0 <= age <= HOLDS // _MINUTE


def only_private(line: str) -> Answer:
    """The answer to what belongs into a private chat, wherever others could look on."""
    button = Button(N_("Continue in private"), line, deep=True)
    return Answer("in_private", {"line": line}, ((button,),), ok=False, private=True)
