"""What speaks for isolated and what for cross: the criteria and their weights, all in this one place.

The criteria are those that are commonly named for the choice: size of the account, experience, number of positions and
hedges, leverage, style, watching, sleep, the state of the market. Their thresholds and weights are ours, and so is the
rule that their sum is the leaning; nothing of it is the exchange's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from engine.position import MarginMode

ISOLATED, CROSS = MarginMode.ISOLATED, MarginMode.CROSS

SMALL_ACCOUNT = Decimal(10_000)
EXPERIENCED = 10
"""So many closed trades tell experience without being asked for it."""
SKILLED = 4
"""So many mastered skills do too."""
HEALTHY_LEVERAGE = 5
APART = 3
"""Leverages are different risks where the highest is so many times the lowest."""
LEANS = 2
CLEARLY = 5
"""From which difference of the weights there is a leaning, and a clear one."""


class Experience(StrEnum):
    NEW = "new"
    PRO = "pro"


class Style(StrEnum):
    HOLD = "hold"
    SWING = "swing"
    DAY = "day"


class Watch(StrEnum):
    ALWAYS = "always"
    OFTEN = "often"
    RARELY = "rarely"


class Night(StrEnum):
    OPEN = "open"
    STOPS = "stops"
    CLOSED = "closed"


class State(StrEnum):
    CALM = "calm"
    WILD = "wild"


class Shape(StrEnum):
    """What the open positions are together; `alike`: they count as less than half way from one bet to their number."""

    NONE = "none"
    ONE = "one"
    ALIKE = "alike"
    DIVERSE = "diverse"
    HEDGE = "hedge"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a learner; None: not answered, and nothing that would tell.

    `equity` in USDT; `trades` closed and `skills` mastered so far; `measured`: whether the correlations behind the shape are.
    """

    equity: Decimal
    trades: int
    skills: int = 0
    shape: Shape = Shape.NONE
    measured: bool = False
    leverages: tuple[int, ...] = ()
    experience: Experience | None = None
    style: Style | None = None
    watch: Watch | None = None
    night: Night | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One criterion applied: what it supports, how much, and whether it is told as a drawback of the other mode."""

    code: str
    supports: MarginMode
    weight: int
    against: bool = False
    figures: Mapping[str, Any] = field(default_factory=dict)


def reasons(facts: Facts) -> tuple[Reason, ...]:
    """All that speaks for either mode; what is not known or favours neither is left out."""
    found = (_size, _experience, _shape, _leverage, _style, _watch, _night, _state)
    return tuple(reason for each in found if (reason := each(facts)) is not None)


def _size(facts: Facts) -> Reason:
    figures = {"equity": facts.equity, "small": SMALL_ACCOUNT}
    if facts.equity <= SMALL_ACCOUNT:
        return Reason("size-small", ISOLATED, 2, figures=figures)
    return Reason("size-large", CROSS, 1, figures=figures)


def _experience(facts: Facts) -> Reason | None:
    figures = {"trades": facts.trades, "skills": facts.skills}
    match facts.experience:
        case Experience.NEW:
            return Reason("new", ISOLATED, 3, figures=figures)
        case Experience.PRO:
            return Reason("experienced", CROSS, 1, figures=figures)
    return None


def _shape(facts: Facts) -> Reason | None:
    """Correlations that are not measured but assumed weigh one less."""
    less = 0 if facts.measured else 1
    match facts.shape:
        case Shape.ONE:
            return Reason("one", ISOLATED, 1)
        case Shape.ALIKE:
            return Reason("alike", ISOLATED, 2 - less, against=True)
        case Shape.DIVERSE:
            return Reason("diverse", CROSS, 2 - less)
        case Shape.HEDGE:
            return Reason("hedge", CROSS, 4 - less)
    return None


def _leverage(facts: Facts) -> Reason | None:
    if not facts.leverages:
        return None
    low, high = min(facts.leverages), max(facts.leverages)
    figures = {"low": low, "high": high, "healthy": HEALTHY_LEVERAGE}
    if high >= APART * low and high > HEALTHY_LEVERAGE:
        return Reason("leverage-apart", ISOLATED, 1, figures=figures)
    if high > HEALTHY_LEVERAGE:
        return Reason("leverage-high", ISOLATED, 1, figures=figures)
    return None


def _style(facts: Facts) -> Reason | None:
    match facts.style:
        case Style.HOLD:
            return Reason("hold", ISOLATED, 1)
        case Style.SWING:
            return Reason("swing", ISOLATED, 1)
        case Style.DAY:
            return Reason("day", CROSS, 1)
    return None


def _watch(facts: Facts) -> Reason | None:
    match facts.watch:
        case Watch.ALWAYS:
            return Reason("watched", CROSS, 2)
        case Watch.OFTEN:
            return Reason("watched-often", ISOLATED, 1, against=True)
        case Watch.RARELY:
            return Reason("watched-rarely", ISOLATED, 2, against=True)
    return None


def _night(facts: Facts) -> Reason | None:
    """With stops the night speaks for neither: both modes need them."""
    match facts.night:
        case Night.OPEN:
            return Reason("night-open", ISOLATED, 2, against=True)
        case Night.CLOSED:
            return Reason("night-closed", CROSS, 1)
    return None


def _state(facts: Facts) -> Reason | None:
    match facts.state:
        case State.WILD:
            return Reason("wild", ISOLATED, 2)
        case State.CALM:
            return Reason("calm", CROSS, 1)
    return None


@dataclass(frozen=True, slots=True)
class Leaning:
    """The sums of the weights; `mode` is None where they are too close to lean."""

    isolated: int
    cross: int

    @property
    def mode(self) -> MarginMode | None:
        if abs(self.isolated - self.cross) < LEANS:
            return None
        return ISOLATED if self.isolated > self.cross else CROSS

    @property
    def clear(self) -> bool:
        return abs(self.isolated - self.cross) >= CLEARLY


def leaning(facts: Facts) -> Leaning:
    """The sum of what speaks for each mode."""
    found = reasons(facts)
    return Leaning(
        *(sum(each.weight for each in found if each.supports is mode) for mode in (ISOLATED, CROSS))
    )


Turned = Callable[[Facts], Facts]


def _shaped(facts: Facts, shape: Shape) -> Facts:
    return facts if facts.shape is shape else replace(facts, shape=shape, measured=True)


_TOWARDS: Mapping[MarginMode, tuple[tuple[str, Turned], ...]] = {
    CROSS: (
        ("hedge", lambda facts: _shaped(facts, Shape.HEDGE)),
        ("watch", lambda facts: replace(facts, watch=Watch.ALWAYS)),
        ("close-at-night", lambda facts: replace(facts, night=Night.CLOSED)),
        ("experience", lambda facts: replace(facts, experience=Experience.PRO)),
        ("calm", lambda facts: replace(facts, state=State.CALM)),
        ("day", lambda facts: replace(facts, style=Style.DAY)),
        ("grow", lambda facts: replace(facts, equity=max(facts.equity, SMALL_ACCOUNT + 1))),
        ("leverage-low", lambda facts: replace(facts, leverages=())),
    ),
    ISOLATED: (
        ("wild", lambda facts: replace(facts, state=State.WILD)),
        ("watch-less", lambda facts: replace(facts, watch=Watch.RARELY)),
        ("sleep-open", lambda facts: replace(facts, night=Night.OPEN)),
        ("alike", lambda facts: _shaped(facts, Shape.ALIKE)),
        ("hold", lambda facts: replace(facts, style=Style.SWING)),
        ("shrink", lambda facts: replace(facts, equity=min(facts.equity, SMALL_ACCOUNT))),
    ),
}
"""What could become different, by the mode it favours."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What would change the answer, and to which leaning: any one of the codes, or only all of them together."""

    codes: tuple[str, ...]
    to: MarginMode | None
    together: bool


def turns(facts: Facts) -> tuple[Turn, ...]:
    """What would change the leaning; empty where nothing that is looked at would."""
    now = leaning(facts).mode
    aims = [mode for mode in (CROSS, ISOLATED) if mode is not now]
    found: list[Turn] = []
    for aim in aims:
        alone: dict[MarginMode | None, list[str]] = {}
        for code, turned in _TOWARDS[aim]:
            then = leaning(turned(facts)).mode
            if then is not now and then in {aim, None}:
                alone.setdefault(then, []).append(code)
        found += [Turn(tuple(codes), then, together=False) for then, codes in alone.items()]
        if not alone and (turn := _all_together(facts, aim, now)) is not None:
            found.append(turn)
    return tuple(found)


def _all_together(facts: Facts, aim: MarginMode, now: MarginMode | None) -> Turn | None:
    """The fewest changes that end the leaning, the weightiest first."""
    codes: list[str] = []
    for code, turned in sorted(_TOWARDS[aim], key=lambda each: -_gain(facts, each[1], aim)):
        if _gain(facts, turned, aim) <= 0:
            break
        facts = turned(facts)
        codes.append(code)
        then = leaning(facts).mode
        if then is not now:
            return Turn(tuple(codes), then, together=True)
    return None


def _gain(facts: Facts, turned: Turned, aim: MarginMode) -> int:
    """By how much a change moves the sums towards a mode."""
    return _towards(leaning(turned(facts)), aim) - _towards(leaning(facts), aim)


def _towards(sums: Leaning, aim: MarginMode) -> int:
    return sums.cross - sums.isolated if aim is CROSS else sums.isolated - sums.cross
