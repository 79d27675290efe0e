"""Being forgotten: one transaction, then the database overwrites what its file still holds beside its tables."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from bot.core.reply import Answer
from bot.core.words import cleaned
from bot.services.people.documents import Marks, holds, without
from bot.services.people.memory import Memory
from bot.services.school.nights import name_of
from bot.services.turn import PRESSES, BotTurn
from bot.storage import forgetting, jobs, mentions, people
from bot.storage.mentions import Mention, shapes_of

FORGOTTEN_ANSWER = Answer("answer_gone", ok=False)
"""What an act of before gets that is delivered once more."""
PAUSE_SECONDS = 60.0
"""So long the database is left in peace between two looks for what it may still hold."""
SHORTEST = 5
"""Shorter names are not looked for in the database's file: they would be found in other words."""


class Forgetting:
    """Forgets people, and has the database overwrite what it still holds of them beside its tables."""

    def __init__(
        self,
        memory: Memory,
        tidy: Callable[[Collection[bytes]], Awaitable[None]],
        report: Callable[[Exception], object],
    ) -> None:
        """`tidy` is the store's (bot.storage.Store.tidy)."""
        self._memory = memory
        self._tidy = tidy
        self._report = report
        self._left: set[bytes] = set()
        self._wake = asyncio.Event()

    async def forget(self, turn: BotTurn) -> None:
        """Forget who asks, with all their identities. The act itself is not kept under their id."""
        unit, person_id = turn.unit, turn.person_id
        identities = await people.identities(unit, person_id)
        named = await self._names(turn)
        marks = Marks(
            frozenset({person_id, *(f"{each.platform}:{each.user}" for each in identities)}),
            frozenset({*named, *(each.user for each in identities)}) - {""},
        )
        found = await mentions.mentions(unit, marks.words)
        await unit.lock(*await mentions.places(unit, found))
        for each in await mentions.mentions(unit, marks.words):
            self._scrub(turn, each, marks)
        for answered in await forgetting.answers(unit, marks.words):
            if holds(answered.answer, marks):
                forgetting.blank(unit, answered, FORGOTTEN_ANSWER.to_json())
        await self._memory.forget(unit, person_id, turn.now)
        forgetting.forget(
            unit, person_id, [(str(each.platform), each.user) for each in identities], PRESSES, turn.now
        )
        left = {shape.encode() for each in marks.words if len(each) >= SHORTEST for shape in shapes_of(each)}
        unit.on_commit(lambda: self._tell(left))

    async def run(self) -> None:
        """Have the database overwrite what is left of those who were forgotten, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self.tidy()
            except Exception as fault:  # noqa: BLE001 - a database in trouble is asked again
                self._report(fault)
                self._wake.set()
            await asyncio.sleep(PAUSE_SECONDS)

    async def tidy(self) -> None:
        """Do so now; raises StorageError, and then it is still to be done."""
        left = frozenset(self._left)
        await self._tidy(left)
        self._left -= left

    async def finish(self) -> None:
        """Do so before the process ends, if there is anything to be done."""
        try:
            if self._left:
                await self.tidy()
        except Exception as fault:  # noqa: BLE001 - the process ends all the same
            self._report(fault)

    def _tell(self, left: set[bytes]) -> None:
        self._left |= left
        self._wake.set()

    async def _names(self, turn: BotTurn) -> set[str]:
        """The names that the person may be kept under: those of now, and those of games of before."""
        unit, request, person_id = turn.unit, turn.request, turn.person_id
        named = {request.name, request.handle, " ".join(cleaned(request.name).split())}
        if named - {""}:
            named.add(name_of(turn))
        named |= await forgetting.names_of(unit, person_id)
        for each in await mentions.mentions(unit, (person_id,)):
            pairs = each.document.get("players")
            named |= {pair[1] for pair in pairs or () if isinstance(pair, list) and pair[:1] == [person_id]}
        return named

    def _scrub(self, turn: BotTurn, mention: Mention, marks: Marks) -> None:
        after = without(mention.document, marks)
        if after == mention.document:
            return
        if mention.table == "jobs":
            jobs.drop(turn.unit, mention.key["key"])
        else:
            mentions.put(turn.unit, mention, after)
