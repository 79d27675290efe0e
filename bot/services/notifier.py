"""The notifier: delivers what the outbox holds, at least once, worded at delivery."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core.action import Action
from bot.core.clock import Clock
from bot.core.identity import Identity
from bot.core.reply import Answer, Button
from bot.core.sender import RetryLater, Sender, Unreachable
from bot.core.wording import Wording
from bot.services.follow_ups import follow_ups
from bot.services.pacing import Pacer
from bot.storage import Store, VersionConflict, outbox, people
from bot.storage.outbox import Delivery, Notice
from bot.telemetry import Telemetry

CLAIM = timedelta(seconds=30)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 12
IDLE_SECONDS = 1.0
BATCH = 100
IN_FLIGHT = 8
IN_A_ROW = 3
"""So many notices one person gets before others have their turn."""


class Notifier:
    """Claims due deliveries, sends them through the front of their platform, and marks them done.

    Several are on their way at once, those to one person one after the other; the pacer keeps the platforms' limits.
    """

    def __init__(
        self, store: Store, wording: Wording, clock: Clock, telemetry: Telemetry, pacer: Pacer | None = None
    ) -> None:
        self._store = store
        self._wording = wording
        self._clock = clock
        self._telemetry = telemetry
        self._pacer = Pacer() if pacer is None else pacer
        self._senders: dict[str, Sender] = {}
        self._wake = asyncio.Event()
        self._one_flush = asyncio.Lock()
        self._in_flight = asyncio.Semaphore(IN_FLIGHT)

    def serve_through(self, senders: Sequence[Sender]) -> None:
        """Deliver through these fronts; what is meant for another platform waits."""
        self._senders = {each.platform.value: each for each in senders}

    def wake(self) -> None:
        """Look into the outbox now."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self._wake.clear()
            if not await self._flushed():
                try:
                    async with asyncio.timeout(IDLE_SECONDS):
                        await self._wake.wait()
                except TimeoutError:
                    continue

    async def _flushed(self) -> int:
        try:
            return await self.flush()
        except Exception as fault:  # noqa: BLE001 - what a database in trouble holds back is delivered later
            self._telemetry.incident(fault)
            return 0

    async def flush(self) -> int:
        """Deliver what is due now; returns how many deliveries were taken up. Who gets many has some left for later."""
        async with self._one_flush:
            async with self._store.unit() as unit:
                due = await outbox.due(unit, self._clock.now(), BATCH, tuple(self._senders))
            lanes: dict[Identity, list[Delivery]] = {}
            for delivery in due:
                lanes.setdefault(delivery.identity, []).append(delivery)
            ends = await asyncio.gather(*map(self._in_order, lanes.values()), return_exceptions=True)
        for fault in filter(None, ends):
            raise fault
        return len(due)

    async def _in_order(self, lane: Sequence[Delivery]) -> None:
        """Deliver to one person; what comes after a notice that has to wait waits with it."""
        for place, delivery in enumerate(lane[:IN_A_ROW], start=1):
            await self._pacer.rest(delivery.identity)
            async with self._in_flight:
                wait = await self._deliver(delivery)
            if wait is not None:
                await self._postpone(lane[place:], wait)
                return

    async def _postpone(self, lane: Sequence[Delivery], wait: timedelta) -> None:
        until = self._clock.now() + wait
        for place, delivery in enumerate(lane, start=1):
            try:
                async with self._store.unit() as unit:
                    outbox.postpone(unit, delivery, until + place * timedelta(microseconds=1))
            except VersionConflict:
                continue

    async def _deliver(self, delivery: Delivery) -> timedelta | None:
        """Claim, send and mark one delivery; returns how long the platform asked to wait, if it did."""
        sender = self._senders[delivery.identity.platform.value]
        now = self._clock.now()
        try:
            async with self._store.unit() as unit:
                claimed = outbox.claim(unit, delivery, now + CLAIM)
                person = await people.get(unit, delivery.notice.person_id)
        except VersionConflict:
            return None
        language = self._wording.language((person.language if person else None) or delivery.language)
        zone = person.time_zone if person else "UTC"
        outcome, pause, asked = "sent", FIRST_PAUSE, None
        await self._pacer.turn(delivery.identity)
        try:
            notice = delivery.notice
            banner = notice.data.get("banner") or {}
            answer = Answer(notice.template, notice.data, _buttons(notice), banner=banner)
            reply = replace(self._wording.word(answer, language, zone), silent=notice.silent)
            await sender.send(delivery.identity, reply)
        except Unreachable:
            outcome = "unreachable"
        except RetryLater as later:
            outcome, pause = "later", timedelta(seconds=later.seconds)
            asked = pause
        except Exception as fault:  # noqa: BLE001 - one broken delivery must not stop the others
            self._telemetry.incident(fault)
            outcome, pause = "failed", min(FIRST_PAUSE * 2 ** min(claimed.attempts, 12), LONGEST_PAUSE)
        self._telemetry.noticed(delivery.identity.platform, outcome)
        async with self._store.unit() as unit:
            if outcome == "sent":
                outbox.delivered(unit, claimed, self._clock.now())
            elif outcome == "unreachable":
                people.mark_unreachable(unit, delivery.identity, now)
                outbox.failed(unit, claimed, None)
            else:
                again = None if claimed.attempts >= MOST_ATTEMPTS else now + pause
                outbox.failed(unit, claimed, again)
        return asked


def _buttons(notice: Notice) -> tuple[tuple[Button, ...], ...]:
    """What the notice offers, each button with what the platform carries for it."""
    return tuple(
        tuple(
            replace(each, payload=Action(each.line, notice.person_id, suggested=each.suggested).encode())
            for each in row
        )
        for row in follow_ups(notice.template, notice.data)
    )
