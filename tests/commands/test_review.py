"""Reviews: what is due, and the reminder that comes only to who asked, when they asked, and never at night."""

from datetime import timedelta

from tests.harness import Talk, buttons, talking, text
from tests.services.school.asking import right, rows, wrong


async def one_due(talk: Talk) -> None:
    await talk.say("/quiz")
    await talk.say(f"/answer {await wrong(talk)} sure")


async def at(talk: Talk, **time: int) -> None:
    """Let the clock come to the next such time of day (UTC), and do what is due."""
    now = talk.bot.clock.now()
    then = now.replace(hour=time.get("hour", 0), minute=time.get("minute", 0), second=0, microsecond=0)
    if then <= now:
        then += timedelta(days=1)
    await talk.bot.control.clock(then - now)


def reminders(talk: Talk) -> list[str]:
    return [text(each) for _, each in talk.postbox.delivered if each.answer.template == "review_due"]


async def test_what_is_due_is_listed_and_the_quiz_asks_it_first() -> None:
    async with talking() as talk:
        assert "Nothing is due" in text(await talk.say("/review"))
        await one_due(talk)
        talk.later(minutes=5)
        due = await talk.say("/review")
        assert due.answer.data["due"] == 1
        family = (await rows(talk, "cards"))[0].family
        await talk.press("Start")
        asked = max(await rows(talk, "questions"), key=lambda each: each.asked_at)
        assert asked.body["question"]["family"] == family


async def test_nobody_is_reminded_who_did_not_ask() -> None:
    async with talking() as talk:
        await one_due(talk)
        await at(talk, hour=18, minute=1)
        assert await rows(talk, "jobs") == []
        assert reminders(talk) == []


async def test_a_reminder_comes_once_a_day_while_something_is_due() -> None:
    async with talking() as talk:
        await one_due(talk)
        await talk.press("Next question")
        await talk.say("/review daily 18:00")
        await at(talk, hour=17, minute=59)
        assert reminders(talk) == []
        await at(talk, hour=18, minute=1)
        await at(talk, hour=18, minute=30)
        assert len(reminders(talk)) == 1
        assert "1 kind of question is due" in reminders(talk)[0]
        await at(talk, hour=18, minute=1)
        assert len(reminders(talk)) == 2
        await talk.say("/review off")
        await at(talk, hour=18, minute=1)
        assert len(reminders(talk)) == 2


async def test_nothing_due_is_no_reminder() -> None:
    async with talking() as talk:
        await talk.say("/quiz")
        await talk.say(f"/answer {await right(talk)} sure")  # easy: days away
        await talk.say("/review daily 18:00")
        await at(talk, hour=18, minute=1)
        assert reminders(talk) == []


async def test_quiet_hours_put_it_off_to_their_end() -> None:
    async with talking() as talk:
        await one_due(talk)
        await talk.say("/quiet 17:00-20:00")
        shown = await talk.say("/review daily 18:00")
        assert "comes at their end" in text(shown)
        await at(talk, hour=19)
        assert reminders(talk) == []
        await at(talk, hour=20, minute=1)
        assert len(reminders(talk)) == 1


async def test_quiet_hours_that_were_set_later_are_kept_too() -> None:
    async with talking() as talk:
        await one_due(talk)
        await talk.say("/review daily 18:00")
        await talk.say("/quiet 17:00-20:00")
        await at(talk, hour=18, minute=1)
        assert reminders(talk) == []


async def test_a_snooze_leaves_days_out() -> None:
    async with talking() as talk:
        await one_due(talk)
        await talk.say("/review daily 18:00")
        await talk.say("/snooze 2d")
        assert buttons(talk.shown()) == ("Start", "Not today", "No reminder")
        for _ in range(2):
            await at(talk, hour=18, minute=1)
        assert reminders(talk) == []
        await at(talk, hour=18, minute=1)
        assert len(reminders(talk)) == 1


async def test_words_that_are_no_time_change_nothing() -> None:
    async with talking() as talk:
        refused = await talk.say("/review daily noonish")
        assert not refused.answer.ok
        assert await rows(talk, "jobs") == []
