"""Locks within one process: who may change an account, a person or a chat at this moment."""

import asyncio
from dataclasses import dataclass, field

RANKS = ("person", "chat", "account")
"""Kinds of keys (`kind:id`) in the order they must be taken in; any other kind comes after these."""


def rank(key: str) -> tuple[int, str]:
    """The place of a key in the one order in which every unit takes its locks."""
    kind = key.partition(":")[0]
    return (RANKS.index(kind) if kind in RANKS else len(RANKS), key)


@dataclass(slots=True)
class _Place:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Locks:
    """Named locks that exist only as long as someone holds or awaits them."""

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}

    def __len__(self) -> int:
        return len(self._places)

    async def acquire(self, key: str) -> bool:
        """Waits for the key's turn, first come first served; returns whether somebody else held it meanwhile."""
        place = self._places.setdefault(key, _Place())
        contended = place.users > 0
        place.users += 1
        try:
            await place.lock.acquire()
        except BaseException:
            self._leave(key, place)
            raise
        return contended

    def release(self, key: str) -> None:
        """Gives the key to the next in line."""
        place = self._places[key]
        place.lock.release()
        self._leave(key, place)

    def _leave(self, key: str, place: _Place) -> None:
        place.users -= 1
        if not place.users:
            del self._places[key]
