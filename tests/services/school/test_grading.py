"""Answers as rows: counted once whoever races, and jobs that are done once however many look."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.services.jobs import MOST_ATTEMPTS, Jobs
from bot.services.school.grading import LASTS, NotOpen
from bot.services.school.spacing import Confidence
from bot.storage import UnitOfWork, VersionConflict, jobs, questions
from bot.storage.jobs import Job
from tests.harness import talking
from tests.services.school.asking import last, person_id, rows


async def test_of_two_answers_at_once_one_counts() -> None:
    async with talking() as talk:
        await talk.say("/quiz")
        question_id, question = await last(talk)
        me, grading = await person_id(talk), talk.bot.school.quizzes.grading
        now = talk.bot.clock.now()

        async def graded(chosen: int) -> bool:
            async with talk.bot.store.unit() as unit:
                asked = await questions.find(unit, question_id)
                await asyncio.sleep(0)  # both have read before either writes
                return (await grading.grade(unit, asked, me, chosen, Confidence.SURE, now)).right

        ends = await asyncio.gather(graded(0), graded(1), return_exceptions=True)
        assert sum(isinstance(each, VersionConflict) for each in ends) == 1
        assert len(await rows(talk, "reviews")) == len(await rows(talk, "cards")) == 1
        kept = (await rows(talk, "reviews"))[0]
        assert kept.right in ends
        assert question.right in {0, 1, 2, 3}


async def test_what_cannot_be_answered_changes_nothing() -> None:
    async with talking() as talk:
        await talk.say("/quiz")
        question_id, question = await last(talk)
        me, grading = await person_id(talk), talk.bot.school.quizzes.grading
        now = talk.bot.clock.now()
        async with talk.bot.store.unit() as unit:
            asked = await questions.find(unit, question_id)
            cases = [
                ("unknown", None, me, 0, now),
                ("not-yours", asked, "somebody", 0, now),
                ("closed", asked, me, 0, now + LASTS + timedelta(seconds=1)),
                ("no-option", asked, me, len(question.choices), now),
                ("no-option", asked, me, -1, now),
            ]
            for why, which, who, chosen, at in cases:
                with pytest.raises(NotOpen) as caught:
                    await grading.grade(unit, which, who, chosen, None, at)
                assert caught.value.why == why
            assert not unit.changed


async def test_a_job_is_done_once_by_two_who_look_and_again_when_it_failed() -> None:
    async with talking() as talk:
        bot, done = talk.bot, []

        async def do(unit: UnitOfWork, job: Job, now: datetime) -> bool:
            done.append(job.key)
            if job.key == "broken":
                raise ValueError(job.key)
            jobs.drop(unit, job.key)
            return True

        now = bot.clock.now()
        async with bot.store.unit() as unit:
            for key in ("one", "broken", "strange"):
                jobs.put(unit, Job(key, "other" if key == "strange" else "kind", now, {}))
            jobs.put(unit, Job("later", "kind", now + timedelta(hours=1), {}))
        woken: list[int] = []
        runners = [
            Jobs(bot.store, bot.clock, bot.telemetry, {"kind": do}, lambda: woken.append(1)) for _ in range(2)
        ]
        await asyncio.gather(*(each.work() for each in runners))
        assert sorted(done) == ["broken", "one"]
        assert woken == [1]
        for _ in range(MOST_ATTEMPTS + 3):
            talk.later(minutes=2)
            await runners[0].work()
        assert done.count("broken") == MOST_ATTEMPTS
        assert {each.key for each in await rows(talk, "jobs")} == {"strange", "later"}
