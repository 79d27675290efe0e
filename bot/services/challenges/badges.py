"""Badges for skill, not for profit: what a challenge shows of how somebody trades (all of them are ours)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.services.challenges.plan_cards import compared
from bot.services.challenges.rules import Rules
from bot.services.challenges.score import UNRANKED
from bot.storage import UnitOfWork, accounts, badges, journal
from bot.storage.badges import KeptBadge
from bot.storage.challenges import Challenge, Member
from bot.storage.tables import NO_ONE
from engine.decimals import ZERO
from engine.ledger import FEES

FILLS = ("position-opened", "position-increased", "position-reduced", "position-closed")
LEAST_PLANS, SHARE_KEPT = 3, Decimal("0.8")
LEAST_FILLS, MOST_FEES = 5, Decimal("0.01")
DEEPEST = Decimal("0.1")
RIGHT_ANSWERS = 10


class Badge(StrEnum):
    """What can be earned; none of them asks for a profit."""

    SURVIVOR = "survivor"
    PLANNER = "planner"
    MEASURED = "measured"
    THRIFTY = "thrifty"
    LEARNER = "learner"


async def earned(unit: UnitOfWork, challenge: Challenge, member: Member, now: datetime) -> tuple[Badge, ...]:
    """What a member has earned with final figures; nobody earns anything who took no part in the market."""
    if member.person_id == NO_ONE or member.left_at is not None or member.score == UNRANKED:
        return ()
    account = await accounts.load(unit, member.account_id)
    found: list[Badge] = []
    if member.liquidations == 0:
        found.append(Badge.SURVIVOR)
    closed = [each for each in await compared(unit, account, now) if each["way"] is not None]
    if len(closed) >= LEAST_PLANS and _kept(closed) >= SHARE_KEPT * len(closed):
        found.append(Badge.PLANNER)
    if member.liquidations == 0 and member.drawdown <= DEEPEST:
        found.append(Badge.MEASURED)
    start = Rules.from_json(challenge.body["rules"]).balance
    paid = (await journal.balances(unit, account.id)).get(FEES, ZERO)
    if await journal.count(unit, account.id, FILLS) >= LEAST_FILLS and paid <= MOST_FEES * start:
        found.append(Badge.THRIFTY)
    lessons, right = await badges.learnt(unit, member.person_id, challenge.created_at, now)
    if lessons or right >= RIGHT_ANSWERS:
        found.append(Badge.LEARNER)
    return tuple(found)


async def held(unit: UnitOfWork, person_id: str) -> Counter[str]:
    """How often somebody has earned each badge."""
    return Counter(each.badge for each in await badges.of_person(unit, person_id))


async def award(unit: UnitOfWork, challenge: Challenge, member: Member, now: datetime) -> tuple[Badge, ...]:
    """Keep what a member has earned; doing it again changes nothing."""
    found = await earned(unit, challenge, member, now)
    for each in found:
        badges.put(unit, KeptBadge(member.person_id, each.value, challenge.id, now))
    return found


def _kept(closed: Sequence[dict[str, Any]]) -> int:
    return sum(bool(each["went_by"]) for each in closed)
