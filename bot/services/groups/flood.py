"""How much one person and one chat may ask in a while; what is too much is told once. All figures are ours."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.core.identity import Platform
from bot.core.poll import POLLED, VOTED
from bot.core.request import Called, Pressed, Request

_KEPT = 10_000
_ROOM = _KEPT // 4
"""So many people and chats are remembered before those are forgotten who have all of their allowance back; and so much room
is made then, since looking through all of them at every act would itself be a way to be flooded.
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` acts at once, and so many more `a_minute`."""

    burst: int
    a_minute: int


A_PERSON = Allowance(burst=40, a_minute=60)
A_CHAT = Allowance(burst=60, a_minute=120)
"""Words and commands in a group: what the bot answers by a message there. Presses count for the person alone."""
EXEMPT = frozenset({Platform.CONSOLE})


class Verdict(StrEnum):
    """What becomes of an act: it passes, is told to be too much, or is passed over in silence."""

    PASSES = "passes"
    PERSON = "person"
    CHAT = "chat"
    SILENCE = "silence"


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float
    told: bool = False


class Buckets:
    """An allowance for each key, refilled evenly."""

    def __init__(self, allowance: Allowance) -> None:
        self._burst = float(allowance.burst)
        self._rate = allowance.a_minute / 60
        self._buckets: dict[str, _Bucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: str, now: float) -> bool:
        """Whether one more act is within the allowance, at a time in seconds; if so it is taken."""
        bucket = self._buckets.get(key)
        if bucket is None:
            self._tidy(now)
            bucket = self._buckets[key] = _Bucket(self._burst, now)
        self._refill(bucket, now)
        if bucket.left < 1:
            return False
        bucket.left -= 1
        bucket.told = False
        return True

    def first_told(self, key: str) -> bool:
        """Whether nobody was told yet that the allowance is used up; from now on somebody was."""
        bucket = self._buckets[key]
        first, bucket.told = not bucket.told, True
        return first

    def _refill(self, bucket: _Bucket, now: float) -> None:
        """A clock that jumps back gives nothing and takes nothing."""
        passed = max(0.0, now - bucket.at)
        bucket.left = min(self._burst, bucket.left + passed * self._rate)
        bucket.at = now

    def _tidy(self, now: float) -> None:
        if len(self._buckets) < _KEPT:
            return
        for key, bucket in list(self._buckets.items()):
            self._refill(bucket, now)
            if bucket.left >= self._burst:
                del self._buckets[key]
        if len(self._buckets) > _KEPT - _ROOM:  # a crowd: those known longest begin anew
            for key in list(self._buckets)[:_ROOM]:
                del self._buckets[key]


class Flood:
    """Judges acts. What a press or a slash command asked is always answered, since both wait for it."""

    def __init__(
        self,
        person: Allowance = A_PERSON,
        chat: Allowance = A_CHAT,
        exempt: frozenset[Platform] = EXEMPT,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._people = Buckets(person)
        self._chats = Buckets(chat)
        self._exempt = exempt
        self._now = now

    def judge(self, request: Request) -> Verdict:
        """What becomes of an act; asked once for each."""
        who, act = request.who, request.input
        if who.platform in self._exempt or (isinstance(act, Called) and act.command in {POLLED, VOTED}):
            return Verdict.PASSES
        now, person = self._now(), f"{who.platform}:{who.user}"
        if not self._people.take(person, now):
            first = self._people.first_told(person)
            return Verdict.PERSON if first or waits(request) else Verdict.SILENCE
        if request.chat.private or isinstance(act, Pressed) or self._chats.take(request.chat.key, now):
            return Verdict.PASSES
        first = self._chats.first_told(request.chat.key)
        return Verdict.CHAT if first or waits(request) else Verdict.SILENCE


def waits(request: Request) -> bool:
    """Whether the platform shows the person that an answer is awaited, and to nobody else what it is."""
    return isinstance(request.input, Pressed | Called)
