"""The export: everything that is kept of a person as JSON (docs/export.schema.json), made page by page when it is sent.

Nothing is read within a transaction of the act that asked. A long journal is told in several parts, which a reader puts
together: what is booked between the making of two of them can put an entry in both.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from bot.core.clock import Clock
from bot.core.reply import Attachment
from bot.services.people.bundle import MOST_BYTES, Bundle
from bot.services.people.trades import trades
from bot.services.slices import Slices
from bot.storage import UnitOfWork, exporting

FORMAT, VERSION = "marginalia-export", 1
EXPORT, TRADES = "export", "trades"
"""The kinds of the files."""
ENTRIES_A_PART = 50_000
MOST_PARTS = 8
PAGE = 500
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Exports:
    """Makes the files of exports, one at a time; implements services.files.FileMaker for both kinds."""

    def __init__(
        self,
        unit: Callable[[], UnitOfWork],
        clock: Clock,
        *,
        most_bytes: int = MOST_BYTES,
        entries_a_part: int = ENTRIES_A_PART,
    ) -> None:
        self._unit = unit
        self._clock = clock
        self._most_bytes = most_bytes
        self._entries_a_part = entries_a_part
        self._one = asyncio.Semaphore(1)

    async def wanted(self, unit: UnitOfWork, person_id: str) -> tuple[Mapping[str, Any], ...]:
        """The files that somebody's export consists of: JSON in so many parts, and the trades."""
        entries = sum((await exporting.journals(unit, person_id)).values())
        parts = min(MOST_PARTS, max(1, -(-entries // self._entries_a_part)))
        whole = tuple({"kind": EXPORT, "part": part, "parts": parts} for part in range(1, parts + 1))
        return (*whole, {"kind": TRADES})

    async def export(self, wanted: Mapping[str, Any], person_id: str, language: str, zone: str) -> Attachment:
        """One part of the JSON file. Raises TooLarge."""
        part, parts = int(wanted["part"]), int(wanted["parts"])
        number = f"-{part}-of-{parts}" if parts > 1 else ""
        bundle = Bundle(f"{FORMAT}{number}.json", "application/json", self._most_bytes)
        async with self._one:
            async for piece in self._document(person_id, part, parts):
                bundle.write(piece)
        return bundle.close()

    async def trades(self, wanted: Mapping[str, Any], person_id: str, language: str, zone: str) -> Attachment:
        """The trades as CSV. Raises TooLarge."""
        bundle = Bundle("marginalia-trades.csv", "text/csv", self._most_bytes)
        async with self._one, self._unit() as unit:
            accounts = {each["id"]: each for each in await exporting.rows_of(unit, "accounts", person_id)}
            tags = {
                (each["account_id"], each["seq"]): each["tag"]
                for each in await exporting.rows_of(unit, "tags", person_id)
            }
            async for piece in trades(self._entries(person_id), accounts, tags):
                bundle.write(piece)
        return bundle.close()

    async def _document(self, person_id: str, part: int, parts: int) -> AsyncIterator[str]:
        """The text of a part: all sections in the first, the journal over all of them."""
        about = {"format": FORMAT, "version": VERSION, "made_at": self._clock.now().isoformat()}
        yield _encoded({**about, "part": part, "parts": parts})[:-1]
        if part == 1:
            async with self._unit() as unit:
                yield f',"person":{_encoded(await exporting.person(unit, person_id))}'
                yield f',"identities":{_encoded(await exporting.identities(unit, person_id))}'
                slices = Slices()
                for section in exporting.SECTIONS:
                    rows = await exporting.rows_of(unit, section, person_id)
                    yield f',"{section}":['
                    for place, row in enumerate(rows):
                        yield f"{',' if place else ''}{_encoded(row)}"
                        await slices.rest()
                    yield "]"
        yield ',"events":['
        first = True
        async for entry in self._entries(person_id, part, parts):
            yield _encoded(entry) if first else f",{_encoded(entry)}"
            first = False
        yield "]}\n"

    async def _entries(
        self, person_id: str, part: int = 1, parts: int = 1
    ) -> AsyncIterator[Mapping[str, Any]]:
        """The entries of a part, with their postings, as many as there were when it was begun."""
        slices = Slices()
        async with self._unit() as unit:
            counts = await exporting.journals(unit, person_id)
            wanted = -(-sum(counts.values()) // parts)
            skip = (part - 1) * wanted
            for account_id, many in counts.items():
                after, skip = min(skip, many), max(0, skip - many)  # entries are numbered from 1 on
                while after < many and wanted:
                    most = min(PAGE, many - after, wanted)
                    page = await exporting.journal(unit, account_id, after, most)
                    if not page:
                        return  # forgotten meanwhile
                    for entry in page:
                        yield entry
                        await slices.rest()
                    after, wanted = after + len(page), wanted - len(page)


def _encoded(value: Any) -> str:
    return _ENCODER.encode(value)
