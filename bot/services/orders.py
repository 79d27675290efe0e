"""Orders: words become plans, plans are shown, confirmed once, and carried out at the price of that moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, TypeAlias

from bot.core.identity import new_id
from bot.services.plans import LIFETIME, Plan
from bot.services.sizes import EquityShare, Size, quantity_of
from bot.services.turn import BotTurn, open_account, record
from bot.storage import accounts, journal, previews, tags
from bot.storage.accounts import Account
from engine.account import MarginAccount
from engine.events import Event, PositionIncreased, PositionOpened
from engine.exchange import decide
from engine.intents import ChangeLeverage, ChangeMode, ChangePositionMode, Close, Intent, Open, Place
from engine.order_events import OrderAccepted, OrderTrailed
from engine.position import MarginMode, PositionMode, Side
from engine.resting import Order

RESET = "reset"
MOST_TRAILED = 200
"""So many entries of the journal since a preview are looked through for what is no change of the account."""


class NothingOpen(Exception):
    """There is no open position that could be meant."""


class Check(Protocol):
    """What may forbid orders, such as leverage that was not learnt yet, or the rules of a challenge."""

    async def check(self, turn: BotTurn, intents: Sequence[Intent]) -> None:
        """Lets intents pass, or raises what its answer is made of."""


@dataclass(frozen=True, slots=True)
class OrderWords:
    """What a learner said of an order; what was left out follows from the settings."""

    symbol: str
    side: Side
    size: Size | None = None
    leverage: int | None = None
    mode: MarginMode | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """Events that were recorded, and the account before and after them."""

    kind: str
    events: tuple[Event, ...]
    before: MarginAccount
    after: MarginAccount


@dataclass(frozen=True, slots=True)
class Renewed:
    """Nothing was done, since what the preview showed no longer holds; `line` asks for a new one."""

    reason: str
    line: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Nothing was done: the preview was used, cancelled, or is somebody else's."""


Confirmation: TypeAlias = Done | Renewed | Gone


class Orders:
    """The use cases that move paper money of the active account."""

    def __init__(
        self, balance: Decimal, checks: Sequence[Check] = (), last_checks: Sequence[Check] = ()
    ) -> None:
        """`checks` are asked before anything is shown or done, `last_checks` only before it is done."""
        self.balance = balance
        self._checks = tuple(checks)
        self._last_checks = tuple(last_checks)

    async def quantity(self, turn: BotTurn, words: OrderWords, price: Decimal | None = None) -> Decimal:
        """The quantity that the words come to at a price, or at the last one; raises Refusal or OtherCoin."""
        account = await turn.account()
        settings = account.state.settings_of(words.symbol)
        leverage = settings.leverage if words.leverage is None else words.leverage
        size = words.size or EquityShare(turn.person.default_size)
        checked = max(1, min(leverage, turn.market.contract(words.symbol).max_leverage))
        return quantity_of(size, words.symbol, checked, account.state, turn.market, price)

    async def open_intent(self, turn: BotTurn, words: OrderWords) -> Open:
        """The order that the words come to; raises Refusal or OtherCoin."""
        account = await turn.account()
        settings = account.state.settings_of(words.symbol)
        leverage = settings.leverage if words.leverage is None else words.leverage
        mode = words.mode or settings.mode
        return Open(words.symbol, words.side, await self.quantity(turn, words), leverage, mode)

    async def close_intents(
        self, turn: BotTurn, symbol: str | None, share: Decimal, side: Side | None = None
    ) -> tuple[Close, ...]:
        """Close a share of one position, or of all without a symbol; raises NothingOpen or Refusal."""
        account = await turn.account()
        held = [
            each
            for each in account.state.in_order()
            if symbol in {None, each.symbol} and side in {None, each.side}
        ]
        if not held:
            raise NothingOpen
        if share == 1:
            return tuple(Close(each.symbol, None, each.side) for each in held)
        market = turn.market
        return tuple(
            Close(each.symbol, max(contract.floor_quantity(each.quantity * share), contract.step), each.side)
            for each in held
            for contract in (market.contract(each.symbol),)
        )

    async def trial(
        self, turn: BotTurn, intents: tuple[Intent, ...]
    ) -> tuple[tuple[Event, ...], MarginAccount]:
        """The events and the account that intents would lead to now; nothing is recorded.

        Raises Refusal, or what a check raises.
        """
        for each in self._checks:
            await each.check(turn, intents)
        state = (await turn.account()).state
        events: list[Event] = []
        for intent in intents:
            decided = decide(intent, state, turn.market)
            for event in decided:
                state = state.apply(event)
            events += decided
        return tuple(events), state

    async def keep(self, turn: BotTurn, plan: Plan) -> str:
        """Keep a plan for 60 seconds; returns the id that confirms it."""
        account = await turn.account()
        kept = previews.Preview(new_id(), account.id, turn.person.id, plan.to_json(), turn.now)
        previews.put(turn.unit, kept)
        return kept.id

    async def previewed(self, turn: BotTurn, preview_id: str | None) -> Open | None:
        """The order that a preview of this person shows, if it is one."""
        kept = await previews.get(turn.unit, preview_id) if preview_id is not None else None
        if kept is None or kept.person_id != turn.person.id:
            return None
        intents = Plan.from_json(kept.body).intents
        return intents[0] if intents and isinstance(intents[0], Open) else None

    async def waiting(self, turn: BotTurn, preview_id: str | None) -> tuple[Order, MarginAccount] | None:
        """The order to rest that a preview of this person shows, and the account with its settings; raises Refusal."""
        kept = await previews.get(turn.unit, preview_id) if preview_id is not None else None
        if kept is None or kept.person_id != turn.person.id:
            return None
        intents = Plan.from_json(kept.body).intents
        if not intents or not isinstance(intents[-1], Place):
            return None
        _, state = await self.trial(turn, intents[:-1])
        return intents[-1].order, state

    async def confirm(self, turn: BotTurn, preview_id: str) -> Confirmation:
        """Carry a kept plan out, once, at the price of this moment; raises Refusal."""
        account = await turn.account()
        kept = await previews.get(turn.unit, preview_id)
        if kept is None or kept.spent or kept.person_id != turn.person.id or kept.account_id != account.id:
            return Gone()
        plan = Plan.from_json(kept.body)
        previews.spend(turn.unit, preview_id)
        turn.once = True
        if turn.now - kept.at > LIFETIME:
            return Renewed("expired", plan.line)
        if await self._changed(turn, account, plan.version):
            return Renewed("account", plan.line)
        if plan.drifted(turn.market):
            return Renewed("price", plan.line)
        if plan.kind == RESET:
            return await self.reset(turn)
        return await self.carry_out(turn, plan.kind, plan.intents, plan.tag)

    async def _changed(self, turn: BotTurn, account: Account, version: int) -> bool:
        """Whether an account changed since a version; a trailing stop that followed the price changes no figure."""
        since = account.state.version - version
        if not 0 <= since <= MOST_TRAILED:
            return True
        happened = await journal.entries(turn.unit, account.id, limit=since) if since else ()
        return not all(isinstance(each.event, OrderTrailed) for each in happened)

    async def withdraw(self, turn: BotTurn, preview_id: str) -> bool:
        """Cancel a kept plan; whether it could still be cancelled."""
        kept = await previews.get(turn.unit, preview_id)
        if kept is None or kept.spent or kept.person_id != turn.person.id:
            return False
        previews.spend(turn.unit, preview_id)
        turn.once = True
        return True

    async def carry_out(
        self, turn: BotTurn, kind: str, intents: tuple[Intent, ...], tag: str | None = None
    ) -> Done:
        """Decide and record intents one after the other, all or none; raises Refusal.

        What opens or adds is kept under the tag, and so is an order that may do so later. Raises what a check raises.
        """
        for each in (*self._checks, *self._last_checks):
            await each.check(turn, intents)
        account = await turn.account()
        before = account.state
        events: list[Event] = []
        for intent in intents:
            decided = decide(intent, account.state, turn.market)
            start = account.state.version
            account = record(turn, account, decided)
            for seq, event in enumerate(decided, start=start + 1):
                if tag is not None and _may_open(event):
                    tags.put(turn.unit, account.id, seq, tag)
            events += decided
        return Done(kind, tuple(events), before, account.state)

    async def change_leverage(self, turn: BotTurn, symbol: str, leverage: int) -> Done:
        """Set a symbol's leverage; raises Refusal."""
        return await self.carry_out(turn, "leverage", (ChangeLeverage(symbol, leverage),))

    async def change_mode(self, turn: BotTurn, symbol: str, mode: MarginMode) -> Done:
        """Set a symbol's margin mode; raises Refusal."""
        return await self.carry_out(turn, "mode", (ChangeMode(symbol, mode),))

    async def change_position_mode(self, turn: BotTurn, mode: PositionMode) -> Done:
        """Set the account's position mode; raises Refusal."""
        return await self.carry_out(turn, "hedge", (ChangePositionMode(mode),))

    async def reset(self, turn: BotTurn) -> Done:
        """Archive the main account and open a new one with the paper balance."""
        old = await turn.account()
        archived = accounts.archive(turn.unit, old, turn.now)
        turn.unit.on_commit(lambda: turn.committed(archived))
        new = open_account(turn.unit, turn.person.id, self.balance, turn.market, turn.now)
        turn.replace_account(new)
        return Done(RESET, (), old.state, new.state)


def _may_open(event: Event) -> bool:
    if isinstance(event, OrderAccepted):
        return not event.order.closes
    return isinstance(event, PositionOpened | PositionIncreased)
