"""What a learner wants to be told, how loudly, and when to be left in peace. Kinds, stages and defaults are ours."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.storage import UnitOfWork, attention

STAGES = (60, 70, 80, 90)
"""Margin ratios, in per cent, at which a warning can begin and becomes worse."""
DEFAULT_THRESHOLD = 80
DEFAULT_THEME = "light"
CALMER = 5
"""So many percentage points below the threshold a warning is over, as for the watch (docs/watch.md, ours)."""
_HOURS = re.compile(
    r"(?:from)?([0-9]{1,2})(?:[:.h]([0-9]{2}))?h?(?:-|–|—|to|until|a)([0-9]{1,2})(?:[:.h]([0-9]{2}))?h?"
)


class Subject(StrEnum):
    """What a notice can be about."""

    MARGIN = "margin"
    PRICE = "price"
    FUNDING = "funding"
    FILLED = "filled"
    STOP = "stop"
    LIQUIDATED = "liquidated"


class Manner(StrEnum):
    """How a notice comes: with a sound, without one, not at all."""

    ON = "on"
    SILENT = "silent"
    OFF = "off"


class NeverOff(Exception):
    """A liquidation is always told: it can only be told silently."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day to another, as the clock on the wall shows it; they may go past midnight."""

    begin: time
    end: time

    def hold(self, local: time) -> bool:
        """Whether a time of day lies within; the begin does, the end does not."""
        if self.begin < self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end


def read_hours(words: str) -> QuietHours | None:
    """The hours that `23:00-07:00`, `23-7` or `from 23:00 to 7` say; None for no hours, or for no time between."""
    found = _HOURS.fullmatch("".join(words.split()))
    if found is None:
        return None
    try:
        begin, end = (time(int(found[hour]) % 24, int(found[hour + 1] or 0)) for hour in (1, 3))
    except ValueError:
        return None
    beyond = any(int(found[hour]) > 24 for hour in (1, 3))
    return None if begin == end or beyond else QuietHours(begin, end)


_DEFAULTS: Mapping[Subject, Manner] = {
    **dict.fromkeys(Subject, Manner.ON),
    Subject.FUNDING: Manner.SILENT,
}


@dataclass(frozen=True, slots=True)
class Attention:
    """One learner's choices: a manner for each subject, the margin ratio (per cent) to be warned at, quiet hours.

    `theme` is the ground that pictures are drawn on for them: `light` or `dark`.
    """

    manners: Mapping[Subject, Manner] = field(default_factory=lambda: dict(_DEFAULTS))
    threshold: int = DEFAULT_THRESHOLD
    quiet: QuietHours | None = None
    theme: str = DEFAULT_THEME

    def manner(self, subject: Subject, now: datetime, zone: str) -> Manner:
        """How a notice comes at an aware time: within the quiet hours of the zone nothing makes a sound."""
        chosen = self.manners[subject]
        return Manner.SILENT if chosen is Manner.ON and self.is_quiet(now, zone) else chosen

    def is_quiet(self, now: datetime, zone: str) -> bool:
        """Whether the quiet hours hold at an aware time, by the clock on the wall of the zone."""
        return self.quiet is not None and self.quiet.hold(now.astimezone(ZoneInfo(zone)).time())

    def with_manner(self, subject: Subject, manner: Manner) -> "Attention":
        """The same with another manner for a subject; raises NeverOff."""
        if subject is Subject.LIQUIDATED and manner is Manner.OFF:
            raise NeverOff
        return replace(self, manners={**self.manners, subject: manner})

    def stage(self, ratio: Decimal) -> int | None:
        """The highest stage that a margin ratio (a fraction) has reached, from the threshold on."""
        reached = [each for each in STAGES if each >= self.threshold and ratio * 100 >= each]
        return max(reached, default=None)

    def calm(self, ratio: Decimal) -> bool:
        """Whether a margin ratio has come so far below the threshold that a warning is over."""
        return ratio * 100 < self.threshold - CALMER

    def to_json(self) -> dict[str, Any]:
        """The choices as JSON values."""
        quiet = (
            None
            if self.quiet is None
            else [each.strftime("%H:%M") for each in (self.quiet.begin, self.quiet.end)]
        )
        return {
            "manners": {subject.value: manner.value for subject, manner in self.manners.items()},
            "threshold": self.threshold,
            "quiet": quiet,
            "theme": self.theme,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Attention":
        """The choices that to_json wrote; a subject or theme that is not among them has its default."""
        manners = {Subject(name): Manner(manner) for name, manner in kept["manners"].items()}
        quiet = None if kept["quiet"] is None else QuietHours(*map(time.fromisoformat, kept["quiet"]))
        return cls({**_DEFAULTS, **manners}, kept["threshold"], quiet, kept.get("theme", DEFAULT_THEME))


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody's choices and time zone."""

    attention: Attention = field(default_factory=Attention)
    zone: str = "UTC"

    def manner(self, subject: Subject, now: datetime) -> Manner | None:
        """How to tell them of a subject at a time; None: not at all."""
        found = self.attention.manner(subject, now.astimezone(UTC), self.zone)
        return None if found is Manner.OFF else found


class Thresholds:
    """Whose margin warnings begin elsewhere than usual, in step with the database.

    `told` hears of a change, by the id of the person.
    """

    def __init__(self) -> None:
        self._unusual: dict[str, int | None] = {}
        self.told: Callable[[str], object] = lambda person_id: None

    async def load(self, unit: UnitOfWork) -> None:
        """Read all choices, once."""
        for person_id, body in (await attention.all_chosen(unit)).items():
            self._keep(person_id, Attention.from_json(body))

    def of(self, person_id: str) -> Decimal | None:
        """The margin ratio, a fraction, from which on somebody is warned; None: never."""
        found = self._unusual.get(person_id, DEFAULT_THRESHOLD)
        return None if found is None else Decimal(found) / 100

    def save(self, unit: UnitOfWork, person_id: str, chosen: Attention) -> None:
        """Keep somebody's choices, in a unit."""
        attention.save(unit, person_id, chosen.to_json())
        before = self.of(person_id)

        def committed() -> None:
            self._keep(person_id, chosen)
            if self.of(person_id) != before:
                self.told(person_id)

        unit.on_commit(committed)

    def _keep(self, person_id: str, chosen: Attention) -> None:
        warned = chosen.manners[Subject.MARGIN] is not Manner.OFF
        threshold = chosen.threshold if warned else None
        if threshold == DEFAULT_THRESHOLD:
            self._unusual.pop(person_id, None)
        else:
            self._unusual[person_id] = threshold


async def listeners(unit: UnitOfWork, person_ids: Collection[str]) -> Mapping[str, Listener]:
    """What each of these people chose; who is unknown is left out."""
    kept = await attention.of(unit, person_ids)
    return {
        person_id: Listener(Attention() if each.body is None else Attention.from_json(each.body), each.zone)
        for person_id, each in kept.items()
    }


async def listener(unit: UnitOfWork, person_id: str) -> Listener:
    """What one person chose; the defaults for somebody unknown."""
    return (await listeners(unit, (person_id,))).get(person_id, Listener())


async def wanted(unit: UnitOfWork, person_id: str, subject: Subject, now: datetime) -> Manner | None:
    """Whether and how somebody wants to be told of a subject at a time; None: not at all."""
    return (await listener(unit, person_id)).manner(subject, now)


async def choose_theme(unit: UnitOfWork, person_id: str, theme: str) -> None:
    """Keep the ground that somebody wants pictures on, beside their other choices."""
    chosen = (await listener(unit, person_id)).attention
    attention.save(unit, person_id, replace(chosen, theme=theme).to_json())
