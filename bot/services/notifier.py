"""The notifier: delivers what the outbox holds, at least once, worded at delivery."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.core.action import Action
from bot.core.clock import Clock
from bot.core.reply import Answer, Button
from bot.core.sender import RetryLater, Sender, Unreachable
from bot.core.texts import N_
from bot.core.wording import Wording
from bot.storage import Store, VersionConflict, outbox, people
from bot.storage.outbox import Delivery, Notice
from bot.telemetry import Telemetry

CLAIM = timedelta(seconds=30)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 12
IDLE_SECONDS = 1.0
BATCH = 50


FOLLOW_UPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "liquidated": ((N_("Portfolio"), "portfolio"), (N_("History"), "history")),
    "order_notice": ((N_("Positions"), "positions"), (N_("Orders"), "orders")),
}
"""What a notice of a template offers to do next: labels and command lines."""


class Notifier:
    """Claims due deliveries, sends them through the front of their platform, and marks them done."""

    def __init__(self, store: Store, wording: Wording, clock: Clock, telemetry: Telemetry) -> None:
        self._store = store
        self._wording = wording
        self._clock = clock
        self._telemetry = telemetry
        self._senders: dict[str, Sender] = {}
        self._wake = asyncio.Event()

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
                    await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)
                except TimeoutError:
                    continue

    async def _flushed(self) -> int:
        try:
            return await self.flush()
        except Exception as fault:  # noqa: BLE001 - what a database in trouble holds back is delivered later
            self._telemetry.incident(fault)
            return 0

    async def flush(self) -> int:
        """Deliver what is due now; returns how many deliveries were tried."""
        async with self._store.unit() as unit:
            due = await outbox.due(unit, self._clock.now(), BATCH, tuple(self._senders))
        for delivery in due:
            await self._deliver(delivery)
        return len(due)

    async def _deliver(self, delivery: Delivery) -> None:
        sender = self._senders[delivery.identity.platform.value]
        now = self._clock.now()
        try:
            async with self._store.unit() as unit:
                claimed = outbox.claim(unit, delivery, now + CLAIM)
                person = await people.get(unit, delivery.notice.person_id)
        except VersionConflict:
            return
        language = self._wording.language((person.language if person else None) or delivery.language)
        zone = person.time_zone if person else "UTC"
        outcome, pause = "sent", FIRST_PAUSE
        try:
            notice = delivery.notice
            answer = Answer(notice.template, notice.data, _buttons(notice))
            await sender.send(delivery.identity, self._wording.word(answer, language, zone))
        except Unreachable:
            outcome = "unreachable"
        except RetryLater as later:
            outcome, pause = "later", timedelta(seconds=later.seconds)
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


def _buttons(notice: Notice) -> tuple[tuple[Button, ...], ...]:
    follow_ups = FOLLOW_UPS.get(notice.template, ())
    row = tuple(
        Button(label, line, payload=Action(line, notice.person_id).encode()) for label, line in follow_ups
    )
    return (row,) if row else ()
