"""The log of what admins of groups and operators of the bot changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.identity import new_id
from bot.services.turn import BotTurn
from bot.storage import admin_log
from bot.storage.admin_log import Change

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log as somebody sees it; `own`: they did it themselves. Nobody else is told apart."""

    what: str
    body: dict[str, Any]
    at: datetime
    own: bool


def note_change(turn: BotTurn, what: str, before: str, after: str) -> None:
    """Note that who asks changed a setting of the chat they ask in."""
    _add(turn, turn.request.chat.key, what, {"before": before, "after": after})


def note_act(turn: BotTurn, what: str, **figures: Any) -> None:
    """Note what who asks did as an operator."""
    _add(turn, None, what, figures)


async def of_chat(turn: BotTurn) -> Sequence[Entry]:
    """The latest changes in the chat of the turn, the newest first."""
    return _seen(turn, await admin_log.of_chat(turn.unit, turn.request.chat.key, SHOWN))


async def of_bot(turn: BotTurn) -> Sequence[Entry]:
    """What operators did last, the newest first."""
    return _seen(turn, await admin_log.of_bot(turn.unit, SHOWN))


def _add(turn: BotTurn, chat_key: str | None, what: str, body: dict[str, Any]) -> None:
    admin_log.add(turn.unit, Change(new_id(), chat_key, turn.person_id, what, body, turn.now))


def _seen(turn: BotTurn, changes: Sequence[Change]) -> Sequence[Entry]:
    return [Entry(each.what, dict(each.body), each.at, each.person_id == turn.person_id) for each in changes]
