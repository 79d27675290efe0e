"""Duels: two people, the same hidden tape at their own pace or the same live market; nothing begins before both agree.

An invitation is kept as a job that falls due when it expires; whoever accepts it starts the duel.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from bot.core.identity import Platform, new_id
from bot.core.request import Request
from bot.services.challenges.lifecycle import Lifecycle, Wish
from bot.services.challenges.rules import USUAL_CAP, Pace, Rules
from bot.services.school.nights import name_of
from bot.services.turn import BotTurn
from bot.storage import UnitOfWork, jobs
from bot.storage.challenges import DUEL, Challenge
from bot.storage.jobs import Job

INVITATION = "duel"
"""The kind of job that an invitation is."""
OPEN_FOR = timedelta(hours=24)
"""How long an invitation stands, and how long a duel lasts."""
LOBBY = timedelta(minutes=1)
"""How long after the agreement a duel in the live market begins."""
MOST_OPEN = 3
"""So many invitations somebody may have open at once."""


class Taken(StrEnum):
    """What came of a press on an invitation."""

    BEGUN = "begun"
    GONE = "gone"
    OWN = "own"
    NOT_YOU = "not-you"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who invites whom to what; `invited` is a mention's name or number without its signs, empty: the first who accepts.

    `place` is what its buttons carry: it names the host by a hash only.
    """

    place: tuple[str, str]
    host_id: str
    host_name: str
    invited: str
    pace: Pace
    balance: Decimal
    until: datetime


class Duels:
    """Invitations, and what becomes of them."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle

    async def invite(self, turn: BotTurn, invited: str, pace: Pace, balance: Decimal) -> Invitation | None:
        """Keep an invitation; None for somebody who has too many open."""
        place = _hashed(turn.person_id), new_id()
        key = _key(place[0], "")
        if await jobs.count(turn.unit, key, turn.now) >= MOST_OPEN:
            return None
        made = Invitation(place, turn.person_id, name_of(turn), invited, pace, balance, turn.now + OPEN_FOR)
        body = {
            "host": made.host_id,
            "name": made.host_name,
            "invited": invited,
            "pace": pace.value,
            "balance": str(balance),
            "platform": turn.request.who.platform.value,
        }
        jobs.put(turn.unit, Job(_key(*place), INVITATION, made.until, body))
        turn.once = True
        return made

    async def accept(
        self, turn: BotTurn, place: tuple[str, str]
    ) -> tuple[Taken, Invitation | None, Challenge | None]:
        """Begin the duel, with both in it; raises NoSuchTape."""
        await turn.unit.lock(f"chat:!{_key(*place)}")  # sorts before the chats that are locked next
        found = await self._found(turn, place)
        if found is None:
            return Taken.GONE, None, None
        if found.host_id == turn.person_id:
            return Taken.OWN, found, None
        if not meant(found.invited, turn.request):
            return Taken.NOT_YOU, found, None
        jobs.drop(turn.unit, _key(*place))
        rules = Rules(
            name="",  # rules are published and stay: a title with names would outlive who is forgotten
            pace=found.pace,
            tape=None,
            balance=found.balance,
            cap=USUAL_CAP,
            symbols=(),
            length=OPEN_FOR,
            speed=Decimal(60) if found.pace is Pace.OWN else Decimal(1),
            season=False,
        )
        starts = turn.now + (timedelta(0) if found.pace is Pace.OWN else LOBBY)
        wish = Wish(rules, starts_at=starts, entry_until=turn.now + timedelta(seconds=1))
        duel = await self._lifecycle.create(
            turn.unit,
            wish,
            kind=DUEL,
            chat_key=None,
            host_id=found.host_id,
            language=turn.language,
            now=turn.now,
        )
        assert duel is not None, "a duel belongs to no chat"
        for person_id, name in ((found.host_id, found.host_name), (turn.person_id, name_of(turn))):
            await self._lifecycle.join(turn.unit, duel, person_id, name, turn.now)
        turn.once = True
        return Taken.BEGUN, found, duel

    async def decline(self, turn: BotTurn, place: tuple[str, str]) -> tuple[Taken, Invitation | None]:
        """Take an invitation back, or decline it."""
        await turn.unit.lock(f"chat:!{_key(*place)}")  # sorts before the chats that are locked next
        found = await self._found(turn, place)
        if found is None:
            return Taken.GONE, None
        own = found.host_id == turn.person_id
        if not own and not (found.invited and meant(found.invited, turn.request)):
            return Taken.NOT_YOU, found
        jobs.drop(turn.unit, _key(*place))
        return Taken.DECLINED, found

    async def _found(self, turn: BotTurn, place: tuple[str, str]) -> Invitation | None:
        job = await jobs.find(turn.unit, _key(*place))
        if job is None or job.due_at <= turn.now:
            return None
        body = job.body
        return Invitation(
            place,
            body["host"],
            body["name"],
            body["invited"],
            Pace(body["pace"]),
            Decimal(body["balance"]),
            job.due_at,
        )


async def expired(unit: UnitOfWork, job: Job, now: datetime) -> bool:
    """Does the job of an invitation that nobody accepted: it is gone."""
    jobs.drop(unit, job.key)
    return False


def meant(invited: str, request: Request) -> bool:
    """Whether an invitation is for who asks; an empty one is for anybody."""
    if not invited:
        return True
    own = request.who.user if request.who.platform is not Platform.TELEGRAM else ""
    return invited.casefold() in {request.handle.casefold(), own.casefold()} - {""}


def _key(host: str, invitation: str) -> str:
    return f"{INVITATION}:{host}:{invitation}"


def _hashed(person_id: str) -> str:
    """Somebody's invitations go together by this, which does not tell whose they are."""
    return sha256(person_id.encode()).hexdigest()[:12]
