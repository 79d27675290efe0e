"""What admins of the bot decide about questions that were reported."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.commands.kinds import TEXT
from bot.core.command import Command, Visibility
from bot.core.params import ChoiceKind, param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.school import reports
from bot.services.turn import BotTurn

SHOWN = 8
Operators = Callable[[BotTurn], bool]
"""Whether who asks is an admin of the bot."""
FATE = ChoiceKind(
    "fate", {"hide": True, "keep": False}, {"hide": N_("Never ask it"), "keep": N_("Ask it again")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsWords:
    """What `/reports` takes."""

    fate: bool | None = param(FATE, N_("What becomes of a question: hide or keep"), default=None)
    template: str | None = param(TEXT, N_("Which question"), default=None, hidden=True)


class ReportCommands:
    """The handler of `/reports`; `operators` tells the admins of the bot."""

    def __init__(self, operators: Operators) -> None:
        self._operators = operators

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (
            Command(
                name="reports",
                acts=True,
                summary=N_("Questions that learners reported"),
                handler=self.reports,
                arguments=ReportsWords,
                visibility=Visibility.PRIVATE,
                listed=False,
            ),
        )

    async def reports(self, turn: BotTurn, words: ReportsWords) -> Answer:
        """List what waits for a decision, or decide."""
        if not self._operators(turn):
            return Answer("reports", {"rows": [], "allowed": False, "decided": False}, ok=False)
        decided = words.fate is not None and words.template is not None
        if words.fate is not None and words.template is not None:
            reports.decide(turn, words.template, hide=words.fate)
        rows: list[dict[str, Any]] = [
            {"name": each.template, "people": each.people, "hidden": each.hidden}
            for each in await reports.waiting(turn)
            if not (decided and each.template == words.template)
        ][:SHOWN]
        buttons = [
            Button(label, f"reports {word} template={row['name']}", {"name": row["name"]})
            for row in rows
            for word, label in (("hide", N_("Never: {name}")), ("keep", N_("Ask again: {name}")))
        ]
        data = {"rows": rows, "allowed": True, "decided": decided}
        return Answer("reports", data, rows_of(buttons, 2))
