"""The cooldown after a liquidation: as long as the challenge's chat says, on the challenge's account alone."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import insert

from bot.core.identity import new_id
from bot.core.request import Request, Said
from bot.core.wording import Wording
from bot.services.groups.settings import cooled_until
from bot.services.markets import Markets
from bot.services.turn import BotTurns
from bot.storage import accounts, challenges, tables
from bot.storage.accounts import Account
from bot.storage.challenges import Challenge, Member
from engine.account import MarginAccount
from tests.fakes.groups import ROOM, GroupTalk, group_talking

ZERO = Decimal(0)


async def challenged(talk: GroupTalk, who: str) -> str:
    """Somebody's account in a challenge of the room."""
    await talk.say("/start", who)
    person, now = (await talk.main(who, talk.board.platform)).person_id, talk.bot.clock.now()
    account = Account(new_id(), person, accounts.CHALLENGE, "main", MarginAccount.empty(), now)
    challenge = Challenge(
        new_id(), challenges.CHALLENGE, talk.chat().key, person, {}, now, now, now + timedelta(days=1)
    )
    member = Member(
        challenge.id, account.id, person, who, True, now, None, None, None, None, ZERO, ZERO, ZERO, 0, ZERO
    )
    async with talk.bot.store.unit() as unit:
        challenges.create(unit, challenge)
        accounts.create(unit, account)
        challenges.add(unit, member)
    return account.id


async def struck(talk: GroupTalk, account: str, seq: int) -> None:
    """The account was liquidated just now."""
    now = talk.bot.clock.now()
    async with talk.bot.store.unit() as unit:
        row = {"account_id": account, "seq": seq, "kind": "liquidation-started", "at": now}
        unit.write(insert(tables.events), row | {"market_time": now - timedelta(days=300), "body": {}})


async def asked(talk: GroupTalk, request: Request) -> datetime | None:
    wording: Wording = talk.bot.wording
    markets = Markets(talk.bot.feed.snapshot, dict)
    turns = BotTurns(talk.bot.store, markets, talk.bot.clock, wording, Decimal(10_000))
    async with turns.open(request) as turn:
        found = await cooled_until(turn)
        turn.discard()
    return found


async def test_it_lasts_as_long_as_the_chat_says_and_holds_in_its_challenge_alone() -> None:
    async with group_talking() as talk:
        account = await challenged(talk, "ann")
        here, private = talk.request(Said("x"), "ann", ROOM), talk.request(Said("x"), "ann")
        await struck(talk, account, 1)
        assert await asked(talk, here) is None  # off, as long as no admin wants it
        await talk.say("/group cooldown 15m", "boss", ROOM)
        until = await asked(talk, here)
        assert until is not None
        assert timedelta(minutes=14) < until - talk.bot.clock.now() <= timedelta(minutes=15)
        assert await asked(talk, private) is None  # the main account
        talk.later(minutes=15)
        assert await asked(talk, replace(here, update="later")) is None
        await struck(talk, account, 2)
        assert await asked(talk, replace(here, update="again")) is not None
