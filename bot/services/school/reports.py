"""Questions that learners find wrong: hidden after three reports, until an admin of the bot decides."""

from bot.services.turn import BotTurn
from bot.storage import question_reports
from bot.storage.question_reports import Reported

ENOUGH = 3
"""So many people hide a question: ours."""


async def report(turn: BotTurn, template: str) -> bool:
    """Keep a report of a question; whether it is hidden by it. One person counts once."""
    known = await question_reports.of(turn.unit, template)
    if turn.person_id in known:
        return False
    question_reports.add(turn.unit, template, turn.person_id, turn.now)
    turn.once = True
    if len(known) + 1 < ENOUGH or await question_reports.decided(turn.unit, template):
        return False
    question_reports.put(turn.unit, template, hide=True, decided_at=None)
    return True


async def waiting(turn: BotTurn) -> tuple[Reported, ...]:
    """What an admin has still to decide, the most reported first."""
    return await question_reports.waiting(turn.unit)


def decide(turn: BotTurn, template: str, *, hide: bool) -> None:
    """An admin's decision: the question stays hidden or is asked again, whatever is reported later."""
    question_reports.put(turn.unit, template, hide=hide, decided_at=turn.now)
    turn.once = True
