"""Seasons: the challenges of a chat in one month (UTC), and who came through them (the rules are ours).

A member's season score is the mean of their final scores. Whoever took part in at least half of the season's
challenges has a rank; the others are shown without one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from bot.services.challenges.score import UNRANKED
from bot.storage import UnitOfWork, challenges
from bot.storage.challenges import Member
from bot.storage.tables import NO_ONE
from engine.decimals import MONEY_STEP, exact


@dataclass(slots=True)
class Row:
    """Somebody in a season; `rank` None: took part in too few challenges. `name` empty: a former member."""

    key: str
    name: str
    scores: list[Decimal] = field(default_factory=list)
    liquidations: int = 0
    rank: int | None = None
    shown: bool = True

    @property
    @exact
    def mean(self) -> Decimal:
        """The mean of the scores, to 8 places."""
        return (sum(self.scores, Decimal(0)) / len(self.scores)).quantize(MONEY_STEP)


@dataclass(frozen=True, slots=True)
class Season:
    """A month of a chat: how many challenges ended in it, and the rows, the ranked ones first."""

    month: str
    challenges: int
    needed: int
    rows: tuple[Row, ...]


def month_of(at: datetime) -> str:
    """The season that a time belongs to, as year and month in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m")


async def season_of(unit: UnitOfWork, chat_key: str, month: str) -> Season:
    """The season of a chat as it stands."""
    ended = [
        each for each in await challenges.of_season(unit, chat_key, month) if not each.body.get("called_off")
    ]
    return seasoned(month, [await challenges.members_of(unit, each.id) for each in ended])


def seasoned(month: str, tables: Sequence[Sequence[Member]]) -> Season:
    """The season that the members of its challenges make; whoever wants to be in no table is left out."""
    rows: dict[str, Row] = {}
    for members in tables:
        for each in members:
            if each.left_at is not None or each.score == UNRANKED:
                continue
            key = each.account_id if each.person_id == NO_ONE else each.person_id
            row = rows.setdefault(key, Row(key, each.name))
            row.name, row.shown = each.name, each.shown
            row.scores.append(each.score)
            row.liquidations += each.liquidations
    needed = (len(tables) + 1) // 2
    shown = [row for row in rows.values() if row.shown]
    by_mean = sorted(shown, key=lambda row: -row.mean)
    ranked = [row for row in by_mean if len(row.scores) >= needed]
    for place, row in enumerate(ranked):
        tied = place > 0 and ranked[place - 1].mean == row.mean
        row.rank = ranked[place - 1].rank if tied else place + 1
    others = [row for row in by_mean if row.rank is None]
    return Season(month, len(tables), needed, (*ranked, *others))
