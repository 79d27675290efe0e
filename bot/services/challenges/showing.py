"""The living message of challenges: shown as the platforms allow, told the end, given up where nobody can be told."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.core.identity import ChatRef, Platform, new_id
from bot.core.reply import Answer, plain
from bot.core.sender import RetryLater, Unreachable
from bot.core.wording import Wording
from bot.services.challenges.message import Cards
from bot.services.challenges.stage import (
    Stage,
    called_off,
    changed,
    chat_of,
    ended_for,
    figures_final,
    rules_of,
    stage_of,
)
from bot.services.living import FAULT_PAUSE, TEMPOS, Screen, Tempo, content_of, put
from bot.services.school.posting import Posting
from bot.storage import Store, UnitOfWork, challenges, outbox
from bot.storage.challenges import Challenge
from bot.storage.tables import NO_ONE
from bot.telemetry import Telemetry

PATIENCE = timedelta(days=1)
"""So long the chat is waited for at the end."""

Debrief = Callable[[UnitOfWork, Challenge], Awaitable[Answer | None]]
"""What the chat is told at the end; None: nothing."""


class Showing:
    """Shows challenges in their chats. `now` counts real seconds."""

    def __init__(
        self,
        store: Store,
        wording: Wording,
        clock: Clock,
        telemetry: Telemetry,
        posting: Posting,
        cards: Cards,
        debrief: Debrief,
        *,
        wake: Callable[[], object],
        tempos: Mapping[Platform, Tempo] = TEMPOS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`wake` is called once there is something to deliver to people."""
        self._store = store
        self._wording = wording
        self._clock = clock
        self._telemetry = telemetry
        self._posting = posting
        self._cards = cards
        self._debrief = debrief
        self._deliver = wake
        self._tempos = tempos
        self.now = now
        self.shown: Callable[[], object] = lambda: None

    async def look(self, challenge: Challenge, screen: Screen, now: datetime, *, fresh: bool) -> None:
        """Begin to show what has changed; `fresh`: whether the prices that rank members are."""
        chat, stage = chat_of(challenge), stage_of(challenge, now)
        last = figures_final(challenge)
        if chat is None or challenge.body["muted"]:
            if last:
                await self._over(challenge)
            return
        if screen.phase is Stage.OVER:
            return
        async with self._store.unit() as unit:
            answer = await self._cards.living(unit, challenge, now, fresh=fresh)
        content = content_of(answer)
        if challenge.body["message"] is None:  # not posted yet, or left behind in a chat that has moved
            screen.content = ""
        if last and content == screen.content:
            screen.content = ""  # it has to be closed all the same
        tempo = self._tempos[chat.platform]
        if screen.may_show(tempo, self.now(), (stage, answer.data["members"]), content, last=last):
            screen.showing = asyncio.create_task(self._show(challenge, chat, screen, answer, last=last))

    async def _show(
        self, challenge: Challenge, chat: ChatRef, screen: Screen, answer: Answer, *, last: bool
    ) -> None:
        try:
            screen.changes.append(self.now())
            language = self._wording.language(challenge.body["language"])
            message = await put(
                self._posting, chat, challenge.body["message"], self._wording.word(answer, language, "UTC")
            )
            if message != challenge.body["message"]:
                await self.keep(challenge, message=message)
            screen.content = content_of(answer)
            screen.phase = (stage_of(challenge, self._clock.now()), answer.data["members"])
            if last:
                await self._told(challenge, chat, language)
                screen.phase = Stage.OVER
                await self._over(challenge)
        except RetryLater as later:
            screen.not_before = self.now() + later.seconds
            await self._given_up(challenge)
        except Unreachable:
            self._telemetry.log.warning("challenge_unreachable", platform=chat.platform.value)
            await self._unheard(challenge)
        except Exception as fault:  # noqa: BLE001 - shown again later
            self._telemetry.incident(fault)
            screen.not_before = self.now() + FAULT_PAUSE
            await self._given_up(challenge)
        finally:
            screen.showing = None
            self.shown()

    async def _told(self, challenge: Challenge, chat: ChatRef, language: str) -> None:
        """The debrief, as a message of its own."""
        if called_off(challenge):
            return
        async with self._store.unit() as unit:
            debrief = await self._debrief(unit, challenge)
        if debrief is not None:
            await self._posting.post(chat, self._wording.word(debrief, language, "UTC"))

    async def keep(self, challenge: Challenge, **body: object) -> None:
        """Store something of its body, which may have changed meanwhile."""
        async with self._store.unit() as unit:
            await unit.lock(f"chat:{challenge.chat_key or challenge.id}")
            kept = await challenges.find(unit, challenge.id)
            if kept is not None and kept.ended_at is None:
                challenges.save(unit, changed(kept, **body))

    async def _over(self, challenge: Challenge) -> None:
        """Nothing is left to do."""
        async with self._store.unit() as unit:
            await unit.lock(f"chat:{challenge.chat_key or challenge.id}")
            kept = await challenges.find(unit, challenge.id)
            if kept is not None and kept.ended_at is None:
                challenges.save(unit, replace(kept, ended_at=self._clock.now()))

    async def _given_up(self, challenge: Challenge) -> None:
        """A chat that cannot be told for a day is not waited for any longer."""
        told = challenge.body["closing"]
        if told is not None and self._clock.now() - datetime.fromisoformat(told) > PATIENCE:
            await self._over(challenge)

    async def _unheard(self, challenge: Challenge) -> None:
        """The bot may not speak in the chat any more: go on without, and let the members know."""
        await self.keep(challenge, muted=True, message=None)
        if figures_final(challenge):
            return
        now = self._clock.now()
        async with self._store.unit() as unit:
            for each in await challenges.members_of(unit, challenge.id):
                if ended_for(each) or each.person_id == NO_ONE:
                    continue
                data = {"name": rules_of(challenge).name, "until": challenge.ends_at.isoformat()}
                key = f"challenge_unheard:{each.account_id}"
                notice = outbox.Notice(new_id(), each.person_id, "challenge_unheard", plain(data), now, key)
                outbox.post(unit, notice)
        self._deliver()
