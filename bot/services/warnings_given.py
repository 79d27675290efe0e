"""The margin warnings that were given before a liquidation: their notices are kept, their states are forgotten by then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from bot.services.attention import STAGES
from bot.services.case import Case
from bot.storage import UnitOfWork, liquidations
from bot.storage.warnings import subject_of

MOST_ENTRIES = 400
"""Warnings are looked for among the latest entries of a life: ours."""
KEYS_AT_ONCE = 500
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning, and its stage in per cent of the way to liquidation."""

    at: datetime
    stage: int


async def warnings_given(unit: UnitOfWork, case: Case) -> tuple[Warned, ...]:
    """The warnings of what was liquidated, from its opening on, in the order of time."""
    keys = list(_keys(case))
    found = []
    for start in range(0, len(keys), KEYS_AT_ONCE):
        kept = await liquidations.notices(unit, keys[start : start + KEYS_AT_ONCE])
        found += [Warned(datetime.fromisoformat(data["at"]), data["stage"]) for data in kept.values()]
    return tuple(sorted(found, key=lambda each: (each.at, each.stage)))


def _keys(case: Case) -> Iterator[str]:
    """The keys under which `Alerts.margin` posts: account, subject, stage, the journal's length and the day."""
    subject = subject_of(case.before.positions[case.keys[0]])
    told = [each for each in case.entries if case.since <= each.seq <= case.seq][-MOST_ENTRIES:]
    for each, following in pairwise(told):
        for day in _days(each.at.date(), following.at.date()):
            for stage in STAGES:
                yield f"margin_warning:{each.account_id}:{subject}:{stage}:{each.seq}:{day:%Y%m%d}"


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY
