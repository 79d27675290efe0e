"""What becomes of a group: the bot is put out or muted, comes back, or the group gets another id."""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from bot.core.chats import ChatEvent, ChatJoined, ChatLost, ChatMoved
from bot.core.clock import Clock
from bot.core.identity import ChatRef
from bot.services.groups.settings import chat_of
from bot.services.school.night import Night, Phase
from bot.storage import Store, UnitOfWork, chat_moves, chats, quiz_nights
from bot.storage.chats import Chat

GONE = "gone"
"""Where a chat keeps since when the bot may not speak there."""


class ChatLife:
    """Implements core.chats.ChatEvents. `changed` hears once something is committed that clocks should look at."""

    def __init__(self, store: Store, clock: Clock, changed: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self._clock = clock
        self._changed = changed

    async def happened(self, event: ChatEvent) -> None:
        """Take note of what became of a chat (bot.core.chats.ChatEvents)."""
        async with self._store.unit() as unit:
            match event:
                case ChatJoined(chat):
                    await self._joined(unit, chat)
                case ChatLost(chat):
                    await self._lost(unit, chat)
                case ChatMoved(old, new):
                    await self._moved(unit, old, new)
                case _:
                    assert_never(event)
            if unit.changed:
                unit.on_commit(self._changed)

    async def _joined(self, unit: UnitOfWork, chat: ChatRef) -> None:
        """The chat is spoken to again, and so is a challenge that went on without it."""
        await unit.lock(_lock(chat))
        kept = await chats.find(unit, chat.platform, chat.chat)
        if kept is not None and GONE in kept.body:
            body = {name: value for name, value in kept.body.items() if name != GONE}
            chats.save(unit, replace(kept, body=body))
        _, challenges = await chat_moves.running_bodies(unit, chat)
        silent = {each: {**body, "muted": False} for each, body in challenges.items() if body.get("muted")}
        chat_moves.set_bodies(unit, ({}, silent))

    async def _lost(self, unit: UnitOfWork, chat: ChatRef) -> None:
        """A quiz night ends, since nobody can see it; a challenge goes on in the members' private chats."""
        await unit.lock(_lock(chat))
        mark_gone(unit, await chat_of(unit, chat), self._clock)
        running = await quiz_nights.running_in(unit, chat.key)
        if running is not None:
            night = replace(Night.of(running), phase=Phase.OVER, stopped=True, ended_at=self._clock.now())
            quiz_nights.save(unit, night.kept())

    async def _moved(self, unit: UnitOfWork, old: ChatRef, new: ChatRef) -> None:
        """Everything goes along; living messages are posted anew, for those of the old chat cannot be changed."""
        if old.key == new.key or old.platform is not new.platform:
            return
        await unit.lock(_lock(old), _lock(new))
        nights, challenges = await chat_moves.running_bodies(unit, old)
        chat_moves.move(unit, old, new)
        place = [new.platform.value, new.chat, None]
        nights = {each: {**body, "chat": place, "message": None} for each, body in nights.items()}
        anew = {"message": None, "thread": None, "muted": False}
        challenges = {each: {**body, **anew} for each, body in challenges.items()}
        chat_moves.set_bodies(unit, (nights, challenges))


def mark_gone(unit: UnitOfWork, kept: Chat, clock: Clock) -> None:
    """Note, once, that the bot may not speak in a chat any more; what its admins set stays."""
    if GONE not in kept.body:
        chats.save(unit, replace(kept, body={**kept.body, GONE: clock.now().isoformat()}))


def _lock(chat: ChatRef) -> str:
    return f"chat:{chat.key}"
