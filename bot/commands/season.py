"""`/season`, the month of a chat's challenges; `/badges`, what somebody has shown in them."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.core.command import Command, Visibility
from bot.core.params import Typed, param
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.core.words import Lexicon
from bot.services.challenges.badges import (
    DEEPEST,
    LEAST_FILLS,
    LEAST_PLANS,
    MOST_FEES,
    RIGHT_ANSWERS,
    SHARE_KEPT,
    Badge,
    held,
)
from bot.services.challenges.seasons import month_of, season_of
from bot.services.turn import BotTurn

SHOWN = 15
_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class MonthKind(Typed):
    """A month: `2026-11`."""

    name: str = "month"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        return word if _MONTH.fullmatch(word) else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonWords:
    """What `/season` takes."""

    month: str | None = param(MonthKind(), N_("Which month, such as 2026-11"), default=None)


class SeasonCommands:
    """Handlers of seasons and badges; they only look."""

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            Command(
                name="season",
                summary=N_("In a group: this month's challenges, and who came through them"),
                handler=self.season,
                arguments=SeasonWords,
                topic="compete",
                examples=("season", "season 2026-11"),
            ),
            Command(
                name="badges",
                summary=N_("What you have shown in challenges: skill, not profit"),
                handler=self.badges,
                visibility=Visibility.PRIVATE,
                topic="compete",
            ),
        )

    async def season(self, turn: BotTurn, words: SeasonWords) -> Answer:
        """The season's table."""
        if turn.request.chat.private:
            return Answer("season", {"what": "group"}, ok=False)
        found = await season_of(turn.unit, turn.request.chat.key, words.month or month_of(turn.now))
        data = {
            "what": "table",
            "month": found.month,
            "challenges": found.challenges,
            "needed": found.needed,
            "rows": [
                {
                    "rank": each.rank,
                    "name": each.name,
                    "mean": each.mean,
                    "played": len(each.scores),
                    "liquidations": each.liquidations,
                }
                for each in found.rows[:SHOWN]
            ],
            "more": max(0, len(found.rows) - SHOWN),
        }
        return Answer("season", data, ((Button(N_("How is the score made?"), "score", anyone=True),),))

    async def badges(self, turn: BotTurn, _: Any) -> Answer:
        """What was earned, and what each badge asks for."""
        counted = await held(turn.unit, turn.person_id)
        data = {
            "rows": [{"badge": each.value, "count": counted[each.value]} for each in Badge],
            "plans": LEAST_PLANS,
            "kept": SHARE_KEPT,
            "fills": LEAST_FILLS,
            "fees": MOST_FEES,
            "deepest": DEEPEST,
            "right": RIGHT_ANSWERS,
        }
        return Answer("badges", data)
