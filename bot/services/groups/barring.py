"""Who is barred from the bot by its operators, known by hashes alone."""

import hmac
import secrets
import time
from collections.abc import Callable
from hashlib import sha256

from bot.core.clock import Clock
from bot.core.identity import Identity
from bot.storage import Store, UnitOfWork, VersionConflict, bans
from bot.storage.bans import SALT, Kept

STALE = 60.0
"""Seconds after which the list is read again: another process may have changed it."""


class Barring:
    """The list of those who are barred, kept in memory; `now` counts seconds.

    A person's key is HMAC-SHA256 of platform and number under a salt of 32 random bytes, made at the first ban and kept
    beside the keys: the list alone names nobody, and holds for somebody who was forgotten and comes back.
    """

    def __init__(self, store: Store, clock: Clock, now: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._now = now
        self._salt = b""
        self._keys: frozenset[str] = frozenset()
        self._read: float | None = None

    async def barred(self, who: Identity) -> bool:
        """Whether somebody is barred."""
        if self._read is None or self._now() - self._read > STALE:
            async with self._store.unit() as unit:
                await self._load(unit)
        return bool(self._keys) and self._key(who) in self._keys

    async def bar(self, unit: UnitOfWork, *who: Identity) -> bool:
        """Bar somebody under all these identities; False where that was so already."""
        await self._salted()
        await self._load(unit)
        new = {self._key(each) for each in who} - self._keys
        for key in sorted(new):
            bans.put(unit, Kept(key, {}, self._clock.now()))
        unit.on_commit(self._forget)
        return bool(new)

    async def let_in(self, unit: UnitOfWork, *who: Identity) -> bool:
        """Let somebody in again; False for somebody who was not barred."""
        await self._load(unit)
        found = {self._key(each) for each in who} & self._keys
        for key in sorted(found):
            bans.drop(unit, key)
        unit.on_commit(self._forget)
        return bool(found)

    async def _salted(self) -> None:
        """See that there is a salt, which two processes may want to make at once."""
        async with self._store.unit() as unit:
            if any(each.key == SALT for each in await bans.every(unit)):
                return
        try:
            async with self._store.unit() as unit:
                bans.put(unit, Kept(SALT, {"hex": secrets.token_hex(32)}, self._clock.now()))
        except VersionConflict:
            return

    async def _load(self, unit: UnitOfWork) -> None:
        rows = {each.key: each.body for each in await bans.every(unit)}
        self._salt = bytes.fromhex(rows.pop(SALT, {}).get("hex", ""))
        self._keys = frozenset(rows)
        self._read = self._now()

    def _forget(self) -> None:
        self._read = None

    def _key(self, who: Identity) -> str:
        return hmac.new(self._salt, f"{who.platform}:{who.user}".encode(), sha256).hexdigest()
