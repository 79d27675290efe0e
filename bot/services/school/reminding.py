"""The daily reminder of reviews: only for who asked for it, never in quiet hours, and only if something is due."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.identity import new_id
from bot.services.attention import QuietHours, listener
from bot.services.school.learner import Learner, learner_of, save_learner
from bot.storage import UnitOfWork, cards, jobs, outbox, people
from bot.storage.jobs import Job
from bot.storage.outbox import Notice

_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2}))?h?")
KIND = "review"
TEMPLATE = "review_due"
DAY = timedelta(days=1)


def read_time(words: str) -> time | None:
    """The time of day that `18:00` or `18` says; None for anything else."""
    found = _CLOCK.fullmatch(words.strip())
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return time(int(found[1]), int(found[2] or 0))


def next_time(after: datetime, at: time, zone: str, quiet: QuietHours | None) -> datetime:
    """The next time of day `at` by the clock of a zone after an aware time, in UTC; in quiet hours, the end of them."""
    local = after.astimezone(ZoneInfo(zone))
    for days in range(3):
        day = local.date() + days * DAY
        wanted = datetime.combine(day, at, ZoneInfo(zone))
        if quiet is not None and quiet.hold(at):
            past = day if quiet.end > at else day + DAY
            wanted = datetime.combine(past, quiet.end, ZoneInfo(zone))
        if wanted.astimezone(UTC) > after.astimezone(UTC):
            return wanted.astimezone(UTC)
    return after.astimezone(UTC) + DAY


async def remind_daily(unit: UnitOfWork, person_id: str, at: time | None, now: datetime) -> Learner:
    """Begin to remind somebody at a time of day, or stop (None)."""
    learner = replace(await learner_of(unit, person_id), remind_at=at)
    save_learner(unit, person_id, learner)
    await _plan(unit, person_id, learner, now)
    return learner


async def snooze(unit: UnitOfWork, person_id: str, until: datetime, now: datetime) -> Learner:
    """Put reminders off until an aware time; what is due stays due."""
    learner = replace(await learner_of(unit, person_id), snoozed=until)
    save_learner(unit, person_id, learner)
    await _plan(unit, person_id, learner, now)
    return learner


async def remind(unit: UnitOfWork, job: Job, now: datetime) -> bool:
    """Do a reminder's job and plan the next one; whether there is something to deliver."""
    person_id = job.body["person"]
    learner = await learner_of(unit, person_id)
    person = await people.get(unit, person_id)
    if person is None or learner.remind_at is None:
        jobs.drop(unit, job.key)
        return False
    await _plan(unit, person_id, learner, now)
    told = await listener(unit, person_id)
    if told.attention.is_quiet(now, told.zone) or (learner.snoozed is not None and now < learner.snoozed):
        return False
    due = await cards.due(unit, person_id, now)
    if due:
        day = now.astimezone(ZoneInfo(told.zone)).date().isoformat()
        notice = Notice(new_id(), person_id, TEMPLATE, {"due": due}, now, f"{KIND}:{person_id}:{day}")
        outbox.post(unit, notice)
    return bool(due)


async def _plan(unit: UnitOfWork, person_id: str, learner: Learner, now: datetime) -> None:
    key = f"{KIND}:{person_id}"
    if learner.remind_at is None:
        jobs.drop(unit, key)
        return
    told = await listener(unit, person_id)
    after = now if learner.snoozed is None else max(now, learner.snoozed)
    due = next_time(after, learner.remind_at, told.zone, told.attention.quiet)
    jobs.put(unit, Job(key, KIND, due, {"person": person_id}))
