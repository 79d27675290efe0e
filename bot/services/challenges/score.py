"""The score of a challenge: what is left, less the deepest fall, less liquidations. Pure; docs/challenges.md §The score.

score = ln(clamp(end equity / start, 0.05, 1.5)) - deepest fall - 0.5 · liquidations

A position of more than twice the equity counts as a fall by itself. Ours, as is every figure here; the reasons and what
they were measured by: docs/adr/0009-score.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

from engine.account import MarginAccount
from engine.decimals import CONTEXT, MONEY_STEP, ONE, ZERO, exact
from engine.position import Side

LEAST, MOST = Decimal("0.05"), Decimal("1.5")
"""The share of the start that counts at least and at most: a loss has a floor, and luck a ceiling."""
PER_LIQUIDATION = Decimal("0.5")
FREE_SIZE = Decimal(2)
"""How many times the equity all positions together may be worth for nothing."""
PER_SIZE = Decimal("0.1")
"""What each further time counts as a fall: a move of 10 % would take as much of the equity."""
TAKES_PART = Decimal("0.02")
"""Positions have to be worth this share of the start, on average over the path, for a rank."""
UNRANKED = Decimal(-1000)
"""Stands in the place of a score for somebody who took no part; it lies below every score."""


@dataclass(frozen=True, slots=True)
class Sight:
    """An account at one moment, in USDT at mark: its equity, and its exposure: the notional of its positions, long and
    short of one symbol set off against each other.
    """

    equity: Decimal
    exposure: Decimal


@dataclass(frozen=True, slots=True)
class Tally:
    """What a life has come to so far. Amounts in USDT to 8 places; `drawdown` is a fraction from 0 to 1, to 8 places.

    `drawdown` is the deepest fall: at some moment, the loss from the highest equity before (the start counts as the
    first high), and 0.1 for each time that the exposure exceeded the equity beyond twice. `held` sums the exposure over
    the `steps` seen.
    """

    peak: Decimal
    drawdown: Decimal
    liquidations: int
    equity: Decimal
    held: Decimal = ZERO
    steps: int = 0

    @classmethod
    def begin(cls, start: Decimal) -> "Tally":
        """A life before its first step."""
        return cls(peak=start, drawdown=ZERO, liquidations=0, equity=start)

    @exact
    def seen(self, sight: Sight, *, step: bool = True) -> "Tally":
        """What is seen at a step of the path, or between two. Each figure is rounded half-even to 8 places first."""
        equity = _eight(sight.equity)
        peak = max(self.peak, equity)
        fall = min(ONE, _share(peak - equity, peak) + _overreach(sight))
        held = self.held + sight.exposure if step else self.held
        return Tally(peak, max(self.drawdown, fall), self.liquidations, equity, held, self.steps + step)

    def rested(self, steps: int) -> "Tally":
        """So many steps on, without a position and as it was."""
        return replace(self, steps=self.steps + steps)

    def liquidated(self) -> "Tally":
        """One liquidation more: of an isolated position or of the cross account, in however many parts."""
        return replace(self, liquidations=self.liquidations + 1)


@exact
def sight(account: MarginAccount, marks: Mapping[str, Decimal]) -> Sight:
    """An account at marks, in USDT by symbol; a position without a mark counts at its entry price."""
    equity, nets = account.wallet, dict[str, Decimal]()
    for held in account.positions.values():
        mark = marks.get(held.symbol, held.entry_price)
        signed = held.quantity if held.side is Side.LONG else -held.quantity
        equity += signed * (mark - held.entry_price)
        nets[held.symbol] = nets.get(held.symbol, ZERO) + signed * mark
    return Sight(equity, sum(map(abs, nets.values()), ZERO))


@exact
def gain(equity: Decimal, start: Decimal) -> Decimal:
    """The first part of a score, to 8 places: the logarithm of what is left of the start, within its bounds."""
    return _eight(CONTEXT.ln(min(max(equity / start, LEAST), MOST)))


@exact
def score(tally: Tally, start: Decimal) -> Decimal:
    """The whole score, to 8 places half-even; `start` is the balance that everybody got, above zero."""
    return gain(tally.equity, start) - tally.drawdown - PER_LIQUIDATION * tally.liquidations


@exact
def takes_part(tally: Tally, start: Decimal) -> bool:
    """Whether somebody has been in the market enough for a rank; whoever was liquidated has."""
    return tally.liquidations > 0 or (tally.held > ZERO and tally.held >= TAKES_PART * start * tally.steps)


def final_score(tally: Tally, start: Decimal) -> Decimal:
    """The score that ranks at the end: UNRANKED for those who took no part."""
    return score(tally, start) if takes_part(tally, start) else UNRANKED


def ranked(scores: Sequence[Decimal]) -> tuple[int | None, ...]:
    """The rank of each score: one more than there are greater ones, so that equal ones share it (1 1 3); None: no rank."""
    first: dict[Decimal, int] = {}
    for place, each in enumerate(sorted(scores, reverse=True), start=1):
        first.setdefault(each, place)
    return tuple(None if each == UNRANKED else first[each] for each in scores)


def _overreach(sight: Sight) -> Decimal:
    """What positions count as a fall by their size alone, to 8 places."""
    if not sight.exposure:
        return ZERO
    if sight.equity <= ZERO:
        return ONE
    return _eight(PER_SIZE * max(ZERO, sight.exposure / sight.equity - FREE_SIZE))


@exact
def _share(part: Decimal, whole: Decimal) -> Decimal:
    """A fraction from 0 to 1, to 8 places; with nothing there is nothing left to lose."""
    return _eight(min(ONE, max(ZERO, part / whole))) if whole > ZERO else ONE


def _eight(value: Decimal) -> Decimal:
    return value.quantize(MONEY_STEP, ROUND_HALF_EVEN, CONTEXT)
