"""Long polling: an update counts as received only when it was answered, so that a crash loses none."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError

from bot.adapters.telegram.backoff import Backoff
from bot.adapters.telegram.errors import BadToken, Flood
from bot.adapters.telegram.lanes import Lanes
from bot.adapters.telegram.raw_bot import RawBot
from bot.telemetry import Telemetry

# Seconds: how long Telegram holds a poll, how long ours pauses for work under way, and how long one update's
# work may keep those after it from being confirmed.
HELD = 50
PAUSE = 0.2
KEPT_BACK = 10.0


class Poller:
    """Fetches updates and gives them to `submit`; `up` is told whether Telegram is reached."""

    def __init__(
        self,
        bot: RawBot,
        lanes: Lanes,
        submit: Callable[[dict[str, Any]], object],
        up: Callable[[bool], None],
        telemetry: Telemetry,
        backoff: Backoff,
    ) -> None:
        self._bot = bot
        self._lanes = lanes
        self._submit = submit
        self._up = up
        self._log = telemetry.log
        self._backoff = backoff
        self._next = 0
        self._seen: dict[int, float] = {}

    async def run(self) -> None:
        """Poll until cancelled; raises BadToken."""
        failed = 0
        while True:
            busy = len(self._lanes) > 0
            try:
                batch = await self._bot.fetch(self._confirmed(), 0 if busy else HELD)
            except InvalidToken:
                raise BadToken from None
            except TelegramError as fault:
                self._up(False)
                await asyncio.sleep(self._pause_after(fault, failed))
                failed += 1
                continue
            failed = 0
            self._up(True)
            self._take(batch)
            await self._lanes.idle(PAUSE)

    async def confirm(self) -> None:
        """Tell Telegram, at the end, what was answered; what was not comes again."""
        try:
            await self._bot.fetch(self._confirmed(), 0)
        except TelegramError:
            self._log.warning("telegram_confirm_failed")

    def _take(self, batch: list[dict[str, Any]]) -> None:
        now = time.monotonic()
        for raw in batch:
            number = raw.get("update_id")
            if isinstance(number, int) and number not in self._seen:
                self._seen[number] = now
                self._next = max(self._next, number + 1)
                self._submit(raw)

    def _confirmed(self) -> int:
        """The number of the first update that is still being answered, else of the next one to come."""
        now = time.monotonic()
        under_way = (
            number
            for number in self._lanes.numbers
            if number in self._seen and now - self._seen[number] < KEPT_BACK
        )
        first = min(under_way, default=self._next)
        for number in [each for each in self._seen if each < first]:
            del self._seen[number]
        return first

    def _pause_after(self, fault: TelegramError, failed: int) -> float:
        """The seconds to wait after a failed poll; the log names the kind of fault, never its text."""
        delay = self._backoff.delay(failed)
        if isinstance(fault, Flood):
            delay = fault.seconds
        elif isinstance(fault, Conflict):
            self._log.warning(
                "telegram_conflict", hint="another process polls with this token", wait=round(delay, 1)
            )
            return delay
        if failed == 0 or not isinstance(fault, NetworkError):
            self._log.warning("telegram_poll_failed", kind=type(fault).__name__, wait=round(delay, 1))
        return delay
