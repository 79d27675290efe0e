"""A liquidation as the journal tells it: what was liquidated, since when it had been open, the account before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.storage.journal import Entry
from engine.account import MarginAccount
from engine.events import LiquidationStarted, PositionLiquidated, PositionOpened
from engine.order_events import OrderCancelled
from engine.position import MarginMode, PositionKey
from engine.resting import CancelReason


class NotThere(Exception):
    """The journal has no such liquidation."""


@dataclass(frozen=True, slots=True)
class Case:
    """One liquidation: of one isolated position, or of the cross account.

    `entries` are the journal from its beginning to the end of the liquidation, `seq` the number of the entry that began
    it and `since` that of the one that opened what was liquidated (in cross: the oldest of the open positions).
    `before` is the account right before it, funding of the same tick included, `after` right after it, `start` before
    `since`.
    """

    seq: int
    since: int
    entries: tuple[Entry, ...]
    start: MarginAccount
    before: MarginAccount
    after: MarginAccount
    started: LiquidationStarted
    fills: tuple[PositionLiquidated, ...]

    @property
    def keys(self) -> tuple[PositionKey, ...]:
        """What was liquidated, wholly or in part, in the order it happened."""
        return tuple(dict.fromkeys(each.key for each in self.fills))

    @property
    def isolated(self) -> bool:
        return self.started.mode is MarginMode.ISOLATED

    @property
    def at(self) -> datetime:
        """The market's time of the liquidation."""
        return self.entries[-1].market_time

    @property
    def life(self) -> tuple[Entry, ...]:
        """Everything from the opening up to the liquidation, which is not part of it."""
        return tuple(each for each in self.entries if self.since <= each.seq < self.seq)

    @property
    def opened_at(self) -> datetime:
        return next(each.market_time for each in self.entries if each.seq >= self.since)

    @property
    def symbols(self) -> tuple[str, ...]:
        """All symbols that a position was held in meanwhile: in cross, or were it cross, each of them counts."""
        opened = [each.event.symbol for each in self.life if isinstance(each.event, PositionOpened)]
        return tuple(sorted({*opened, *(symbol for symbol, _ in self.start.positions)}))


def case_of(entries: Sequence[Entry], seq: int) -> Case:
    """The liquidation that began with entry `seq` of a journal that is whole from its beginning, oldest entry first.

    Raises NotThere if no liquidation begins there.
    """
    states = {0: MarginAccount.empty()}
    account, opened = states[0], dict[PositionKey, int]()
    fills: list[PositionLiquidated] = []
    started: LiquidationStarted | None = None
    end = 0
    for each in entries:
        event = each.event
        if each.seq > seq and not _belongs(event):
            break
        if isinstance(event, PositionOpened):
            opened[event.key] = each.seq
            states[each.seq] = account
        if each.seq == seq:
            states[seq] = account
            started = event if isinstance(event, LiquidationStarted) else None
        if each.seq > seq and isinstance(event, PositionLiquidated):
            fills.append(event)
        account = account.apply(event)
        end += 1
    if started is None or not fills:
        raise NotThere
    before = states[seq]
    if started.mode is MarginMode.ISOLATED:
        since = opened[fills[0].key]
    else:
        since = min(opened[key] for key, held in before.positions.items() if held.mode is MarginMode.CROSS)
    return Case(seq, since, tuple(entries[:end]), states[since], before, account, started, tuple(fills))


def _belongs(event: object) -> bool:
    """Whether an event right behind the beginning of a liquidation is part of it."""
    cancelled = isinstance(event, OrderCancelled) and event.reason is CancelReason.LIQUIDATION
    return cancelled or isinstance(event, PositionLiquidated)
