"""The turn of a request over a unit of work: the person, the account, the market as it is now."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.core.clock import Clock
from bot.core.identity import new_id
from bot.core.reply import Answer
from bot.core.request import Request
from bot.core.turn import AlreadyAnswered, TryAgain
from bot.core.wording import Wording
from bot.services.challenges.stage import banner_of
from bot.services.markets import MAIN_MARKET, MarketClosed, Markets
from bot.storage import (
    AlreadyProcessed,
    RowRefused,
    SerializationFailure,
    Store,
    UnitOfWork,
    VersionConflict,
    accounts,
    challenges,
    conversation,
    people,
)
from bot.storage.accounts import Account
from bot.storage.challenges import Challenge
from bot.storage.openings import Opening, opening
from bot.storage.people import Person
from engine.account import MarginAccount
from engine.events import Event
from engine.exchange import decide
from engine.intents import Deposit
from engine.market import MarketSnapshot

DEFAULT_SIZE = Decimal("0.02")
PRESSES = "press"


class BotTurn:
    """One request: reads at once, collects what is to be written, and is committed by whoever opened it."""

    def __init__(
        self,
        unit: UnitOfWork,
        request: Request,
        person: Person,
        found: Opening | None,
        language: str,
        markets: Markets,
        now: datetime,
        changed: Callable[[Account], None],
    ) -> None:
        self.committed = changed
        self.unit = unit
        self.request = request
        self.person = person
        self.language = language
        self.now = now
        self._markets = markets
        self._market: MarketSnapshot | None = None
        self.suggested = False
        self.once = False  # whether something was done that a second press must not do again
        self._base: Callable[[], None] | None = None
        self._account: Account | None = None
        self._found: Account | None = found.account if found else None
        self._contest: Challenge | None = None
        self._market_name = self._found.market if self._found else MAIN_MARKET
        self._pending_line = found.pending_line if found else None

    @property
    def person_id(self) -> str:
        """The id of the person who asks."""
        return self.person.id

    @property
    def time_zone(self) -> str:
        """The zone whose times are shown beside UTC."""
        return self.person.time_zone

    @property
    def changed(self) -> bool:
        """Whether anything waits to be committed."""
        return self.unit.changed

    @property
    def market(self) -> MarketSnapshot:
        """The market of the active account, as it was when it was first looked at; raises TryAgain if it has just ended."""
        if self._market is None:
            try:
                self._market = self._markets.snapshot(self._market_name)
            except MarketClosed as ended:
                raise TryAgain from ended
        return self._market

    def look(self) -> None:
        """Let the line above the answer say which account and market it is about."""
        self._market = self.market

    @property
    def challenge_account(self) -> Account | None:
        """The active account as it was found, where it is a challenge's."""
        found = self._account or self._found
        return found if found is not None and found.kind == accounts.CHALLENGE else None

    async def challenge(self) -> Challenge | None:
        """The challenge that the active account belongs to."""
        account = self.challenge_account
        if account is None:
            return None
        if self._contest is None:
            member = await challenges.member_of_account(self.unit, account.id)
            self._contest = None if member is None else await challenges.find(self.unit, member.challenge_id)
        return self._contest

    @property
    def banner(self) -> dict[str, Any]:
        """What is said above an answer that looked at the market or the account: which one, how old its prices are."""
        here = self._markets.banner(self._market_name)
        if self._contest is not None and self.challenge_account is not None:
            return {} if (self._market or self._account) is None else banner_of(self._contest, here, self.now)
        return {} if self._market is None else here

    @property
    def previews(self) -> bool:
        """Whether money moves only after a preview: the person wants it so, or the words came from a guess."""
        return self.person.confirm or self.suggested

    async def account(self) -> Account:
        """The active account, locked to the end of the turn; new events are recorded through `record`."""
        if self._account is None:
            found = self._found
            if found is None:
                raise TryAgain
            if await self.unit.lock(f"account:{found.id}"):
                found = await accounts.load(self.unit, found.id)
            self._market = None  # what was seen before the lock may be a step behind what the account has met
            if found.archived_at is not None:
                raise TryAgain
            self._account = found
        return self._account

    def replace_account(self, account: Account) -> None:
        """Go on with another state of the active account, or with another account."""
        self._account = account
        if account.market != self._market_name:
            self._market_name, self._market = account.market, None

    def save_person(self, person: Person) -> None:
        """Keep the person's changed settings, and answer by them."""
        self.person = person
        people.save(self.unit, person)

    async def pending_line(self) -> str | None:
        """The unfinished command of this person in this chat, as a line."""
        return self._pending_line

    def set_pending(self, line: str) -> None:
        """Keep an unfinished command until the next words of this person in this chat."""
        self._pending_line = line
        conversation.set_pending(self.unit, self.person.id, self.request.chat.key, line, self.now)

    def clear_pending(self) -> None:
        """Forget the unfinished command."""
        self._pending_line = None
        conversation.clear_pending(self.unit, self.person.id, self.request.chat.key)

    async def kept_line(self, token: str) -> str | None:
        """The line kept under a button's token."""
        kept = await conversation.action(self.unit, token)
        return kept.line if kept else None

    def keep_line(self, token: str, line: str) -> None:
        """Keep a line that is too long for a button."""
        conversation.put_action(self.unit, token, self.person.id, line, self.now)

    async def answered(self, nonce: str | None) -> Answer | None:
        """The answer that this act, or a press of the same button that acts once, got before."""
        acts = [(str(self.request.who.platform), self.request.update)]
        if nonce is not None:
            acts.append((PRESSES, f"{self.person.id}:{nonce}"))
        for platform, update in acts:
            kept = await conversation.find(self.unit, platform, update)
            if kept is not None:
                return Answer.from_json(kept)
        return None

    def remember(self, answer: Answer, nonce: str | None) -> None:
        """Keep the answer with this act, so that the same act again gets the same answer."""
        kept = answer.to_json()
        conversation.mark(self.unit, self.request.who.platform, self.request.update, kept, self.now)
        if nonce is not None and self.once:
            conversation.mark(self.unit, PRESSES, f"{self.person.id}:{nonce}", kept, self.now)

    def going_private(self) -> None:
        """The person goes on in their private chat: the account of this chat, if it is a challenge's, is theirs there."""
        here = self._found
        of_challenge = here.id if here is not None and here.kind == accounts.CHALLENGE else None
        challenges.turn_to(self.unit, self.person.id, of_challenge, self.now)

    def discard(self) -> None:
        """Drop all that waits to be committed; a newcomer stays known."""
        self.unit.discard()
        self.once = False
        if self._base is not None:
            self._base()

    def begin_with(self, base: Callable[[], None]) -> None:
        """Write what must be kept whatever becomes of the request."""
        self._base = base
        base()


class BotTurns:
    """Opens turns: finds the person or welcomes a new one with a paper account."""

    def __init__(
        self,
        store: Store,
        markets: Markets,
        clock: Clock,
        wording: Wording,
        balance: Decimal,
        changed: Callable[[Account], None] = lambda _: None,
    ) -> None:
        """`changed` hears of each account as it was committed."""
        self._store = store
        self._markets = markets
        self._clock = clock
        self._wording = wording
        self._balance = balance
        self._changed = changed

    @asynccontextmanager
    async def open(self, request: Request) -> AsyncIterator[BotTurn]:
        """The turn of a request; commits at the end of the block (bot.core.turn.Turns)."""
        try:
            async with self._store.unit() as unit:
                await unit.lock(f"person:{request.who.platform}:{request.who.user}")
                found = await opening(unit, request.who, request.chat.key, private=request.chat.private)
                if found is not None and found.account is not None:
                    await self._markets.ready(unit, found.account.market)
                person = found.person if found else self._newcomer()
                language = self._wording.language(person.language or request.language)
                turn = BotTurn(
                    unit, request, person, found, language, self._markets, self._clock.now(), self._changed
                )
                await turn.challenge()
                if found is None:
                    turn.begin_with(lambda: self._welcome(turn, person))
                elif found.unreachable or request.language not in {None, found.language}:
                    turn.begin_with(
                        lambda: people.heard(unit, request.who, request.language or found.language)
                    )
                yield turn
        except AlreadyProcessed as again:
            raise AlreadyAnswered(Answer.from_json(again.answer)) from again
        except (VersionConflict, SerializationFailure, RowRefused) as lost:
            raise TryAgain from lost

    def _newcomer(self) -> Person:
        return Person(
            id=new_id(),
            language=None,
            time_zone="UTC",
            confirm=True,
            default_size=DEFAULT_SIZE,
            created_at=self._clock.now(),
            started=False,
        )

    def _welcome(self, turn: BotTurn, person: Person) -> None:
        people.create(turn.unit, turn.request.who, person, turn.request.language)
        turn.replace_account(open_account(turn.unit, person.id, self._balance, turn.market, turn.now))


def open_account(
    unit: UnitOfWork, person_id: str, balance: Decimal, market: MarketSnapshot, now: datetime
) -> Account:
    """A new main account with its first deposit of paper USDT."""
    account = Account(new_id(), person_id, accounts.MAIN, MAIN_MARKET, MarginAccount.empty(), now)
    accounts.create(unit, account)
    events = decide(Deposit(balance), account.state, market)
    return accounts.record(unit, account, events, now, market.time)


def record(turn: BotTurn, account: Account, events: tuple[Event, ...]) -> Account:
    """Record events on the turn's account."""
    after = accounts.record(turn.unit, account, events, turn.now, turn.market.time)
    turn.replace_account(after)
    turn.unit.on_commit(lambda: turn.committed(after))
    turn.once = True
    return after
