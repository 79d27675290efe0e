"""Who learns together in a group: those who took part in its games."""

from datetime import datetime

from bot.core.identity import ChatRef
from bot.services.groups.class_report import ClassReport, class_report
from bot.storage import UnitOfWork, chat_people


def took_part(unit: UnitOfWork, chat_key: str, person_id: str, at: datetime) -> None:
    """Note that somebody took part in a game of a chat; noting it again changes nothing."""
    chat_people.took_part(unit, chat_key, person_id, at)


async def report_of(unit: UnitOfWork, chat: ChatRef) -> ClassReport | None:
    """The report of a group; None where too few have answered questions."""
    return class_report(await chat_people.beliefs_of(unit, chat.key))
