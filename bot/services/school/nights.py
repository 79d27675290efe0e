"""What people do in a quiz night: call it, join, answer, hurry it on, stop it, look at their own result."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.content.skills import Skill
from bot.core.identity import new_id
from bot.core.words import cleaned
from bot.services.groups.classes import took_part
from bot.services.groups.settings import Starting, Why
from bot.services.school.grading import Grading, NotOpen
from bot.services.school.night import IDLE, LOBBY, Night, Phase, Standing, standings
from bot.services.school.posting import Posting
from bot.services.turn import BotTurn
from bot.storage import UnitOfWork, chats, questions, quiz_nights, reviews
from bot.storage.quiz_nights import NightAnswer

LONGEST_NAME = 24


class Said(StrEnum):
    """What came of an act in a quiz night."""

    OPENED = "opened"
    RUNNING = "running"
    JOINED = "joined"
    IN_ALREADY = "in-already"
    HURRIED = "hurried"
    STOPPED = "stopped"
    COUNTED = "counted"
    TWICE = "twice"
    LATE = "late"
    NOT_BEGUN = "not-begun"
    OVER = "over"
    NONE = "none"
    NOT_HOST = "not-host"
    ADMINS_START = "admins-start"
    QUIET = "quiet"
    ELSEWHERE = "elsewhere"


_WHY_NOT = {Why.ADMINS: Said.ADMINS_START, Why.QUIET: Said.QUIET, Why.ELSEWHERE: Said.ELSEWHERE}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; `choice`: the option that counts, from 0."""

    said: Said
    choice: int | None = None
    round: int = 0

    @property
    def ok(self) -> bool:
        return self.said in {Said.OPENED, Said.JOINED, Said.HURRIED, Said.STOPPED, Said.COUNTED}


@dataclass(frozen=True, slots=True)
class Result:
    """One player's own result; `standing` None: did not play. `answers` by round, `players` in all.

    `skills`: right answers and all of them, by the skill that was asked about.
    """

    night: Night
    standing: Standing | None
    answers: Sequence[NightAnswer]
    players: int
    skills: Mapping[Skill, tuple[int, int]]


class Nights:
    """Quiz nights of groups; `changed` is called once a change is committed, so that the clock looks at it."""

    def __init__(self, grading: Grading, posting: Posting, changed: Callable[[], None]) -> None:
        self._grading = grading
        self._posting = posting
        self._changed = changed
        self._starting = Starting(posting)

    async def open(self, turn: BotTurn, rounds: int, seconds: int | None) -> Outcome:
        """Open the lobby in the chat, where its admins let games begin; who opens it is the host and plays."""
        unit, chat = turn.unit, turn.request.chat
        await unit.lock(_lock(chat.key))
        why_not = await self._starting.why_not(turn)
        if why_not is not None:
            return Outcome(_WHY_NOT[why_not])
        if await quiz_nights.running_in(unit, chat.key) is not None:
            return Outcome(Said.RUNNING)
        settings = await chats.find(unit, chat.platform, chat.chat)
        night = Night(
            id=new_id(),
            chat=chat,
            host=turn.person_id,
            language=(settings.language if settings else None) or turn.language,
            rounds=rounds,
            seconds=seconds,
            phase=Phase.LOBBY,
            round=0,
            since=turn.now,
            until=turn.now + (IDLE if seconds is None else LOBBY),
            created_at=turn.now,
            players={turn.person_id: name_of(turn)},
        )
        quiz_nights.create(unit, night.kept())
        took_part(unit, chat.key, turn.person_id, turn.now)
        turn.once = True
        unit.on_commit(self._changed)
        return Outcome(Said.OPENED)

    async def join(self, turn: BotTurn, night_id: str) -> Outcome:
        """Take part."""
        night = await self._held(turn, night_id)
        if night is None or night.phase is Phase.OVER:
            return Outcome(_gone(night))
        after = night.joined(turn.person_id, name_of(turn))
        if after is night:
            return Outcome(Said.IN_ALREADY)
        took_part(turn.unit, night.chat.key, turn.person_id, turn.now)
        self._save(turn, after)
        return Outcome(Said.JOINED)

    async def answer(self, turn: BotTurn, night_id: str, round_: int, choice: int) -> Outcome:
        """Answer a round's question; the first answer counts, and who did not join does so by it."""
        night = await self._held(turn, night_id)
        if night is None or night.phase is Phase.OVER:
            return Outcome(_gone(night))
        before = await quiz_nights.answer(turn.unit, night.id, round_, turn.person_id)
        if before is not None:
            return Outcome(Said.TWICE, before.choice, round_)
        if night.phase is Phase.LOBBY or round_ > night.round:
            return Outcome(Said.NOT_BEGUN)
        question = night.question
        late = round_ != night.round or night.phase is not Phase.ASKING or turn.now >= night.until
        if late or question is None or not 0 <= choice < len(question.choices):
            return Outcome(Said.LATE, round=round_)
        await self._graded(turn, night, choice)
        spent = max(timedelta(0), turn.now - night.since)
        quiz_nights.add(
            turn.unit,
            NightAnswer(
                night.id,
                round_,
                turn.person_id,
                choice,
                choice == question.right,
                spent // timedelta(milliseconds=1),
                turn.now,
            ),
        )
        after = night.joined(turn.person_id, name_of(turn))
        if after is not night:
            took_part(turn.unit, night.chat.key, turn.person_id, turn.now)
            self._save(turn, after)
        turn.unit.on_commit(self._changed)
        return Outcome(Said.COUNTED, choice, round_)

    async def hurry(self, turn: BotTurn, night_id: str, round_: int, *, shown: bool) -> Outcome:
        """Go on at once, as its host or an admin wants: from the lobby, from a round's question or its answer (`shown`)."""
        night = await self._held(turn, night_id)
        if night is None or night.phase is Phase.OVER:
            return Outcome(_gone(night))
        if not await self._may(turn, night):
            return Outcome(Said.NOT_HOST)
        if (night.round, night.phase is Phase.REVEALED) == (round_, shown) and not night.hurried:
            self._save(turn, night.hurry(turn.now))
        return Outcome(Said.HURRIED)

    async def stop(self, turn: BotTurn, night_id: str | None = None) -> Outcome:
        """End it, as its host or an admin wants: the one of that id, or the one that is running in the chat."""
        if night_id is None:
            kept = await quiz_nights.running_in(turn.unit, turn.request.chat.key)
            if kept is None:
                return Outcome(Said.NONE)
            night_id = kept.id
        night = await self._held(turn, night_id)
        if night is None or night.phase is Phase.OVER:
            return Outcome(_gone(night))
        if not await self._may(turn, night):
            return Outcome(Said.NOT_HOST)
        self._save(turn, night.stop(turn.now))
        return Outcome(Said.STOPPED)

    async def result(self, turn: BotTurn, night_id: str) -> Result | None:
        """How who asks did so far; rounds that are still open are left out. None for an unknown quiz night."""
        night = await found(turn.unit, night_id)
        if night is None:
            return None
        closed = night.round - (night.phase is Phase.ASKING)
        answers = [each for each in await quiz_nights.answers(turn.unit, night.id) if each.round <= closed]
        board = standings(night, answers)
        mine = next((each for each in board if each.person_id == turn.person_id), None)
        own = [each for each in answers if each.person_id == turn.person_id]
        return Result(night, mine, own, len(board), await self._by_skill(turn, night))

    async def _by_skill(self, turn: BotTurn, night: Night) -> Mapping[Skill, tuple[int, int]]:
        """Right answers and all of them by skill; that of a question that is still open is left out."""
        open_ = night.question_id if night.phase is Phase.ASKING else None
        told: dict[Skill, tuple[int, int]] = {}
        for each in await reviews.in_chat(turn.unit, turn.person_id, asked_in(night.id)):
            if each.question_id != open_:
                right, asked = told.get(Skill(each.skill), (0, 0))
                told[Skill(each.skill)] = right + each.right, asked + 1
        return told

    async def _held(self, turn: BotTurn, night_id: str) -> Night | None:
        """The quiz night of an id, if it belongs to this chat, locked to the end of the turn."""
        await turn.unit.lock(_lock(turn.request.chat.key))
        night = await found(turn.unit, night_id)
        return night if night is not None and night.chat.key == turn.request.chat.key else None

    async def _may(self, turn: BotTurn, night: Night) -> bool:
        return turn.person_id == night.host or await self._posting.is_admin(turn.request)

    async def _graded(self, turn: BotTurn, night: Night, choice: int) -> None:
        """Let the answer count for what the person knows too; a question that is forgotten by now does not stop the game."""
        asked = None if night.question_id is None else await questions.find(turn.unit, night.question_id)
        try:
            await self._grading.grade(turn.unit, asked, turn.person_id, choice, None, turn.now)
        except NotOpen:
            return

    def _save(self, turn: BotTurn, night: Night) -> None:
        quiz_nights.save(turn.unit, night.kept())
        turn.once = True
        turn.unit.on_commit(self._changed)


async def found(unit: UnitOfWork, night_id: str) -> Night | None:
    """The quiz night of an id."""
    kept = await quiz_nights.find(unit, night_id)
    return None if kept is None else Night.of(kept)


def asked_in(night_id: str) -> str:
    """Where the questions of a quiz night are kept to have been asked."""
    return f"night:{night_id}"


def name_of(turn: BotTurn) -> str:
    """What a player is called on the scoreboard: the platform's name of them, made short and printable.

    A word joiner after each at sign keeps a name from mentioning somebody else.
    """
    name = " ".join(cleaned(turn.request.name).split()).replace("@", "@\u2060") or "?"
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _lock(chat_key: str) -> str:
    return f"chat:{chat_key}"


def _gone(night: Night | None) -> Said:
    return Said.NONE if night is None else Said.OVER
