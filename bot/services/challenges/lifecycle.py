"""How challenges and duels come to be, and how people come into them and leave them."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.core.identity import new_id
from bot.services.challenges.rules import Pace, Rules, commitment, market_of, new_salt
from bot.services.challenges.score import UNRANKED, Tally
from bot.services.challenges.stage import (
    Stage,
    changed,
    entry_open,
    rules_of,
    stage_of,
)
from bot.services.challenges.together import Together
from bot.services.markets import MAIN_MARKET, Markets
from bot.services.replays import Replays
from bot.storage import UnitOfWork, accounts, challenges
from bot.storage.accounts import Account
from bot.storage.challenges import Challenge, Member
from engine.account import MarginAccount
from engine.exchange import decide
from engine.intents import Deposit

MONTH = "%Y-%m"
_SECOND = timedelta(seconds=1)


class Joined(StrEnum):
    """What came of somebody who wanted in."""

    IN = "in"
    BACK = "back"
    ALREADY = "already"
    CLOSED = "closed"
    LEFT = "left"
    THROUGH = "through"
    OVER = "over"
    NOT_INVITED = "not-invited"


@dataclass(frozen=True, slots=True)
class Wish:
    """A challenge that somebody wants: its rules without a tape chosen yet, and its times.

    `tape`: the number of a hidden tape, None: any that fits. `invited`: the ids of the only persons who may join.
    """

    rules: Rules
    starts_at: datetime
    entry_until: datetime
    tape: int | None = None
    invited: tuple[str, ...] = ()


class NoPrice(Exception):
    """A coin that is to be traded live has no price there."""

    def __init__(self, symbol: str) -> None:
        super().__init__(symbol)
        self.symbol = symbol


class NoSuchTape(Exception):
    """There is no tape of that number, or none with all the coins."""


class Lifecycle:
    """Creates challenges and takes people in and out; `changed` is called once a change is committed."""

    def __init__(
        self,
        replays: Replays,
        together: Together,
        markets: Markets,
        changed: Callable[[], None],
        chosen: Callable[[Sequence[str]], str] = secrets.choice,
    ) -> None:
        """`chosen` draws a tape from those that fit."""
        self.shelf = replays.shelf
        self._replays = replays
        self._together = together
        self._markets = markets
        self._changed = changed
        self._chosen = chosen

    def tape_for(self, rules: Rules, number: int | None) -> str | None:
        """The id of the tape that is played; None in the live market. Raises NoSuchTape or NoPrice."""
        if rules.pace is Pace.LIVE:
            tradable = self._markets.snapshot(MAIN_MARKET).tradable
            missing = [each for each in rules.symbols if each not in tradable]
            if missing:
                raise NoPrice(missing[0])
            return None
        fitting = [
            each
            for each in self.shelf.ids
            if set(rules.symbols) <= set(self.shelf.take(each, hidden=False).tape.series)
        ]
        if number is not None:
            named = self.shelf.numbered(number)
            fitting = [each for each in fitting if each == named]
        if not fitting:
            raise NoSuchTape
        return self._chosen(fitting)

    async def create(
        self,
        unit: UnitOfWork,
        wish: Wish,
        *,
        kind: str,
        chat_key: str | None,
        host_id: str,
        language: str,
        now: datetime,
        thread: str | None = None,
    ) -> Challenge | None:
        """A new challenge or duel; None where the chat has a challenge that is not over. Raises NoSuchTape or NoPrice.

        The caller lets the host join. `language` is that of what is said in the chat.
        """
        if chat_key is not None:
            await unit.lock(f"chat:{chat_key}")
            if kind == challenges.CHALLENGE and await challenges.running_in(unit, chat_key) is not None:
                return None
        rules = replace(wish.rules, tape=self.tape_for(wish.rules, wish.tape))
        shown = rules.symbols
        if rules.tape is not None:
            reel = self.shelf.take(rules.tape, hidden=True)
            shown = tuple(sorted(map(reel.alias_of, rules.symbols)))
            if rules.pace is Pace.TOGETHER:
                rules = replace(rules, speed=speed_of(reel.tape.length, rules.length))
        salt = new_salt()
        challenge = Challenge(
            id=new_id(),
            kind=kind,
            chat_key=chat_key,
            host_id=host_id,
            body={
                "rules": rules.to_json(),
                "salt": salt,
                "commitment": commitment(rules, salt),
                "language": language,
                "thread": thread,
                "message": None,
                "muted": False,
                "entry_until": wish.entry_until.isoformat(),
                "symbols": list(shown),
                "invited": list(wish.invited),
                "place": 0,
                "ending": False,
                "closing": None,
                "called_off": False,
                "actions_hash": None,
            },
            created_at=now,
            starts_at=wish.starts_at,
            ends_at=wish.starts_at + rules.length,
            season=wish.starts_at.strftime(MONTH) if rules.season else None,
        )
        challenges.create(unit, challenge)
        if rules.pace is Pace.TOGETHER:
            await self._together.opened(unit, challenge)
        unit.on_commit(self._changed)
        return challenge

    async def join(
        self, unit: UnitOfWork, challenge: Challenge, person_id: str, name: str, now: datetime
    ) -> Joined:
        """Take somebody in, with an account of their own that is also the account of their private chat from now on.

        Who left before the start comes back; who left later does not.
        """
        await self._lock(unit, challenge)
        challenge = await challenges.find(unit, challenge.id) or challenge
        if stage_of(challenge, now) in {Stage.CLOSING, Stage.OVER}:
            return Joined.OVER
        before = await challenges.member(unit, challenge.id, person_id)
        if before is not None and before.left_at is None and before.finished_at is not None:
            return Joined.THROUGH
        if before is not None and before.left_at is None:
            challenges.turn_to(unit, person_id, before.account_id, now)
            return Joined.ALREADY
        if before is not None and before.finished_at is not None:
            return Joined.LEFT
        if not entry_open(challenge, now):
            return Joined.CLOSED
        invited = challenge.body["invited"]
        if invited and person_id not in invited and person_id != challenge.host_id:
            return Joined.NOT_INVITED
        unit.on_commit(self._changed)
        if before is not None:
            challenges.set_status(unit, replace(before, name=name, left_at=None))
            challenges.turn_to(unit, person_id, before.account_id, now)
            return Joined.BACK
        account = self._account(unit, challenge, person_id, now)
        rules = rules_of(challenge)
        tally = Tally.begin(rules.balance)
        challenges.add(
            unit,
            Member(
                challenge_id=challenge.id,
                account_id=account.id,
                person_id=person_id,
                name=name,
                shown=True,
                joined_at=now,
                focused_at=None,
                left_at=None,
                finished_at=None,
                seen_at=None,
                equity=tally.equity,
                peak=tally.peak,
                drawdown=tally.drawdown,
                liquidations=tally.liquidations,
                score=UNRANKED,
            ),
        )
        challenges.turn_to(unit, person_id, account.id, now)
        return Joined.IN

    async def leave(self, unit: UnitOfWork, challenge: Challenge, member: Member, now: datetime) -> None:
        """Let somebody go: before the start they can come back, later their account is put aside for good."""
        await self._lock(unit, challenge)
        challenges.turn_to(unit, member.person_id, None, now)
        begun = stage_of(challenge, now) is not Stage.LOBBY
        challenges.set_status(
            unit, replace(member, left_at=now, focused_at=None, finished_at=now if begun else None)
        )
        unit.on_commit(self._changed)
        if not begun:
            return
        if rules_of(challenge).pace is Pace.OWN:
            await self._replays.give_up(unit, member.account_id, now)
        else:
            await put_aside(unit, member.account_id, now)

    async def show(self, unit: UnitOfWork, member: Member, *, shown: bool) -> None:
        """Name a member in the table, or not."""
        challenges.set_status(unit, replace(member, shown=shown))
        unit.on_commit(self._changed)

    async def call_off(self, unit: UnitOfWork, challenge: Challenge, now: datetime) -> bool:
        """End a challenge without a result; whether it was still going on."""
        await self._lock(unit, challenge)
        kept = await challenges.find(unit, challenge.id)
        if kept is None or stage_of(kept, now) not in {Stage.LOBBY, Stage.RUNNING}:
            return False
        challenges.save(unit, changed(kept, called_off=True))
        unit.on_commit(self._changed)
        return True

    async def _lock(self, unit: UnitOfWork, challenge: Challenge) -> None:
        await unit.lock(f"chat:{challenge.chat_key}" if challenge.chat_key else f"chat:{challenge.id}")

    def _account(self, unit: UnitOfWork, challenge: Challenge, person_id: str, now: datetime) -> Account:
        """A member's account with the start balance, in the challenge's market."""
        rules = rules_of(challenge)
        if rules.pace is Pace.OWN:
            banner = {
                "kind": "challenge",
                "name": rules.name,
                "duel": challenge.kind != challenges.CHALLENGE,
                "pace": rules.pace.value,
                "stage": Stage.RUNNING.value,
                "until": challenge.ends_at.isoformat(),
                "stale": False,
            }
            return self._replays.start_in_challenge(
                unit, person_id, challenge.id, rules.tape or "", rules.speed, rules.balance, banner, now
            )
        account_id = new_id()
        name = market_of(rules, challenge.id, account_id)
        market = self._markets.snapshot(MAIN_MARKET if rules.pace is Pace.LIVE else name)
        empty = Account(account_id, person_id, accounts.CHALLENGE, name, MarginAccount.empty(), now)
        accounts.create(unit, empty)
        given = decide(Deposit(rules.balance), empty.state, market)
        return accounts.record(unit, empty, given, now, market.time)


async def put_aside(unit: UnitOfWork, account_id: str, now: datetime) -> Account:
    """Archive a member's account as it stands, if that was not done before; nothing is traded."""
    await unit.lock(f"account:{account_id}")
    account = await accounts.load(unit, account_id)
    return account if account.archived_at is not None else accounts.archive(unit, account, now)


def speed_of(tape: timedelta, lasts: timedelta) -> Decimal:
    """Tape time per real time, to 4 places, so that a tape lasts so long."""
    return (Decimal(tape // _SECOND) / Decimal(lasts // _SECOND)).quantize(Decimal("0.0001"))
