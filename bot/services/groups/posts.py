"""Messages to groups that nobody there asked for: kept in the outbox, delivered at the platforms' pace."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.core.clock import Clock
from bot.core.identity import ChatRef, Identity, Platform, new_id
from bot.core.reply import Answer
from bot.core.sender import RetryLater, Unreachable
from bot.core.wording import Wording
from bot.services.groups.chat_life import GONE, mark_gone
from bot.services.groups.settings import Settings, chat_of
from bot.services.pacing import Pacer
from bot.services.school.posting import Posting
from bot.storage import Store, UnitOfWork, VersionConflict, chat_posts, chats
from bot.storage.chat_posts import ChatPost
from bot.storage.chats import Chat
from bot.telemetry import Telemetry

ANNOUNCEMENT = "announcement"
"""The template of operators' messages, which only groups get that want them."""
APART = timedelta(days=1)
"""At most one announcement in such a time; ours, as are the other figures."""
CLAIM = timedelta(seconds=30)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 12
KEPT = timedelta(days=30)
LOOK_SECONDS = 5.0


class GroupPosts:
    """Delivers posts. `allowed` are the keys of the only groups that are served, where any are named."""

    def __init__(
        self,
        store: Store,
        wording: Wording,
        clock: Clock,
        telemetry: Telemetry,
        posting: Posting,
        allowed: frozenset[str] = frozenset(),
        pacer: Pacer | None = None,
    ) -> None:
        self._store = store
        self._wording = wording
        self._clock = clock
        self._telemetry = telemetry
        self._posting = posting
        self._allowed = allowed
        self._pacer = Pacer() if pacer is None else pacer
        self._wake = asyncio.Event()

    async def audience(self, unit: UnitOfWork) -> tuple[Chat, ...]:
        """The groups that want announcements and can be reached."""
        return tuple(each for each in await chats.every(unit) if self._wanted(each))

    def wake(self) -> None:
        """Look into the outbox now."""
        self._wake.set()

    def post(
        self, unit: UnitOfWork, chat: Chat, template: str, data: Mapping[str, Any], key: str, at: datetime
    ) -> None:
        """Post to a group once; a second post with the same key makes the commit raise VersionConflict."""
        whole = f"{key}:{chat.platform}:{chat.chat}"
        chat_posts.post(unit, ChatPost(new_id(), chat.platform, chat.chat, template, data, whole, at, at))
        unit.on_commit(self.wake)

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self.flush()
            except Exception as fault:  # noqa: BLE001 - what a database in trouble holds back is delivered later
                self._telemetry.incident(fault)
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def flush(self) -> int:
        """Deliver what is due now, one after the other; returns how many posts were taken up."""
        async with self._store.unit() as unit:
            due = await chat_posts.due(unit, self._clock.now(), self._posting.platforms)
        for each in due:
            try:
                await self._deliver(each)
            except VersionConflict:
                continue  # another process has it
            except Exception as fault:  # noqa: BLE001 - one broken delivery must not stop the others
                self._telemetry.incident(fault)
        return len(due)

    async def _deliver(self, post: ChatPost) -> None:
        now = self._clock.now()
        async with self._store.unit() as unit:
            claimed = chat_posts.claim(unit, post, now + CLAIM)
            kept = await chat_of(unit, ChatRef(post.platform, post.chat, private=False))
        settings = Settings.from_json(kept.body)
        if (post.template == ANNOUNCEMENT and not self._wanted(kept)) or not self._served(kept):
            await self._ended(claimed, "unwanted", None)
        elif settings.is_quiet(now):
            await self._ended(claimed, "later", settings.loud_again(now))
        else:
            await self._sent(claimed, kept, settings)

    async def _sent(self, post: ChatPost, kept: Chat, settings: Settings) -> None:
        thread = settings.thread if settings.bound else None
        chat = ChatRef(post.platform, post.chat, private=False, thread=thread)
        lane = Identity(post.platform, f"chat:{post.chat}")
        await self._pacer.rest(lane)
        await self._pacer.turn(lane)
        pause = min(FIRST_PAUSE * 2 ** min(post.attempts, 12), LONGEST_PAUSE)
        again = None if post.attempts >= MOST_ATTEMPTS else self._clock.now() + pause
        try:
            language = self._wording.language(kept.language)
            reply = self._wording.word(Answer(post.template, post.data), language, "UTC")
            await self._posting.post(chat, reply)
        except Unreachable:
            await self._ended(post, "unreachable", None, gone=chat)
        except RetryLater as later:
            wait = self._clock.now() + timedelta(seconds=later.seconds)
            await self._ended(post, "later", None if again is None else wait)
        except Exception as fault:  # noqa: BLE001 - tried again, a few times
            self._telemetry.incident(fault)
            await self._ended(post, "failed", again)
        else:
            self._telemetry.noticed(post.platform, "sent")
            async with self._store.unit() as unit:
                chat_posts.delivered(unit, post, self._clock.now())

    async def _ended(
        self, post: ChatPost, outcome: str, again: datetime | None, gone: ChatRef | None = None
    ) -> None:
        self._telemetry.noticed(post.platform, outcome)
        async with self._store.unit() as unit:
            chat_posts.put_off(unit, post, again)
            if gone is not None:
                await unit.lock(f"chat:{gone.key}")
                mark_gone(unit, await chat_of(unit, gone), self._clock)

    def _wanted(self, chat: Chat) -> bool:
        return Settings.from_json(chat.body).announcements and GONE not in chat.body and self._served(chat)

    def _served(self, chat: Chat) -> bool:
        return not self._allowed or f"{Platform(chat.platform)}:{chat.chat}" in self._allowed
