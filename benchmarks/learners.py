"""Simulated learners: does spacing by FSRS teach more per minute than fixed intervals, or than no reviews at all?

    python -m benchmarks.learners [--learners 200] [--seeds 5]

Each learner meets 40 kinds of question in the first ten days and then reviews by a plan for 30 days from the start. What
they remember on day 30 is counted against the minutes they spent. The memory is *not* the scheduler's own: each learner
forgets along a power law, p = (1 + t / (9 s))^-1, with a stability s that starts at a length of their own, grows by a
factor of their own when an item is recalled late (the spacing effect), and falls back when it is forgotten. These are
assumptions of ours, no measurements of people; the study can show that a schedule wastes no time, not that anybody learns.
"""

import argparse
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp, log
from random import Random

from bot.services.school.spacing import STEPS, Confidence, Spacing, rating_of
from bot.storage.cards import KeptCard

START = datetime(2026, 1, 1, 18, tzinfo=UTC)
DAYS, KINDS, NEW_A_DAY, MOST_A_DAY = 30, 40, 4, 30
ANSWER_SECONDS, WRONG_SECONDS = 20, 35
"""A wrong answer takes longer: its explanation is read. Ours."""
FIXED = (1, 3, 7, 14, 30)
GUESSED = 0.25
"""How often an option is hit by chance."""


@dataclass(slots=True)
class Memory:
    """What a learner knows of one kind of question: `stability` in days, and when it was last seen (day)."""

    stability: float
    seen: float

    def recall(self, day: float) -> float:
        """The chance to remember on a day."""
        return 1 / (1 + (day - self.seen) / (9 * self.stability))

    def review(self, day: float, gain: float, *, remembered: bool) -> None:
        """Strengthen it: the later it is remembered, the more; forgotten, it starts lower."""
        late = 1 - self.recall(day)
        self.stability *= 1 + gain * exp(2 * late) * late * 4 if remembered else 0.4
        self.stability = max(self.stability, 0.3)
        self.seen = day


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody's memory: how long a new thing lasts (days), and how much a review adds."""

    first: float
    gain: float

    @classmethod
    def drawn(cls, rng: Random) -> "Learner":
        """Somebody by chance; both vary by about a half from one to another."""
        return cls(exp(rng.gauss(log(2.0), 0.5)), exp(rng.gauss(log(1.5), 0.4)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The share remembered on day 30, and the minutes spent, all answers together."""

    retained: float
    minutes: float
    reviews: int

    @property
    def per_minute(self) -> float:
        return self.retained / self.minutes


class Plan:
    """When each kind of question is due again, by day."""

    def first_seen(self, kind: int, day: float, *, right: bool, sure: bool) -> None:
        """Take note of an answer, the first or a later one."""

    def due(self, day: int) -> Sequence[int]:
        """The kinds to be reviewed on a day, the most urgent first."""
        return ()


class Never(Plan):
    """No reviews."""


class Steps(Plan):
    """After 1, 3, 7, 14 and 30 days, whatever happens; a wrong answer starts over."""

    def __init__(self) -> None:
        self._next: dict[int, tuple[float, int]] = {}

    def first_seen(self, kind: int, day: float, *, right: bool, sure: bool) -> None:
        step = self._next[kind][1] + 1 if right and kind in self._next else 0
        self._next[kind] = (day + FIXED[min(step, len(FIXED) - 1)], step)

    def due(self, day: int) -> Sequence[int]:
        found = [(at, kind) for kind, (at, _) in self._next.items() if at < day + 1]
        return [kind for _, kind in sorted(found)]


class Spaced(Plan):
    """By FSRS, as the bot does it; `steps` as in Spacing."""

    def __init__(self, steps: Sequence[timedelta] = STEPS) -> None:
        self._spacing = Spacing(steps=steps)
        self._cards: dict[int, KeptCard] = {}

    def first_seen(self, kind: int, day: float, *, right: bool, sure: bool) -> None:
        confidence = Confidence.SURE if sure else Confidence.THINK
        rating = rating_of(right=right, confidence=confidence, seconds=30)
        at = START + timedelta(days=day)
        self._cards[kind] = self._spacing.reviewed(
            self._cards.get(kind), "learner", "skill", str(kind), rating, at
        )

    def due(self, day: int) -> Sequence[int]:
        end = START + timedelta(days=day + 1)
        found = [(card.due_at, kind) for kind, card in self._cards.items() if card.due_at < end]
        return [kind for _, kind in sorted(found)]


PLANS: dict[str, Callable[[], Plan]] = {
    "no reviews": Never,
    "1-3-7-14-30": Steps,
    "FSRS": Spaced,
    "FSRS, days": lambda: Spaced(()),  # without its steps of minutes for a new card
}


def lived(learner: Learner, plan: Plan, rng: Random) -> Outcome:
    """The 30 days of one learner."""
    memories: dict[int, Memory] = {}
    seconds, reviews = 0, 0
    for day in range(DAYS):
        again = plan.due(day)[:MOST_A_DAY]
        new = range(day * NEW_A_DAY, min((day + 1) * NEW_A_DAY, KINDS))
        for place, kind in enumerate((*again, *new)):
            now = day + place * 1e-3
            memory = memories.get(kind)
            remembered = memory is not None and rng.random() < memory.recall(now)
            right = remembered or rng.random() < GUESSED
            seconds += ANSWER_SECONDS if right else WRONG_SECONDS
            if memory is None:
                memories[kind] = Memory(learner.first, now)
            else:
                memory.review(now, learner.gain, remembered=remembered)
                reviews += 1
            plan.first_seen(kind, now, right=right, sure=remembered)
    retained = statistics.fmean(each.recall(DAYS) for each in memories.values())
    return Outcome(retained, seconds / 60, reviews)


def study(learners: int, seeds: int) -> None:
    """Print the outcome of every plan: means over learners, and the spread of these means over seeds."""
    print(f"{learners} learners × {seeds} seeds, {KINDS} kinds of question, remembered on day {DAYS}")
    print(
        f"{'plan':12} {'remembered':>17} {'minutes':>14} {'reviews':>8} {'% per minute':>17} {'gain/min':>9}"
    )
    base: tuple[float, float] | None = None
    for name, plan in PLANS.items():
        runs = []
        for seed in range(seeds):
            rng = Random(seed)
            people = [Learner.drawn(rng) for _ in range(learners)]
            runs.append([lived(each, plan(), rng) for each in people])
        kept = [statistics.fmean(each.retained for each in run) for run in runs]
        spent = [statistics.fmean(each.minutes for each in run) for run in runs]
        rate = [statistics.fmean(each.per_minute for each in run) for run in runs]
        count = statistics.fmean(each.reviews for run in runs for each in run)
        mean = (statistics.fmean(kept), statistics.fmean(spent))
        base = base or mean
        more = "" if base == mean else f"{100 * (mean[0] - base[0]) / (mean[1] - base[1]):.2f}"
        print(
            f"{name:12} {_spread(kept, 100)} % {_spread(spent)} {count:8.0f} {_spread(rate, 100)} {more:>9}"
        )


def _spread(found: Sequence[float], times: float = 1.0) -> str:
    deviation = statistics.stdev(found) if len(found) > 1 else 0.0
    return f"{times * statistics.fmean(found):7.2f} ± {times * deviation:4.2f}"


if __name__ == "__main__":
    given = argparse.ArgumentParser(description="Simulated learners")
    given.add_argument("--learners", type=int, default=200)
    given.add_argument("--seeds", type=int, default=5)
    options = given.parse_args()
    study(options.learners, options.seeds)
