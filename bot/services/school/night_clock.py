"""What drives quiz nights: rounds begin and end in time, and the living message follows within the platforms' limits."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

from bot.core.clock import Clock
from bot.core.identity import Platform, new_id
from bot.core.reply import Answer
from bot.core.sender import RetryLater, Unreachable
from bot.core.wording import Wording
from bot.services.living import FAULT_PAUSE, TEMPOS, Screen, Tempo, content_of, put
from bot.services.markets import MAIN_MARKET, Markets
from bot.services.school.grading import body_of
from bot.services.school.night import Night, Phase
from bot.services.school.night_card import card
from bot.services.school.nights import asked_in
from bot.services.school.picking import Known, Wish, pick
from bot.services.school.posting import Posting
from bot.services.school.question import Question, Setting, Template
from bot.storage import Store, UnitOfWork, VersionConflict, question_reports, questions, quiz_nights
from bot.storage.questions import Asked
from bot.telemetry import Telemetry

TICK = 0.5
"""Seconds between two looks while a quiz night is running."""
AT_REST = 5.0
"""Seconds between two looks while none is; a change wakes the clock at once."""


class NightClock:
    """Runs all quiz nights that are not over. `templates` are those of a language, `seed` begins each draw.

    `now` counts real seconds.
    """

    def __init__(
        self,
        store: Store,
        wording: Wording,
        markets: Markets,
        clock: Clock,
        telemetry: Telemetry,
        posting: Posting,
        templates: Callable[[str], Mapping[str, Template]],
        seed: Callable[[], int],
        tempos: Mapping[Platform, Tempo] = TEMPOS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._wording = wording
        self._markets = markets
        self._clock = clock
        self._telemetry = telemetry
        self._posting = posting
        self._templates = templates
        self._seed = seed
        self._tempos = tempos
        self._now = now
        self._screens: dict[str, Screen] = {}
        self._wake = asyncio.Event()
        self._one_step = asyncio.Lock()

    def wake(self) -> None:
        """Look at the quiz nights now."""
        self._wake.set()

    async def run(self) -> None:
        """Drive quiz nights until cancelled."""
        try:
            while True:
                self._wake.clear()
                try:
                    running = await self.step()
                except Exception as fault:  # noqa: BLE001 - the next look does what this one could not
                    self._telemetry.incident(fault)
                    running = 0
                try:
                    async with asyncio.timeout(TICK if running else AT_REST):
                        await self._wake.wait()
                except TimeoutError:
                    continue
                await asyncio.sleep(TICK / 10)  # presses come in crowds
        finally:
            showing = [each.showing for each in self._screens.values() if each.showing is not None]
            for task in showing:
                task.cancel()
            await asyncio.gather(*showing, return_exceptions=True)

    async def drain(self) -> None:
        """Do all that is due, and wait until it is shown."""
        for _ in range(100):
            await self.step()
            showing = [each.showing for each in self._screens.values() if each.showing is not None]
            if not showing:
                return
            await asyncio.gather(*showing)

    async def step(self) -> int:
        """End what is due and begin to show what has changed; returns how many quiz nights are running."""
        async with self._one_step:
            async with self._store.unit() as unit:
                kept = await quiz_nights.running(unit)
            for each in kept:
                try:
                    await self._step(Night.of(each))
                except VersionConflict:  # it ended meanwhile
                    continue
                except Exception as fault:  # noqa: BLE001 - one broken quiz night must not stop the others
                    self._telemetry.incident(fault)
            for gone in self._screens.keys() - {each.id for each in kept}:
                if self._screens[gone].showing is None:
                    del self._screens[gone]
            return len(kept)

    async def _step(self, night: Night) -> None:
        screen = self._screens.setdefault(night.id, Screen())
        if screen.showing is not None:
            return
        if night.message is None:  # not posted yet, or left behind in a chat that has moved
            screen.content = ""
        seen = screen.phase == (night.phase, night.round)
        if seen or night.hurried:
            night = await self._advanced(night) or night
        async with self._store.unit() as unit:
            answers = await quiz_nights.answers(unit, night.id)
        answer = card(night, answers)
        if self._may_show(night, screen, answer):
            screen.showing = asyncio.create_task(self._show(night, screen, answer))

    # What comes next

    async def _advanced(self, night: Night) -> Night | None:
        """The quiz night in its next phase, if this one is at its end."""
        async with self._store.unit() as unit:
            held = await self._held(unit, night)
            if held is None:
                return None
            now = self._clock.now()
            if not held.due(now, await quiz_nights.count(unit, held.id, held.round)):
                return held
            after = await self._next(unit, held)
            quiz_nights.save(unit, after.kept())
            return after

    async def _next(self, unit: UnitOfWork, night: Night) -> Night:
        now = self._clock.now()
        if night.phase is Phase.ASKING and not night.stopped:
            return night.reveal(now)
        idle = night.seconds is None and not night.hurried
        if night.stopped or idle or night.round >= night.rounds:
            return night.end(now)
        question = await self._drawn(unit, night)
        if question is None:
            return night.end(now)
        asked = Asked(new_id(), None, asked_in(night.id), question.template, body_of(question), now)
        questions.put(unit, asked)
        return night.ask(question, asked.id, now)

    async def _drawn(self, unit: UnitOfWork, night: Night) -> Question | None:
        """A question of a template that was not used yet in this quiz night, as far as there are any."""
        hidden = await question_reports.hidden(unit)
        setting = Setting(self._markets.snapshot(MAIN_MARKET))
        templates = self._templates(night.language)
        wish, now, chance = Wish(group=True), self._clock.now(), Random(self._seed())  # noqa: S311 - no secret
        for without in ({*hidden, *night.asked}, hidden):
            known = Known(lately=night.asked)
            question = pick(templates, without, wish, known, setting, now, chance)
            if question is not None:
                return question
        return None

    async def _held(self, unit: UnitOfWork, night: Night) -> Night | None:
        """The quiz night as it is now, locked; None if it is over."""
        await unit.lock(f"chat:{night.chat.key}")
        kept = await quiz_nights.find(unit, night.id)
        return None if kept is None or kept.ended_at is not None else Night.of(kept)

    # What is seen

    def _may_show(self, night: Night, screen: Screen, answer: Answer) -> bool:
        """Whether the living message is behind and the platform takes a change now."""
        if screen.phase == (Phase.OVER, night.round):
            return False
        tempo, phase = self._tempos[night.chat.platform], (night.phase, night.round)
        over = night.phase is Phase.OVER  # the last change there is: nobody waits for the result
        return screen.may_show(tempo, self._now(), phase, content_of(answer), last=over)

    async def _show(self, night: Night, screen: Screen, answer: Answer) -> None:
        try:
            screen.changes.append(self._now())
            reply = self._wording.word(answer, night.language, "UTC")
            message = await put(self._posting, night.chat, night.message, reply)
            await self._seen(night, screen, message)
            screen.content = content_of(answer)
            screen.phase = (night.phase, night.round)
        except RetryLater as later:
            screen.not_before = self._now() + later.seconds
        except Unreachable:
            self._telemetry.log.warning("quiz_night_unreachable", platform=night.chat.platform.value)
            await self._closed(night)
        except Exception as fault:  # noqa: BLE001 - shown again later
            self._telemetry.incident(fault)
            screen.not_before = self._now() + FAULT_PAUSE
            if night.phase is Phase.OVER:
                await self._closed(night)
        finally:
            screen.showing = None
            self.wake()

    async def _seen(self, night: Night, screen: Screen, message: str) -> None:
        """Keep which message it is; a round's time begins when its question is seen, a night ends with its scoreboard."""
        if night.phase is Phase.OVER:
            await self._closed(replace(night, message=message))
            return
        first = screen.phase != (night.phase, night.round)
        async with self._store.unit() as unit:
            held = await self._held(unit, night)
            if held is None:
                return
            after = replace(held, message=message)
            if first and (held.phase, held.round) == (night.phase, night.round):
                after = after.shown(self._clock.now(), await quiz_nights.count(unit, held.id, held.round))
            if after != held:
                quiz_nights.save(unit, after.kept())

    async def _closed(self, night: Night) -> None:
        async with self._store.unit() as unit:
            held = await self._held(unit, night)
            if held is not None:
                over = replace(held, phase=Phase.OVER, message=night.message, ended_at=self._clock.now())
                quiz_nights.save(unit, over.kept())
