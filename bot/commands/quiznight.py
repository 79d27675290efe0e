"""Quiz nights of groups: `/quiznight`, the buttons of its living message, and everybody's own result."""

from dataclasses import dataclass
from typing import Any

from bot.commands.kinds import SWITCH
from bot.commands.pictured import picture_row, pictured
from bot.commands.quiznight_words import (
    DEED,
    STOP,
    UNTIMED,
    NightKind,
    Place,
    PlaceKind,
    RoundsKind,
    SecondsKind,
)
from bot.content.skills import SKILL_NAMES
from bot.core.command import Command, Visibility
from bot.core.identity import Platform
from bot.core.params import param
from bot.core.reply import Answer
from bot.core.request import Pressed
from bot.core.texts import N_
from bot.services.school.night import (
    FEWEST,
    LONGEST,
    MOST,
    SHORTEST,
    USUAL,
    USUAL_SECONDS,
    Phase,
)
from bot.services.school.night_card import standing_data
from bot.services.school.nights import Nights, Outcome, Said
from bot.services.turn import BotTurn

_SEEN = frozenset({Said.OPENED, Said.HURRIED, Said.STOPPED})
"""What everybody sees in the living message, so that it need not be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizNightWords:
    """What `/quiznight` takes."""

    rounds: int | None = param(RoundsKind(), N_("How many questions, from 1 to 30"), default=None)
    seconds: int | None = param(SecondsKind(), N_("Time for each question, such as 20s"), default=None)
    untimed: bool = param(UNTIMED, N_("Without a timer: the host goes on"), default=False)
    stop: bool = param(STOP, N_("End the one that is running"), default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedWords:
    """What a button of the living message carries."""

    deed: str = param(DEED, N_("What to do"))
    night: str = param(NightKind(), N_("In which quiz night"))
    place: Place | None = param(PlaceKind(), N_("At which question"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultWords:
    """Whose quiz night."""

    night: str = param(NightKind(), N_("Of which quiz night"))
    picture: bool | None = param(SWITCH, N_("With a picture"), default=None, hidden=True)


class QuizNightCommands:
    """Handlers of quiz nights."""

    def __init__(self, nights: Nights) -> None:
        self._nights = nights

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            Command(
                name="quiznight",
                summary=N_("In a group: a quiz for all, with a scoreboard"),
                handler=self.quiz_night,
                arguments=QuizNightWords,
                topic="learn",
                acts=True,
                examples=("quiznight 10", "quiznight 5 20s", "quiznight 10 untimed", "quiznight stop"),
            ),
            Command(
                name="night",
                summary=N_("Take part in a quiz night"),
                handler=self.deed,
                arguments=DeedWords,
                listed=False,
                acts=True,
            ),
            Command(
                name="nightresult",
                summary=N_("How you did in a quiz night"),
                handler=self.result,
                arguments=ResultWords,
                visibility=Visibility.PRIVATE,
                listed=False,
            ),
        )

    async def quiz_night(self, turn: BotTurn, words: QuizNightWords) -> Answer:
        """Open the lobby, or stop what is running."""
        if turn.request.chat.private:
            return _refused("group")
        if words.stop:
            return _said(turn, await self._nights.stop(turn))
        rounds = USUAL if words.rounds is None else words.rounds
        if words.untimed and words.seconds is not None:
            return _refused("pace")
        seconds = None if words.untimed else words.seconds or USUAL_SECONDS
        if not FEWEST <= rounds <= MOST:
            return _refused("rounds", least=FEWEST, most=MOST)
        if seconds is not None and not SHORTEST <= seconds <= LONGEST:
            return _refused("seconds", least=SHORTEST, most=LONGEST)
        return _said(turn, await self._nights.open(turn, rounds, seconds))

    async def deed(self, turn: BotTurn, words: DeedWords) -> Answer:
        """What a button of the living message does."""
        place = words.place or Place(0)
        match words.deed:
            case "join":
                outcome = await self._nights.join(turn, words.night)
            case "answer":
                choice = (place.choice or 0) - 1
                outcome = await self._nights.answer(turn, words.night, place.round, choice)
            case "next":
                outcome = await self._nights.hurry(turn, words.night, place.round, shown=place.shown)
            case _:
                outcome = await self._nights.stop(turn, words.night)
        return _said(turn, outcome)

    async def result(self, turn: BotTurn, words: ResultWords) -> Answer:
        """How who asks did, round by round."""
        found = await self._nights.result(turn, words.night)
        if found is None:
            return _said(turn, Outcome(Said.NONE))
        night, mine = found.night, found.standing
        given = {each.round: each.right for each in found.answers}
        closed = night.round - (night.phase is Phase.ASKING)
        data: dict[str, Any] = {
            "over": night.phase is Phase.OVER,
            "rounds": closed,
            "timed": night.seconds is not None,
            "players": found.players,
            "mine": None if mine is None else standing_data(mine),
            "marks": [
                {None: "none", True: "right", False: "wrong"}[given.get(each)]
                for each in range(1, closed + 1)
            ],
        }
        skills = [
            {"label": SKILL_NAMES[skill], "right": right, "asked": asked}
            for skill, (right, asked) in sorted(found.skills.items(), key=lambda each: each[0].number)
        ]
        answer = Answer("night_result", {**data, "skills": skills})
        if not skills:
            return answer
        if words.picture:
            return await pictured(turn, answer, "quiz", {"title": N_("Quiz night"), "rows": skills})
        alerted = turn.request.who.platform is Platform.TELEGRAM and not turn.request.chat.private
        if alerted:  # shown over the group for a moment, where nothing can be pressed
            return answer
        return answer.with_buttons(picture_row(f"nightresult {words.night}", None))


def _said(turn: BotTurn, outcome: Outcome) -> Answer:
    """What only the one who acted is told; nothing where the living message tells it and the platform cannot whisper."""
    pressed = isinstance(turn.request.input, Pressed)
    if outcome.said in _SEEN and (pressed or not turn.request.whispers):
        return Answer("unsaid", private=pressed)
    choice = None if outcome.choice is None else outcome.choice + 1
    data = {"said": outcome.said.value, "choice": choice, "round": outcome.round}
    whispered = pressed or turn.request.whispers
    return Answer("night_said", data, ok=outcome.ok, private=whispered)


def _refused(why: str, **figures: int) -> Answer:
    return Answer("night_refused", {"why": why, **figures}, ok=False)
