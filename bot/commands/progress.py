"""Where a learner stands, what is due, and when to be reminded of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.commands.alert_words import DURATION, LINE
from bot.commands.kinds import SWITCH
from bot.commands.pictured import picture_row, pictured
from bot.content.skills import SKILL_NAMES
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.services.attention import listener
from bot.services.school.gate import Gate
from bot.services.school.learner import Learner, learner_of
from bot.services.school.progress import Progress, progress_of
from bot.services.school.quizzes import Quizzes
from bot.services.school.reminding import read_time, remind_daily, snooze
from bot.services.turn import BotTurn

LONGEST = timedelta(days=60)
MOST_HELD = 8
_OFF = frozenset({"off", "no", "none", "never"})
_DAILY = frozenset({"daily", "every", "day", "at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressWords:
    """What `/progress` takes."""

    picture: bool | None = param(SWITCH, N_("With a picture"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewWords:
    """What `/review` takes."""

    reminder: str | None = param(LINE, N_("A daily reminder, such as daily 18:00, or off"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeWords:
    """What `/snooze` takes."""

    duration: timedelta = param(DURATION, N_("For how long, such as 1d or 8h"), default=timedelta(days=1))


class ProgressCommands:
    """Handlers of `/progress`, `/review` and `/snooze`."""

    def __init__(self, quizzes: Quizzes, gate: Gate) -> None:
        self._quizzes = quizzes
        self._gate = gate

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="progress",
                summary=N_("Your skills, open misconceptions, and how well you know what you know"),
                handler=self.progress,
                arguments=ProgressWords,
                visibility=private,
                topic="learn",
            ),
            Command(
                name="review",
                acts=True,
                summary=N_("What is due today, and a daily reminder if you want one"),
                handler=self.review,
                arguments=ReviewWords,
                visibility=private,
                topic="learn",
                examples=("review", "review daily 18:00", "review off"),
            ),
            Command(
                name="snooze",
                acts=True,
                summary=N_("No reminder of reviews for a while"),
                handler=self.snooze,
                arguments=SnoozeWords,
                visibility=private,
                topic="learn",
                examples=("snooze 1d",),
            ),
        )

    async def progress(self, turn: BotTurn, words: ProgressWords) -> Answer:
        """Everything at a glance."""
        found = await progress_of(turn.unit, turn.person_id, turn.now, turn.time_zone)
        held = [self._quizzes.misconception(name, turn.language) for name in found.held]
        limit = await self._gate.limit(turn)
        data = {
            "rows": [
                {
                    "skill": SKILL_NAMES[each.skill],
                    "known": each.known,
                    "answers": each.answers,
                    "mastered": each.mastered,
                    "due": each.due,
                }
                for each in found.rows
                if each.answers or each.mastered
            ],
            "skills": len(found.rows),
            "mastered": sum(each.mastered for each in found.rows),
            "held": [
                {"name": each.name, "correction": {"words": each.correction}}
                for each in held
                if each is not None
            ][:MOST_HELD],
            "calibration": [
                {"confidence": each.confidence, "answers": each.answers, "share": each.share}
                for each in found.calibration
            ],
            "weeks": found.weeks,
            "frozen": found.frozen,
            "answers": found.answers,
            "due": found.due,
            "predictions": found.predictions,
            "error": found.error,
            "gate": await self._gate.holds(turn),
            "most": limit.most,
        }
        rows: Any = data["rows"]
        look = picture_row("progress", words.picture) if rows else ()
        answer = Answer("progress", data).with_buttons(
            (Button(N_("Question"), "quiz", style=Style.GO), Button(N_("What is due"), "review"), *look),
            _test_out(found),
        )
        if not words.picture or not rows:
            return answer
        return await pictured(
            turn, answer, "progress", {name: data[name] for name in ("rows", "calibration")}
        )

    async def review(self, turn: BotTurn, words: ReviewWords) -> Answer:
        """What is due; or begin and end the daily reminder."""
        note, learner = None, await learner_of(turn.unit, turn.person_id)
        if words.reminder is not None:
            said = [each for each in words.reminder.split() if each not in _DAILY]
            off = said != [] and set(said) <= _OFF
            at = read_time(" ".join(said))
            if at is None and not off:
                note = "unclear"
            else:
                learner = await remind_daily(turn.unit, turn.person_id, at, turn.now)
                note = "saved"
        return await self._shown(turn, learner, note)

    async def snooze(self, turn: BotTurn, words: SnoozeWords) -> Answer:
        """Put reminders off."""
        until = turn.now + min(words.duration, LONGEST)
        learner = await snooze(turn.unit, turn.person_id, until, turn.now)
        return await self._shown(turn, learner, "snoozed")

    async def _shown(self, turn: BotTurn, learner: Learner, note: str | None) -> Answer:
        found = await progress_of(turn.unit, turn.person_id, turn.now, turn.time_zone)
        told = await listener(turn.unit, turn.person_id)
        at, until = learner.remind_at, learner.snoozed
        data = {
            "note": note,
            "due": found.due,
            "rows": [{"skill": SKILL_NAMES[each.skill], "due": each.due} for each in found.rows if each.due],
            "at": None if at is None else f"{at:%H:%M}",
            "zone": told.zone,
            "quiet": at is not None and told.attention.quiet is not None and told.attention.quiet.hold(at),
            "snoozed": until.isoformat() if until is not None and until > turn.now else None,
        }
        start = Button(N_("Start"), "quiz", style=Style.GO)
        if at is None:
            change: tuple[Button, ...] = (Button(N_("Remind me at 18:00"), "review daily 18:00"),)
        else:
            change = (Button(N_("Not today"), "snooze 1d"), Button(N_("No reminder"), "review off"))
        return Answer("review", data, ok=note != "unclear").with_buttons((start,), change)


def _test_out(found: Progress) -> tuple[Button, ...]:
    """The first skill that is not mastered, to be tested at once."""
    for each in found.rows:
        if not each.mastered:
            return (Button(N_("I know this already: test me"), f"testout {each.skill.value}"),)
    return ()
