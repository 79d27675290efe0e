"""The message of a challenge that lives in its chat, and the same card for whoever asks."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.core.action import Action
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.services.challenges.stage import (
    Stage,
    called_off,
    entry_open,
    entry_until,
    rules_of,
    stage_of,
    symbols_of,
)
from bot.storage import UnitOfWork, challenges
from bot.storage.challenges import Challenge, Member

Board = Callable[[UnitOfWork, Challenge, str | None], Awaitable[Mapping[str, Any]]]
"""The table of a challenge as data, with the place of a person where one is named."""


class Cards:
    """Makes the cards of challenges."""

    def __init__(self, board: Board) -> None:
        self._board = board

    async def living(self, unit: UnitOfWork, challenge: Challenge, now: datetime, *, fresh: bool) -> Answer:
        """The living message as it should be now; `fresh`: whether the prices that rank members are."""
        data = {
            **challenge_data(challenge, now),
            "members": await challenges.count(unit, challenge.id),
            "fresh": fresh,
            "mine": None,
            "board": await self._table(unit, challenge, now, None),
        }
        return Answer("challenge", data, _sealed(_buttons(challenge, now)))

    async def own(
        self, unit: UnitOfWork, challenge: Challenge, member: Member | None, now: datetime, *, fresh: bool
    ) -> Answer:
        """The card for one person, with their own place."""
        person = None if member is None else member.person_id
        data = {
            **challenge_data(challenge, now),
            "members": await challenges.count(unit, challenge.id),
            "fresh": fresh,
            "mine": None if member is None else _mine(member),
            "board": await self._table(unit, challenge, now, person),
        }
        return Answer("challenge", data)

    async def _table(
        self, unit: UnitOfWork, challenge: Challenge, now: datetime, viewer: str | None
    ) -> Mapping[str, Any] | None:
        if called_off(challenge) or stage_of(challenge, now) is Stage.LOBBY:
            return None
        return await self._board(unit, challenge, viewer)


def challenge_data(challenge: Challenge, now: datetime) -> dict[str, Any]:
    """What a challenge is, as data; of a hidden tape nothing that tells which. Times of the wall."""
    rules = rules_of(challenge)
    return {
        "id": challenge.id,
        "name": rules.name,
        "duel": challenge.kind != challenges.CHALLENGE,
        "stage": stage_of(challenge, now).value,
        "called_off": called_off(challenge),
        "pace": rules.pace.value,
        "balance": rules.balance,
        "cap": rules.cap,
        "coins": [each.removesuffix("USDT") for each in symbols_of(challenge)],
        "minutes": int(rules.length.total_seconds() // 60),
        "speed": rules.speed,
        "starts": challenge.starts_at.isoformat(),
        "ends": challenge.ends_at.isoformat(),
        "entry": entry_until(challenge).isoformat(),
        "entry_open": entry_open(challenge, now),
        "season": challenge.season,
        "commitment": challenge.body["commitment"],
    }


def _mine(member: Member) -> dict[str, Any]:
    return {
        "equity": member.equity,
        "shown": member.shown,
        "left": member.left_at is not None,
        "finished": member.finished_at is not None,
    }


def _buttons(challenge: Challenge, now: datetime) -> tuple[tuple[Button, ...], ...]:
    """What anybody in the chat may press."""
    if called_off(challenge):
        return ()
    table = _button(N_("Table"), f"standings {challenge.id}")
    if stage_of(challenge, now) in {Stage.CLOSING, Stage.OVER}:
        return ((table,),)
    join = _button(N_("Join"), f"join which={challenge.id}", Style.GO)
    mine = _button(N_("My account"), f"enter {challenge.id}")
    score = _button(N_("How it is scored"), "score")
    first = (join, mine) if entry_open(challenge, now) else (mine,)
    leave = _button(N_("Leave"), f"leave which={challenge.id}", Style.STOP)
    second = (table, score, leave) if stage_of(challenge, now) is Stage.RUNNING else (score, leave)
    return (first, second)


def _button(label: str, line: str, style: Style = Style.PLAIN) -> Button:
    return Button(label, line, style=style, anyone=True)


def _sealed(rows: tuple[tuple[Button, ...], ...]) -> tuple[tuple[Button, ...], ...]:
    """The buttons with what the platform carries; all of them are for anyone."""
    return tuple(tuple(replace(each, payload=Action(each.line).encode()) for each in row) for row in rows)
