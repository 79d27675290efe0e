"""Turns kept in memory: what the router needs of storage, with the same promises and no database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bot.core.identity import Identity
from bot.core.reply import Answer
from bot.core.request import Request
from bot.core.turn import AlreadyAnswered


class MemoryTurn:
    """One request being answered. `facts` are what handlers keep about the person; they count once committed."""

    def __init__(self, turns: "MemoryTurns", request: Request) -> None:
        self.suggested = False
        self.request = request
        self.person_id = turns.person_of(request.who)
        self.language = turns.language_of(request)
        self.time_zone = "UTC"
        self.banner: Mapping[str, Any] = {}
        self.facts: dict[str, Any] = dict(turns.facts.get(self.person_id, {}))
        self._turns = turns
        self._before = dict(self.facts)
        self._language_before = self.language
        self._place = (self.person_id, request.chat.key)
        self._pending: str | None = turns.pending.get(self._place)
        self._pending_before = self._pending
        self._lines: dict[str, str] = {}
        self._remembered: tuple[Answer, str | None] | None = None

    @property
    def changed(self) -> bool:
        return (
            self.facts != self._before
            or self.language != self._language_before
            or self._pending != self._pending_before
            or bool(self._lines)
        )

    async def pending_line(self) -> str | None:
        return self._pending

    def set_pending(self, line: str) -> None:
        self._pending = line

    def clear_pending(self) -> None:
        self._pending = None

    async def kept_line(self, token: str) -> str | None:
        return self._lines.get(token) or self._turns.lines.get(token)

    def keep_line(self, token: str, line: str) -> None:
        self._lines[token] = line

    async def answered(self, nonce: str | None) -> Answer | None:
        kept = self._turns.answers.get(self._turns.act_of(self.request))
        kept = kept or self._turns.nonces.get((self.person_id, nonce or ""))
        return None if kept is None else Answer.from_json(kept)

    def remember(self, answer: Answer, nonce: str | None) -> None:
        self._remembered = (answer, nonce)

    def going_private(self) -> None:
        pass

    def discard(self) -> None:
        self.facts = dict(self._before)
        self.language = self._language_before
        self._pending = self._pending_before
        self._lines = {}
        self._remembered = None

    def commit(self) -> None:
        """Write all that was changed; raises AlreadyAnswered where the act was done or the nonce used before."""
        answer, nonce = self._remembered or (None, None)
        done = self._turns.answers.get(self._turns.act_of(self.request))
        if done is not None:
            raise AlreadyAnswered(Answer.from_json(done))
        spent = self._turns.nonces.get((self.person_id, nonce or ""))
        if nonce is not None and spent is not None:
            raise AlreadyAnswered(Answer.from_json(spent))
        if self.changed:
            self._turns.facts[self.person_id] = dict(self.facts)
            self._turns.languages[self.person_id] = self.language
            self._turns.lines.update(self._lines)
            if self._pending is None:
                self._turns.pending.pop(self._place, None)
            else:
                self._turns.pending[self._place] = self._pending
        if answer is not None:
            kept = answer.to_json()
            self._turns.answers[self._turns.act_of(self.request)] = kept
            if nonce is not None:
                self._turns.nonces[self.person_id, nonce] = kept


class MemoryTurns:
    """Implements core.turn.Turns. `language` turns a platform's language tag into one that is spoken.

    It stands for the database: give the same object to a second front, and the bot was restarted.
    """

    def __init__(self, language: Callable[[str | None], str] = lambda wanted: "en") -> None:
        self._language = language
        self._locks: dict[str, asyncio.Lock] = {}
        self._persons: dict[Identity, str] = {}
        self.facts: dict[str, dict[str, Any]] = {}
        self.languages: dict[str, str] = {}
        self.pending: dict[tuple[str, str], str] = {}
        self.lines: dict[str, str] = {}
        self.answers: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.nonces: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.opened = 0

    def person_of(self, who: Identity) -> str:
        """The person's id, 12 characters as real ones have."""
        return self._persons.setdefault(who, f"person{len(self._persons) + 1:06}")

    def language_of(self, request: Request) -> str:
        """The language a person chose, else the platform's."""
        chosen = self.languages.get(self.person_of(request.who))
        return chosen or self._language(request.language)

    @staticmethod
    def act_of(request: Request) -> tuple[str, str]:
        """What makes an update unique."""
        return request.who.platform.value, request.update

    @asynccontextmanager
    async def open(self, request: Request) -> AsyncIterator[MemoryTurn]:
        """The turn of a request, with the person locked; commits at the end of the block."""
        self.opened += 1
        lock = self._locks.setdefault(self.person_of(request.who), asyncio.Lock())
        async with lock:
            turn = MemoryTurn(self, request)
            yield turn
            turn.commit()
