"""A quiz night of a group: how it stands, who leads, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.core.identity import ChatRef, Platform
from bot.services.school.question import Question
from bot.storage.quiz_nights import KeptNight, NightAnswer

LOBBY = timedelta(seconds=60)
READING = timedelta(seconds=15)
"""So long the answer of a timed round is shown."""
IDLE = timedelta(minutes=30)
"""So long a quiz night without a timer waits for its host."""
EARLIEST = timedelta(seconds=10)
"""No round ends sooner by itself, even when everybody has answered."""
AGAIN = timedelta(seconds=15)
"""What is left of a round at least, after the bot was away."""
FEWEST, MOST, USUAL = 1, 30, 10
SHORTEST, LONGEST, USUAL_SECONDS = 10, 300, 30
"""Rounds, and seconds of a round; all durations of a quiz night are ours."""


class Phase(StrEnum):
    """What a quiz night is doing."""

    LOBBY = "lobby"
    ASKING = "asking"
    REVEALED = "revealed"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Night:
    """A quiz night. `host`: the person who called it. `seconds`: of a round; None: without a timer.

    `round` counts from 1, 0 in the lobby. The phase began at `since` and ends at `until`, sooner when `hurried`.
    `players`: names by person, in the order of joining; `crowd`: how many there were when the round began. `question_id`: what the answers of the round are graded as.
    `asked`: templates that were used. `message`: the platform's id of the living message. `stopped`: before its end.
    """

    id: str
    chat: ChatRef
    host: str
    language: str
    rounds: int
    seconds: int | None
    phase: Phase
    round: int
    since: datetime
    until: datetime
    created_at: datetime
    hurried: bool = False
    players: Mapping[str, str] = field(default_factory=dict)
    crowd: int = 0
    question_id: str | None = None
    question: Question | None = None
    asked: tuple[str, ...] = ()
    message: str | None = None
    stopped: bool = False
    ended_at: datetime | None = None

    def kept(self) -> KeptNight:
        """The row that keeps it."""
        body = {
            "chat": [self.chat.platform.value, self.chat.chat, self.chat.thread],
            "host": self.host,
            "language": self.language,
            "rounds": self.rounds,
            "seconds": self.seconds,
            "phase": self.phase.value,
            "round": self.round,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "hurried": self.hurried,
            "players": [list(each) for each in self.players.items()],
            "crowd": self.crowd,
            "question_id": self.question_id,
            "question": None if self.question is None else self.question.to_json(),
            "asked": list(self.asked),
            "message": self.message,
            "stopped": self.stopped,
        }
        return KeptNight(self.id, self.chat.key, body, self.created_at, self.ended_at)

    @classmethod
    def of(cls, kept: KeptNight) -> "Night":
        """The quiz night that a row keeps; raises KeyError, TypeError or ValueError on anything else."""
        body: Mapping[str, Any] = kept.body
        platform, chat, thread = body["chat"]
        question = body["question"]
        return cls(
            id=kept.id,
            chat=ChatRef(Platform(platform), chat, private=False, thread=thread),
            host=body["host"],
            language=body["language"],
            rounds=body["rounds"],
            seconds=body["seconds"],
            phase=Phase(body["phase"]),
            round=body["round"],
            since=datetime.fromisoformat(body["since"]),
            until=datetime.fromisoformat(body["until"]),
            created_at=kept.created_at,
            hurried=body["hurried"],
            players=dict(body["players"]),
            crowd=body["crowd"],
            question_id=body["question_id"],
            question=None if question is None else Question.from_json(question),
            asked=tuple(body["asked"]),
            message=body["message"],
            stopped=body["stopped"],
            ended_at=kept.ended_at,
        )

    def joined(self, person_id: str, name: str) -> "Night":
        """The same with one more player; who is in keeps the name they came with."""
        if person_id in self.players:
            return self
        return replace(self, players={**self.players, person_id: name})

    def hurry(self, now: datetime) -> "Night":
        """The same with its phase to be ended now, as its host wants."""
        return replace(self, until=min(self.until, now), hurried=True)

    def stop(self, now: datetime) -> "Night":
        """The same, to be ended now without the rounds that are left."""
        return replace(self.hurry(now), stopped=True)

    def due(self, now: datetime, answered: int) -> bool:
        """Whether the phase is at its end: its time has come, or everybody has answered.

        Where somebody joined within the round, more may do so: then it lasts its time.
        """
        if now >= self.until:
            return self.phase is not Phase.OVER
        everybody = self.phase is Phase.ASKING and answered >= len(self.players) == self.crowd
        return everybody and now >= self.since + EARLIEST

    def shown(self, now: datetime, answered: int) -> "Night":
        """The same once its card is seen, which may be late: a round's time begins then.

        A round that has answers already is only made long enough for those who could not answer meanwhile.
        """
        if self.phase is not Phase.ASKING or self.hurried or self.seconds is None:
            return self
        if answered:
            return replace(self, until=max(self.until, now + AGAIN))
        return replace(self, since=now, until=now + timedelta(seconds=self.seconds))

    def ask(self, question: Question, question_id: str, now: datetime) -> "Night":
        """The next round."""
        lasts = IDLE if self.seconds is None else timedelta(seconds=self.seconds)
        begun = self._enter(Phase.ASKING, now, lasts)
        return replace(
            begun,
            round=self.round + 1,
            crowd=len(self.players),
            question_id=question_id,
            question=question,
            asked=(*self.asked, question.template),
        )

    def reveal(self, now: datetime) -> "Night":
        """The round's end."""
        return self._enter(Phase.REVEALED, now, IDLE if self.seconds is None else READING)

    def end(self, now: datetime) -> "Night":
        """The end of it all; `stopped` where rounds are left."""
        early = self.round < self.rounds or self.phase is Phase.ASKING
        return replace(self._enter(Phase.OVER, now, IDLE), stopped=self.stopped or early)

    def _enter(self, phase: Phase, now: datetime, lasts: timedelta) -> "Night":
        return replace(self, phase=phase, since=now, until=now + lasts, hurried=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """One player's place, from 1; those with equal right answers and equal time share one. `milliseconds`: of right ones."""

    person_id: str
    name: str
    place: int
    right: int
    milliseconds: int


def standings(night: Night, answers: Sequence[NightAnswer]) -> tuple[Standing, ...]:
    """The scoreboard: right answers decide; among equals, in timed rounds, the time that the right ones took."""
    right = dict.fromkeys(night.players, 0)
    spent = dict.fromkeys(night.players, 0)
    for each in answers:
        if each.right and each.person_id in right:
            right[each.person_id] += 1
            spent[each.person_id] += 0 if night.seconds is None else each.milliseconds
    order = sorted(right, key=lambda each: (-right[each], spent[each]))
    found: list[Standing] = []
    for number, person in enumerate(order, start=1):
        last = found[-1] if found else None
        level = last is not None and (last.right, last.milliseconds) == (right[person], spent[person])
        place = last.place if last is not None and level else number
        found.append(Standing(person, night.players[person], place, right[person], spent[person]))
    return tuple(found)
