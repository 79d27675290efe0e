"""The debrief for all at the end of a challenge: what was played, who survived and how, three decisions, one question."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from bot.content.skills import SKILL_NAMES, Skill
from bot.core.action import Action
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.challenges.decisions import Decision, Told, told
from bot.services.challenges.life import Happened, symbols_of
from bot.services.challenges.rules import Pace
from bot.services.challenges.stage import rules_of
from bot.services.challenges.standings import standings_data
from bot.services.challenges.tallies import Reels, happened
from bot.services.tapes import Reel
from bot.storage import UnitOfWork, challenges
from bot.storage.challenges import Challenge, Member
from bot.storage.tables import NO_ONE
from engine.decimals import ZERO, exact

DECISIONS = 3
MANY = Decimal("0.3")
"""From this share of liquidated members on, the question is about liquidation: ours."""
DEAR = Decimal("0.01")
"""From this share of the start paid in fees and funding by half of the members, it is about costs: ours."""
LAST_MARKS = timedelta(minutes=10)
"""So far back the last mark of a live position may lie."""
TEMPLATE = "challenge_debrief"


class Debriefs:
    """Makes the debrief of a challenge whose figures are final."""

    def __init__(self, reels: Reels) -> None:
        self._reels = reels

    async def __call__(self, unit: UnitOfWork, challenge: Challenge) -> Answer:
        """The message for the chat, with buttons that anybody may press."""
        data = await self.data(unit, challenge)
        skill = data["skill"]
        rows = (
            (_button(N_("One question for all"), f"challengequiz {skill}"),),
            (
                _button(N_("Table"), f"table {challenge.id}"),
                _button(N_("How it is scored"), "score"),
                _button(N_("Proof"), f"proof which={challenge.id}"),
            ),
        )
        return Answer(TEMPLATE, data, rows)

    async def data(self, unit: UnitOfWork, challenge: Challenge) -> dict[str, Any]:
        """The data of the card."""
        rules = rules_of(challenge)
        reel = None if rules.pace is Pace.LIVE else self._reels.reel(rules)
        end = challenge.ends_at if reel is None else reel.tape.end
        members = [each for each in await challenges.members_of(unit, challenge.id) if each.left_at is None]
        lives: list[tuple[Member, Told]] = []
        for each in members:
            journal = await happened(unit, each.account_id)
            marks = await self._marks(unit, challenge, journal)
            lives.append((each, await asyncio.to_thread(told, journal, marks, end)))
        table = await standings_data(unit, challenge, None, 3)
        return {
            **_tape(reel),
            "id": challenge.id,
            "name": rules.name,
            "duel": challenge.kind != challenges.CHALLENGE,
            "ends": end.isoformat(),
            "rows": table["rows"],
            "ranked": table["ranked"],
            **_survival(lives, reel),
            "decisions": _decisions(lives, rules.balance, reel),
            "skill": _skill(lives, rules.balance).value,
            "topic": SKILL_NAMES[_skill(lives, rules.balance)],
            "commitment": challenge.body["commitment"],
            "actions": challenge.body["actions_hash"] or "",
        }

    async def _marks(
        self, unit: UnitOfWork, challenge: Challenge, journal: Sequence[Happened]
    ) -> Mapping[str, Decimal]:
        """The last marks of what is played."""
        rules = rules_of(challenge)
        if rules.pace is not Pace.LIVE:
            return (await self._reels.track(rules))[-1].marks
        until = challenge.ends_at
        found = dict[str, Decimal]()
        for point in await self._reels.kept(unit, symbols_of(journal), until - LAST_MARKS, until):
            found.update(point.marks)
        return found


def _tape(reel: Reel | None) -> dict[str, Any]:
    if reel is None:
        return {"tape": None}
    real = reel.real
    return {
        "tape": real.id,
        "title": real.title,
        "venue": real.venue,
        "stand_in": real.stand_in,
        "starts": real.start.isoformat(),
        "until": real.end.isoformat(),
        "coins": [
            {"alias": _base(symbol), "base": _base(reel.symbol_of(symbol))} for symbol in reel.tape.series
        ],
    }


def _survival(lives: Sequence[tuple[Member, Told]], reel: Reel | None) -> dict[str, Any]:
    """Who was liquidated and who was not, with the median of their highest leverages."""
    traded = [each for each in lives if each[1].decisions]
    gone = [each for each in traded if each[1].liquidated is not None]
    stayed = [each for each in traded if each[1].liquidated is None]
    times = [(life.liquidated, member) for member, life in gone if life.liquidated is not None]
    first = min(times, key=lambda each: (each[0], each[1].account_id), default=None)
    return {
        "members": len(lives),
        "traded": len(traded),
        "liquidated": len(gone),
        "survived": len(stayed),
        "leverage_gone": _median(gone),
        "leverage_stayed": _median(stayed),
        "first": None if first is None else {"name": _name(first[1]), "at": _time(first[0], reel)},
    }


def _median(lives: Sequence[tuple[Member, Told]]) -> Decimal | None:
    return Decimal(median(each[1].leverage for each in lives)) if lives else None


@exact
def _decisions(
    lives: Sequence[tuple[Member, Told]], start: Decimal, reel: Reel | None
) -> list[dict[str, Any]]:
    """The three with the greatest effect either way, at most one of a member, the greatest first."""
    strongest = [
        (member, max(life.decisions, key=lambda each: abs(each.effect(start))))
        for member, life in lives
        if life.decisions
    ]
    strongest.sort(key=lambda each: (-abs(each[1].effect(start)), each[0].account_id))
    return [_decision(member, made, start, reel) for member, made in strongest[:DECISIONS]]


@exact
def _decision(member: Member, made: Decision, start: Decimal, reel: Reel | None) -> dict[str, Any]:
    return {
        "name": _name(member),
        "ended": made.ended.value,
        "symbol": made.symbol,
        "base": _base(made.symbol),
        "real": _base(made.symbol if reel is None else reel.symbol_of(made.symbol)),
        "side": made.side,
        "mode": made.mode,
        "leverage": made.leverage,
        "opened": _time(made.opened, reel),
        "at": _time(made.at, reel),
        "net": made.net,
        "effect": made.effect(start),
    }


@exact
def _skill(lives: Sequence[tuple[Member, Told]], start: Decimal) -> Skill:
    """What the question is about: what went wrong for many."""
    traded = [life for _, life in lives if life.decisions]
    if not traded:
        return Skill.LEVERAGE
    if sum(life.liquidated is not None for life in traded) >= MANY * len(traded):
        cross = sum(each.liquidations for life in traded for each in life.decisions if each.mode == "cross")
        total = sum(each.liquidations for life in traded for each in life.decisions)
        return Skill.CROSS if 2 * cross > total else Skill.LIQUIDATION
    dear = sum(life.fees - min(ZERO, life.funding) >= DEAR * start for life in traded)
    return Skill.COSTS if 2 * dear >= len(traded) else Skill.CHOOSING


def _name(member: Member) -> str:
    """Whose it is, where the table names them; empty: a member."""
    return member.name if member.shown and member.person_id != NO_ONE else ""


def _time(at: datetime, reel: Reel | None) -> str:
    shown = at if reel is None or reel.disguise is None else reel.disguise.time(at)
    return shown.isoformat()


def _base(symbol: str) -> str:
    return symbol.removesuffix("USDT")


def _button(label: str, line: str) -> Button:
    return Button(label, line, anyone=True, payload=Action(line).encode())
