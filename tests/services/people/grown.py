"""Somebody of whom every table holds something: by what they said, and by rows that other parts of the bot would write."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from bot.core.identity import ChatRef, Identity, Platform, new_id
from bot.core.request import Request, Said
from bot.storage import UnitOfWork, people, tables
from tests.harness import START, Talk

ROOM = "lounge"
DIALOGUE = (
    *("/start", "/settings Europe/Madrid", "/open btc long 5x 500usdt #breakout", "!press Confirm"),
    *("/sl btc 47000", "!press Confirm", "/limit eth long @2000 5x 100usdt", "!press Confirm"),
    *("/alert btc 60000", "/alerts 60", "/quiet 23-7", "/lesson 1", "/predict on", "/predict off", "/quiz"),
    *("/open eth long 5x 100usdt", "/practice", "/replay 1", "/open a long", "/history", "/open btc"),
)
_UNIQUE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Grown:
    """Who that is: an identity with a name and a handle, the person and the accounts behind it."""

    who: Identity
    name: str
    handle: str
    person_id: str
    account_ids: tuple[str, ...]
    challenge_id: str


async def grown(
    talk: Talk, user: str, name: str, handle: str, platform: Platform = Platform.TELEGRAM
) -> Grown:
    """Let somebody talk under a name, and fill what talking does not reach."""
    who = Identity(platform, user)

    def asks(line: str, room: str | None = None) -> Request:
        chat = ChatRef(platform, room or user, private=room is None)
        return Request(f"g{new_id()}", who, chat, Said(line), name, None, True, True, handle)

    for line in DIALOGUE:
        if line.startswith("!press "):
            assert talk.reply is not None
            await talk.press(line.removeprefix("!press "), user, platform=platform)
        else:
            await talk.ask(asks(line))
    await talk.ask(asks("/quiznight 3 20s", ROOM))
    async with talk.bot.store.unit() as unit:
        person = await people.find(unit, who)
        assert person is not None
        accounts = await unit.fetch(
            select(tables.accounts.c.id).where(tables.accounts.c.person_id == person.id)
        )
        night = (await unit.fetch(select(tables.quiz_nights.c.id)))[-1].id
    ids = tuple(row.id for row in accounts)
    challenge = new_id()
    async with talk.bot.store.unit() as unit:
        for table, row in _rows(person.id, ids[0], challenge, night, who, name, handle):
            unit.write(insert(tables.metadata.tables[table]), row)
    return Grown(who, name, handle, person.id, ids, challenge)


def _rows(
    person: str, account: str, challenge: str, night: str, who: Identity, name: str, handle: str
) -> list[tuple[str, Mapping[str, Any]]]:
    chat = f"{who.platform}:{ROOM}"
    zero = Decimal(0)
    figures = dict.fromkeys(("equity", "peak", "drawdown", "score"), zero)
    return [
        (
            "challenges",
            {
                "id": challenge,
                "kind": "challenge",
                "chat_key": f"{chat}{challenge}",
                "host_id": person,
                "body": {"rules": {"name": "Cup"}, "invited": [person], "host": name},
                "created_at": START,
                "starts_at": START,
                "ends_at": START + timedelta(days=900),
                "season": "2026-03",
            },
        ),
        (
            "members",
            {
                "challenge_id": challenge,
                "account_id": account,
                "person_id": person,
                "name": name,
                "shown": True,
                "joined_at": START,
                "focused_at": None,
                "liquidations": 0,
                **figures,
            },
        ),
        (
            "plans",
            {
                "id": new_id(),
                "account_id": account,
                "symbol": "BTCUSDT",
                "side": "long",
                "body": {},
                "at": START,
            },
        ),
        ("badges", {"person_id": person, "badge": "plan", "challenge_id": challenge, "at": START}),
        ("link_codes", {"code": new_id(64), "person_id": person, "expires_at": START}),
        (
            "link_codes",
            {"code": f"claim:{person}:{new_id(64)}", "person_id": tables.NO_ONE, "expires_at": START},
        ),
        ("link_tries", {"person_id": person, "tries": 2, "since": START}),
        ("chat_people", {"chat_key": f"{chat}2", "person_id": person, "at": START}),
        (
            "admin_log",
            {
                "id": new_id(),
                "chat_key": chat,
                "person_id": person,
                "what": "settings",
                "body": {"by": name},
                "at": START,
            },
        ),
        (
            "chat_posts",
            {
                "id": new_id(),
                "platform": str(who.platform),
                "chat": ROOM,
                "template": "standings",
                "data": {"rows": [{"name": name, "handle": handle}, {"name": "Zoe"}]},
                "key": new_id(),
                "at": START,
                "attempts": 0,
            },
        ),
        ("jobs", {"key": f"review:{person}", "kind": "none", "body": {"person": person}, "attempts": 0}),
        (
            "jobs",
            {"key": f"duel:x:{new_id()}", "kind": "none", "body": {"invited": handle}, "attempts": 0},
        ),
        (
            "night_answers",
            {
                "night_id": night,
                "round": 1,
                "person_id": person,
                "choice": 0,
                "right": True,
                "milliseconds": 10,
                "at": START,
            },
        ),
        ("warnings", {"account_id": account, "subject": "cross", "stage": 80, "at": START, "calm": False}),
        (
            "predictions",
            {
                "id": new_id(),
                "person_id": person,
                "symbol": "BTCUSDT",
                "guess": zero,
                "truth": zero,
                "at": START,
            },
        ),
        (
            "beliefs",
            {"person_id": person, "kind": "skill", "name": "cross", "body": {"p": "0.5"}, "at": START},
        ),
        (
            "cards",
            {"person_id": person, "skill": "cross", "family": "f", "body": {}, "due_at": START},
        ),
        (
            "reviews",
            {
                "question_id": new_id(),
                "person_id": person,
                "skill": "cross",
                "family": "f",
                "template": "t",
                "right": True,
                "confidence": None,
                "misconception": None,
                "rating": 3,
                "seconds": 4,
                "at": START,
            },
        ),
        ("question_reports", {"template": new_id(), "person_id": person, "at": START}),
        ("notices", notice := _notice(person, {"name": name})),
        (
            "deliveries",
            {
                "notice_id": notice["id"],
                "platform": str(who.platform),
                "user": who.user,
                "due_at": None,
                "attempts": 1,
                "delivered_at": START,
            },
        ),
        ("chats", {"platform": str(who.platform), "chat": who.user, "language": "en", "body": {}}),
        (
            "processed",
            {
                "platform": str(who.platform),
                "update_id": new_id(),
                "answer": _answer({"rows": [{"name": name}], "handle": handle}),
                "at": START,
            },
        ),
    ]


def _notice(person: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "person_id": person,
        "template": "empty",
        "data": data,
        "at": START,
        "key": new_id(),
        "silent": True,
    }


def _answer(data: Mapping[str, Any]) -> dict[str, Any]:
    empty = {
        "buttons": [],
        "ok": True,
        "private": False,
        "fresh": False,
        "banner": {},
        "poll": "",
        "files": [],
    }
    return {"template": "empty", "data": data, **empty}


async def told_of_others(unit: UnitOfWork, name: str, other: str) -> None:
    """A notice to somebody else that names the person."""
    unit.write(insert(tables.notices), _notice(other, {"winner": name, "rows": [{"name": name, "rank": 1}]}))
