"""Plan cards: in a challenge a position is only opened by a plan, and the plan is compared with the act."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.core.identity import new_id
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.challenges.planned import (
    Act,
    Exit,
    Loss,
    Planned,
    Reason,
    act_of,
    allowed,
    key_of,
    went_by,
)
from bot.services.turn import BotTurn
from bot.storage import UnitOfWork, accounts, journal, plans
from bot.storage.accounts import Account
from bot.storage.journal import Entry
from bot.storage.plans import KeptPlan
from engine.account import MarginAccount
from engine.events import Event
from engine.intents import Intent, Open, Place
from engine.margin import account_figures
from engine.position import PositionKey, PositionMode, Side

EXIT_LABELS = {
    Exit.TARGET: N_("At a profit"),
    Exit.STOP: N_("At my stop"),
    Exit.HAND: N_("By hand, when I decide"),
    Exit.END: N_("Hold to the end"),
}


def competes(account: Account) -> bool:
    """Whether an account is one of a challenge or duel."""
    return account.kind == accounts.CHALLENGE


class PlanMissing(Exception):
    """Something would be opened that nobody has planned; nothing was done."""

    def __init__(self, key: PositionKey) -> None:
        super().__init__(key[0])
        self._symbol, self._side = key

    def answer(self, preview: str | None = None) -> Answer:
        """The first question of the plan card; a preview goes on where it was once the plan is made."""
        base = self._symbol.removesuffix("USDT")
        line = f"plan {base.lower()} {self._side.value}"
        rest = "" if preview is None else f" preview={preview}"
        exits = [Button(EXIT_LABELS[each], f"{line} {each.value}{rest}") for each in Exit]
        return Answer("plan_first", {"base": base, "side": self._side}, rows_of(exits, 2), ok=False)


class PlanCards:
    """A check of orders (bot.services.orders.Check), and what is known of an account's plans."""

    async def check(self, turn: BotTurn, intents: Sequence[Intent]) -> None:
        """Let pass what opens nothing new, or was planned; raises PlanMissing."""
        account = await turn.account()
        if not competes(account):
            return
        for key in dict.fromkeys(_opened(each, account.state) for each in intents):
            if key is not None and not await self._unused(turn, account, key):
                raise PlanMissing(key)

    async def plan(self, turn: BotTurn, key: PositionKey, exit_: Exit, loss: Loss, reason: Reason) -> Planned:
        """Keep a plan for the next position of that contract and side, in place of one that was not used."""
        account = await turn.account()
        for unused in await self._unused(turn, account, key):
            plans.drop(turn.unit, unused.id)
        equity = account_figures(account.state, turn.market).equity
        made = Planned(exit_, loss, reason, equity, account.state.version)
        plans.put(turn.unit, KeptPlan(new_id(), account.id, key[0], key[1].value, made.to_json(), turn.now))
        return made

    async def _unused(self, turn: BotTurn, account: Account, key: PositionKey) -> list[KeptPlan]:
        """The plans for a position that were made and not used yet."""
        found = []
        for kept in await plans.of_account(turn.unit, account.id):
            if kept.closed_at is None and key_of(kept.symbol, kept.side) == key:
                planned = Planned.from_json(kept.body)
                act = act_of(key, await _since(turn.unit, account, planned, (), turn.now))
                found += [kept] if act.opened is None else []
        return found


async def compared(
    unit: UnitOfWork, account: Account, now: datetime, unwritten: Sequence[Event] = ()
) -> tuple[dict[str, Any], ...]:
    """The plans of an account beside what was done, the newest first; those of closed positions are settled for good.

    `unwritten`: the account's last events, which are not in storage yet.
    """
    found = []
    for kept in await plans.of_account(unit, account.id):
        planned, key = Planned.from_json(kept.body), key_of(kept.symbol, kept.side)
        if kept.closed_at is None:
            act = act_of(key, await _since(unit, account, planned, unwritten, now))
            outcome = _told(planned, act)
            if act.way is not None:
                plans.close(
                    unit,
                    replace(
                        kept,
                        body={**kept.body, "outcome": outcome},
                        closed_at=act.closed_at or now,
                        kept=went_by(planned, act),
                    ),
                )
        else:
            outcome = kept.body["outcome"]
        found.append({**_plan_data(kept, planned), **outcome})
    return tuple(found)


def _told(planned: Planned, act: Act) -> dict[str, Any]:
    return {
        "opened": act.opened is not None,
        "way": None if act.way is None else act.way.value,
        "net": str(act.net),
        "allowed": str(allowed(planned, act)),
        "went_by": None if act.way is None else went_by(planned, act),
        "closed_at": None if act.closed_at is None else act.closed_at.isoformat(),
    }


def _plan_data(kept: KeptPlan, planned: Planned) -> dict[str, Any]:
    return {
        "base": kept.symbol.removesuffix("USDT"),
        "symbol": kept.symbol,
        "side": kept.side,
        "exit": planned.exit.value,
        "loss": planned.loss.value,
        "reason": planned.reason.value,
        "at": kept.at.isoformat(),
    }


async def _since(
    unit: UnitOfWork, account: Account, planned: Planned, unwritten: Sequence[Event], now: datetime
) -> list[Entry]:
    """What happened since a plan was made, the oldest first."""
    stored = account.state.version - len(unwritten)
    newer = stored - planned.version
    entries = list((await journal.entries(unit, account.id, limit=newer))[::-1]) if newer > 0 else []
    for seq, event in enumerate(unwritten, start=stored + 1):
        entries.append(Entry(account.id, seq, now, now, event))
    return entries


def _opened(intent: Intent, state: MarginAccount) -> PositionKey | None:
    """The position that an intent would open anew, now or when its order fills."""
    match intent:
        case Open():
            symbol, side, quantity = intent.symbol, intent.side, intent.quantity
        case Place() if not intent.order.closes and intent.order.quantity is not None:
            symbol, side, quantity = intent.order.symbol, intent.order.direction, intent.order.quantity
        case _:
            return None
    if (symbol, side) in state.positions:
        return None
    other = state.positions.get((symbol, Side.SHORT if side is Side.LONG else Side.LONG))
    if other is not None and state.position_mode is PositionMode.ONE_WAY and quantity <= other.quantity:
        return None
    return symbol, side
