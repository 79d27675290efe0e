"""`/classreport`: what a group believes and can do, for its admins, in numbers that tell of nobody."""

from dataclasses import dataclass
from typing import Any

from bot.commands.kinds import TEXT
from bot.content.skills import SKILL_NAMES
from bot.core.command import Command
from bot.core.identity import ChatRef
from bot.core.params import param
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.groups.class_file import KIND
from bot.services.groups.class_report import LEAST, ClassReport
from bot.services.groups.classes import report_of
from bot.services.school.curricula import Curricula
from bot.services.school.posting import Posting
from bot.services.turn import BotTurn

MOST_HELD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReportWords:
    """What `/classreport` takes."""

    chat: str | None = param(TEXT, N_("Of which group"), default=None, hidden=True)


class ClassReportCommands:
    """The handler of `/classreport`."""

    def __init__(self, posting: Posting, curricula: Curricula) -> None:
        self._posting = posting
        self._curricula = curricula

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (
            Command(
                name="classreport",
                summary=N_("For admins of a group: what it misunderstands, in numbers only"),
                handler=self.report,
                arguments=ClassReportWords,
                topic="learn",
            ),
        )

    async def report(self, turn: BotTurn, words: ClassReportWords) -> Answer:
        """Show the report to an admin alone; where the group would see it, it is opened in the private chat."""
        chat, whispers = turn.request.chat, turn.request.whispers
        if not chat.private:
            if not await self._posting.is_admin(turn.request):
                return Answer("classreport", {"what": "admins"}, ok=False, private=whispers)
            if not whispers:
                line = f"classreport chat={chat.chat}"
                deep = Button(N_("Continue in private"), line, deep=True)
                return Answer("in_private", {"line": "classreport"}, ((deep,),))
            return await self._shown(turn, chat)
        if words.chat is None:
            return Answer("classreport", {"what": "group"}, ok=False)
        group = ChatRef(turn.request.who.platform, words.chat, private=False)
        if not await self._posting.administers(group, turn.request.who):
            return Answer("classreport", {"what": "admins"}, ok=False)
        return await self._shown(turn, group)

    async def _shown(self, turn: BotTurn, chat: ChatRef) -> Answer:
        private = not turn.request.chat.private
        found = await report_of(turn.unit, chat)
        if found is None:
            return Answer("classreport", {"what": "few", "least": LEAST}, ok=False, private=private)
        file = {"kind": KIND, "rows": found.rows()}
        return Answer("classreport", self._data(found, turn.language), private=private, files=(file,))

    def _data(self, found: ClassReport, language: str) -> dict[str, Any]:
        known = self._curricula.of(language).bank.misconceptions
        held = [(known.get(name), name, people) for name, people in found.held.items()]
        return {
            "what": "report",
            "least": LEAST,
            "people": found.people,
            "held": [
                {
                    "name": name if each is None else each.name,
                    "line": None if each is None else f"lesson {each.lesson}",
                    "people": people,
                }
                for each, name, people in held[:MOST_HELD]
            ],
            "skills": [
                {"skill": SKILL_NAMES[each.skill], "answered": each.answered, "mastered": each.mastered}
                for each in found.skills
            ],
        }
