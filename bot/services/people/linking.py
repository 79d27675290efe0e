"""One person on two platforms: a one-time code made here and said there joins them; leaving begins anew.

What is merged how, the figures of the limits and who wins are ours: docs/privacy.md §One person on two platforms.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.identity import Platform, new_id
from bot.services.people.codes import hash_of, new_code, read_code
from bot.services.people.documents import renamed
from bot.services.people.memory import Memory
from bot.services.school import reminding
from bot.services.turn import BotTurn
from bot.storage import UnitOfWork, accounts, jobs, joining, linking, mentions, outbox, people, study
from bot.storage.outbox import Notice

LASTS = timedelta(minutes=10)
"""So long a code can be used."""
MOST_TRIES = 5
TRIES_WITHIN = timedelta(hours=1)
"""After so many wrong codes within such a time none is looked at until it is over."""


NAMES = {Platform.TELEGRAM: "Telegram", Platform.DISCORD: "Discord", Platform.CONSOLE: "Terminal"}
"""What the platforms call themselves, in every language."""


class Why(StrEnum):
    """Why two identities are not joined."""

    WRONG = "wrong"
    WAIT = "wait"
    OWN = "own"
    PLATFORM = "platform"
    CHALLENGE = "challenge"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it is shown, and until when it can be used."""

    text: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Why not. `left`: wrong tries that are left; `until`: when codes are looked at again; `name`: of the challenge."""

    why: Why
    left: int = 0
    until: datetime | None = None
    platform: Platform | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What joining would do: the platforms of who made the code, and what is open on the account that is put aside."""

    platforms: tuple[Platform, ...]
    open_items: int
    until: datetime


class Linking:
    """Makes codes, looks at those that are presented, joins. The code itself is in no row that is stored."""

    def __init__(self, unit: Callable[[], UnitOfWork], memory: Memory) -> None:
        self._unit = unit
        self._memory = memory

    async def code(self, turn: BotTurn) -> Code | None:
        """A new code in place of the one before; None where this act must be kept with its answer: ask again then.

        It is committed at once, so that the act changes nothing else and its answer, with the code, is not kept.
        """
        if turn.changed:
            return None
        made, until = new_code(), turn.now + LASTS
        async with self._unit() as unit:
            linking.purge(unit, turn.now)
            linking.put_code(unit, hash_of(made.replace("-", "")), turn.person_id, until)
        return Code(made, until)

    async def present(self, turn: BotTurn, words: str) -> Offer | Refused:
        """Look at a code that somebody says; a wrong one is counted."""
        unit, now = turn.unit, turn.now
        before = await linking.tries(unit, turn.person_id)
        counted = before.tries if before is not None and now < before.since + TRIES_WITHIN else 0
        if before is not None and counted >= MOST_TRIES:
            return Refused(Why.WAIT, until=before.since + TRIES_WITHIN)
        letters = read_code(words)
        made = None if letters is None else await linking.maker(unit, hash_of(letters), now)
        if letters is None or made is None:
            linking.count_try(unit, turn.person_id, now, now - TRIES_WITHIN)
            return Refused(Why.WRONG, left=MOST_TRIES - counted - 1)
        maker_id, until = made
        refused = await self._refused(turn, maker_id)
        if refused is not None:
            return refused
        linking.claim(unit, hash_of(letters), maker_id, turn.person_id, until)
        main = await accounts.main_of(unit, turn.person_id)
        items = 0 if main is None else len(main.state.positions) + len(main.state.orders)
        theirs = await people.identities(unit, maker_id)
        return Offer(tuple(each.platform for each in theirs), items, until)

    async def join(self, turn: BotTurn) -> tuple[Platform, ...] | Refused:
        """Take who asks into the person whose code they presented; the platforms of that person then."""
        unit, leaves = turn.unit, turn.person_id
        claimed = await linking.claim_of(unit, leaves, turn.now)
        stays = None if claimed is None else await people.get(unit, claimed.maker_id)
        if claimed is None or stays is None:
            return Refused(Why.EXPIRED)
        refused = await self._refused(turn, stays.id)
        if refused is not None:
            return refused
        platforms = [*await people.identities(unit, stays.id), *await people.identities(unit, leaves)]
        await unit.lock(*await mentions.places(unit, await mentions.mentions(unit, (leaves,))))
        linking.hold(unit, leaves, stays.id)
        linking.use(unit, claimed)
        linking.drop_claims(unit, leaves)
        for each in await mentions.mentions(unit, (leaves,)):
            mentions.put(unit, each, renamed(each.document, leaves, stays.id))
        await self._reminder(unit, leaves, stays.id)
        await self._memory.move(unit, leaves, stays.id, turn.now)
        joined = tuple(sorted({each.platform for each in platforms}))
        data = {"names": [NAMES[each] for each in joined]}
        outbox.post(unit, Notice(new_id(), stays.id, "linked", data, turn.now, f"linked:{new_id()}"))
        joining.take_in(unit, leaves, stays.id, turn.now)
        turn.person = stays
        turn.once = True
        return joined

    async def _refused(self, turn: BotTurn, maker_id: str) -> Refused | None:
        if maker_id == turn.person_id:
            return Refused(Why.OWN)
        mine = {each.platform for each in await people.identities(turn.unit, turn.person_id)}
        mine.add(turn.request.who.platform)
        theirs = {each.platform for each in await people.identities(turn.unit, maker_id)}
        for each in sorted(mine & theirs):
            return Refused(Why.PLATFORM, platform=each)
        both = await joining.both_in(turn.unit, turn.person_id, maker_id)
        if both is not None:
            return Refused(Why.CHALLENGE, name=str(both.get("rules", {}).get("name", "")))
        return None

    async def _reminder(self, unit: UnitOfWork, leaves: str, stays: str) -> None:
        """The reminder of reviews goes with the choices of who chose."""
        before, after = (f"{reminding.KIND}:{each}" for each in (leaves, stays))
        planned = await jobs.find(unit, before)
        if planned is not None and await study.of(unit, stays) is None:
            jobs.put(unit, replace(planned, key=after, body={"person": stays}))
        jobs.drop(unit, before)
