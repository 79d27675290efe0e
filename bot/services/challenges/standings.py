"""The table of a challenge as data: the best that may be named, the viewer's own place, and what the score is made of.

Ranks count everybody who takes part: somebody who is not named keeps their rank, so that the table agrees with the
proof, which names accounts by random ids. Equal scores share a rank.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.services.challenges.score import (
    FREE_SIZE,
    LEAST,
    MOST,
    PER_LIQUIDATION,
    PER_SIZE,
    TAKES_PART,
    UNRANKED,
    gain,
)
from bot.services.challenges.stage import called_off, rules_of
from bot.storage import UnitOfWork, challenges, standings
from bot.storage.challenges import Challenge, Member
from bot.storage.tables import NO_ONE
from engine.decimals import exact

SHOWN = 10
"""So many rows a table has at most."""


async def standings_data(
    unit: UnitOfWork, challenge: Challenge, viewer: str | None, most: int = SHOWN
) -> dict[str, Any]:
    """The table, with the place of the person `viewer` where one is named; amounts in USDT, shares as fractions.

    Before the end the figures are those of the last look; what they will be at the end may differ.
    """
    start = rules_of(challenge).balance
    top = await standings.top(unit, challenge.id, UNRANKED, most)
    ranks = await _ranks(unit, challenge.id, top)
    rows = [_row(each, ranks[each.score], start, viewer) for each in top]
    own = None if viewer is None else await challenges.member(unit, challenge.id, viewer)
    members = await challenges.count(unit, challenge.id)
    ranked = await standings.better(unit, challenge.id, UNRANKED)
    hidden = await standings.hidden(unit, challenge.id, UNRANKED)
    return {
        "id": challenge.id,
        "name": rules_of(challenge).name,
        "final": challenge.body.get("closing") is not None,
        "called_off": called_off(challenge),
        "start": start,
        "members": members,
        "ranked": ranked,
        "hidden": hidden,
        "others": ranked - hidden - len(rows),
        "rows": rows,
        "own": None if own is None or own.left_at is not None else await _own(unit, own, start),
    }


@exact
def score_data(member: Member | None, start: Decimal) -> dict[str, Any]:
    """What a score is made of, with the member's own figures where there are any."""
    worked = None
    if member is not None and member.seen_at is not None:
        bounded = min(max(member.equity / start, LEAST), MOST)
        worked = {
            "equity": member.equity,
            "share": member.equity / start,
            "bounded": bounded,
            "clamped": bounded != member.equity / start,
            "gain": gain(member.equity, start),
            "drawdown": member.drawdown,
            "liquidations": member.liquidations,
            "penalty": PER_LIQUIDATION * member.liquidations,
            "score": gain(member.equity, start) - member.drawdown - PER_LIQUIDATION * member.liquidations,
            "ranked": member.score != UNRANKED,
        }
    return {
        "start": start,
        "least": LEAST,
        "most": MOST,
        "each": PER_LIQUIDATION,
        "free": FREE_SIZE,
        "size": PER_SIZE,
        "part": TAKES_PART,
        "worked": worked,
    }


async def _own(unit: UnitOfWork, member: Member, start: Decimal) -> dict[str, Any]:
    if member.score == UNRANKED:
        return _row(member, None, start, member.person_id)
    rank = 1 + await standings.better(unit, member.challenge_id, member.score)
    return _row(member, rank, start, member.person_id)


async def _ranks(unit: UnitOfWork, challenge_id: str, top: tuple[Member, ...]) -> Mapping[Decimal, int]:
    """The rank of each score down to the lowest of these."""
    ranks: dict[Decimal, int] = {}
    if top:
        rank = 1
        for score, many in (await standings.above(unit, challenge_id, top[-1].score)).items():
            ranks[score] = rank
            rank += many
    return ranks


@exact
def _row(member: Member, rank: int | None, start: Decimal, viewer: str | None) -> dict[str, Any]:
    return {
        "rank": rank,
        "name": "" if member.person_id == NO_ONE else member.name,
        "you": member.person_id == viewer,
        "shown": member.shown,
        "score": None if rank is None else member.score,
        "equity": member.equity,
        "result": member.equity - start,
        "share": (member.equity - start) / start,
        "drawdown": member.drawdown,
        "liquidations": member.liquidations,
    }
