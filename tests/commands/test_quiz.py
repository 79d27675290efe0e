"""Questions and answers as they are spoken: in private, in groups, in polls, and when somebody does it wrong."""

from pathlib import Path

import pytest

from bot.core.request import Pressed
from tests.harness import Talk, buttons, talking, text
from tests.services.school.asking import last, passed, right, rows, wrong


async def test_a_question_is_answered_with_confidence_and_judged_at_once() -> None:
    async with talking() as talk:
        asked = await talk.say("/quiz")
        assert asked.answer.template == "quiz_question"
        number = await right(talk)
        sure = await talk.press(str(number))
        assert f"You chose {number}. How sure are you?" in text(sure)
        assert await rows(talk, "reviews") == []
        verdict = await talk.press("Sure")
        assert verdict.answer.template == "quiz_verdict"
        assert text(verdict).startswith("Right")
        review = (await rows(talk, "reviews"))[0]
        assert (review.right, review.confidence, review.misconception, review.rating) == (
            True,
            "sure",
            None,
            4,
        )
        assert len(await rows(talk, "cards")) == len(await rows(talk, "beliefs")) == 1


async def test_numbers_can_be_typed_and_the_choice_changed() -> None:
    async with talking() as talk:
        await talk.say("/quiz")
        await talk.say(str(await right(talk)))
        await talk.press(str(await wrong(talk)))
        verdict = await talk.say("guess")
        assert text(verdict).startswith("Not right")
        review = (await rows(talk, "reviews"))[0]
        question = (await last(talk))[1]
        assert review.misconception == question.choices[await wrong(talk) - 1].misconception is not None
        assert (review.rating, review.confidence) == (1, "guess")


async def test_without_confidence_a_press_is_the_answer_and_a_poll_may_be_shown() -> None:
    async with talking() as talk:
        await talk.say("/quiz confidence off")
        asked = await talk.say("/quiz")
        assert asked.answer.poll == (await last(talk))[0]
        assert asked.answer.data["right"] == await right(talk) - 1
        verdict = await talk.press(str(await right(talk)))
        assert text(verdict).startswith("Right")
        assert (await rows(talk, "reviews"))[0].confidence is None


async def test_a_card_does_not_tell_which_answer_is_right() -> None:
    async with talking() as talk:
        asked = await talk.say("/quiz")
        assert not asked.answer.poll
        assert "right" not in asked.answer.data
        assert "right" not in asked.answer.data["card"]
        assert "misconception" not in str(asked.answer.to_json())


async def test_a_second_answer_gets_the_verdict_of_the_first_and_counts_for_nothing() -> None:
    async with talking() as talk:
        asked = await talk.say("/quiz")
        question = (await last(talk))[0]
        await talk.say(f"/answer {await wrong(talk)} sure")
        again = await talk.say(f"/answer {await right(talk)} sure question={question}")
        assert "that first answer counts" in text(again)
        assert "Not right" in text(again)
        pressed = await talk.press(str(await right(talk)), on=asked)
        assert "that first answer counts" in text(pressed)
        assert [each.right for each in await rows(talk, "reviews")] == [False]
        assert [each.body["answers"] for each in await rows(talk, "beliefs") if each.kind == "skill"] == [1]


async def test_the_same_press_twice_is_one_answer() -> None:
    async with talking() as talk:
        await talk.say("/quiz")
        sure = await talk.press(str(await right(talk)))
        payload = next(each.payload for each in sure.all_buttons() if each.label == "Sure")
        one = await talk.ask(talk.request(Pressed(payload), update="press-1"))
        two = await talk.ask(talk.request(Pressed(payload), update="press-1"))
        assert one is not None
        assert two is not None
        assert one.answer.to_json() == two.answer.to_json()
        assert len(await rows(talk, "reviews")) == 1


async def test_the_open_question_is_asked_again_until_it_is_left_out() -> None:
    async with talking() as talk:
        first = await talk.say("/quiz")
        assert (await talk.say("/quiz")).answer.data == first.answer.data
        talk.later(seconds=1)
        question = (await last(talk))[0]
        await talk.press("Another question")
        assert (await last(talk))[0] != question
        late = await talk.say(f"/answer 1 sure question={question}")
        assert "That question is closed" in text(late)
        assert await rows(talk, "reviews") == []


async def test_answers_that_count_for_nothing() -> None:
    async with talking() as talk:
        assert "I know no such question here" in text(await talk.say("/answer 1 sure"))
        asked = await talk.say("/quiz")
        question = (await last(talk))[0]
        assert "no answer of that number" in text(await talk.say("/answer 9 sure"))
        assert "asked of somebody else" in text(await talk.say(f"/answer 1 sure question={question}", "eve"))
        assert (await talk.press("1", "eve", on=asked)).answer.template == "not_yours"
        assert "I know no such question" in text(await talk.say("/answer 1 sure question=nonsense"))
        talk.later(hours=25)
        assert "That question is closed" in text(await talk.say(f"/answer 1 sure question={question}"))
        assert await rows(talk, "reviews") == await rows(talk, "cards") == []
        await talk.say("/quiz")
        assert (await last(talk))[0] != question, "after a day another one is asked"


async def test_a_group_answers_together_and_each_sees_only_their_own() -> None:
    async with talking() as talk:
        asked = await talk.say("/quiz", "ann", room="room")
        assert not asked.private
        assert asked.answer.poll
        number = await right(talk)
        for who in ("bob", "eve"):
            sure = await talk.press(str(number), who, on=asked, room="room")
            assert sure.private
            verdict = await talk.send(
                next(each.payload for each in sure.all_buttons() if each.label == "Sure"), who, room="room"
            )
            assert verdict.private
            assert not verdict.edit, "the question stays"
            assert "Right" in text(verdict)
        assert len(await rows(talk, "reviews")) == 2
        assert len({each.person_id for each in await rows(talk, "cards")}) == 2


async def test_an_own_position_is_asked_about_in_private_and_never_in_a_group() -> None:
    async with talking() as talk:
        await talk.dialogue("/settings confirm off", "/open btc long 5x isolated 500")
        private = group = 0
        for number in range(24):
            talk.later(seconds=1)
            await talk.say("/quiz" if number == 0 else "/skip")
            private += (await last(talk))[1].own
            talk.later(seconds=1)
            await talk.say("/quiz", room="room")
            group += (await last(talk))[1].own
        assert private > 0
        assert group == 0


async def test_a_poll_is_found_again_after_a_restart(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    async with talking(database=database) as talk:
        await talk.say("/quiz", "ann", room="room")
        question = (await last(talk))[0]
        await talk.call("polled", {"question": question, "poll": "5368"}, who="ann", room="room")
    async with talking(database=database) as talk:
        chosen = str(await right(talk) - 1)
        verdict = await talk.call("voted", {"poll": "5368", "choice": chosen}, who="bob")
        assert text(verdict) == ""  # the group's poll shows it already
        again = await talk.call("voted", {"poll": "5368", "choice": "0"}, who="bob")
        assert text(again) == ""
        unknown = await talk.call("voted", {"poll": "1", "choice": "0"}, who="bob")
        assert unknown.answer.data["why"] == "unknown"
        assert [each.right for each in await rows(talk, "reviews")] == [True]


async def test_three_reports_hide_a_question_until_an_admin_decides() -> None:
    async with talking(admins=frozenset({"console:boss"})) as talk:
        await talk.say("/quiz", "ann", room="room")
        template = (await last(talk))[1].template
        for who in ("ann", "ann", "bob"):
            assert not (await talk.say("/report", who, room="room")).answer.data["hidden"]
        assert (await talk.say("/report", "eve", room="room")).answer.data["hidden"]
        assert await hidden(talk) == {template}
        assert "Only admins" in text(await talk.say("/reports", "bob"))
        await talk.say("/reports", "boss")
        await talk.press(f"Ask again: {template}", "boss")
        assert await hidden(talk) == set()
        await talk.say("/report", "dan", room="room")
        assert await hidden(talk) == set(), "an admin has decided"


async def hidden(talk: Talk) -> set[str]:
    return {each.template for each in await rows(talk, "question_verdicts") if each.hidden}


async def test_the_questions_of_a_lesson_come_one_after_the_other() -> None:
    async with talking() as talk:
        found = []
        for _ in range(3):
            talk.later(seconds=1)
            await talk.say("/quiz lesson 7")
            question = (await last(talk))[1]
            assert question.lesson == "liquidation-price"
            found.append(question.template)
            verdict = await talk.say(f"/answer {await right(talk)} sure")
            following = next(
                each.line for row in verdict.answer.buttons for each in row if each.label == "Next question"
            )
            assert following == "quiz lesson liquidation-price"
        assert len(set(found)) == 3
        assert "There is no such skill or lesson" in text(await talk.say("/quiz lesson 99"))


async def test_a_test_out_is_passed_with_four_of_five() -> None:
    async with talking() as talk:
        end = await passed(talk, "liquidation")
        assert "Test passed: 5 of 5 right." in text(end)
        assert end.answer.data["test"] is None
        beliefs = {each.name: each.body for each in await rows(talk, "beliefs")}
        assert beliefs["liquidation"]["mastered_at"] is not None


@pytest.mark.parametrize(("mistakes", "is_passed"), [(1, True), (2, False)])
async def test_mistakes_in_a_test_out(mistakes: int, is_passed: bool) -> None:
    async with talking() as talk:
        for number in range(5):
            talk.later(seconds=1)
            await talk.say("/testout costs")
            talk.later(seconds=1)
            chosen = await (wrong if number < mistakes else right)(talk)
            await talk.say(f"/answer {chosen} sure")
        assert talk.shown().answer.data["test_end"]["passed"] is is_passed


async def test_the_sum_behind_an_answer_is_shown_only_after_it() -> None:
    async with talking() as talk:
        await talk.say("/quiz")
        question, what = await last(talk)
        while what.derivation is None:
            talk.later(seconds=1)
            await talk.say("/skip")
            question, what = await last(talk)
        assert (await talk.say(f"/quizsum question={question}")).answer.template == "quiz_closed"
        await talk.say(f"/answer {await right(talk)} sure")
        shown = await talk.press("Show the sum")
        assert shown.answer.template == "quiz_sum"
        assert not shown.edit


async def test_progress_tells_what_was_seen() -> None:
    async with talking() as talk:
        assert "No question answered yet" in text(await talk.say("/progress"))
        await talk.say("/quiz")
        await talk.say(f"/answer {await wrong(talk)} sure")
        found = await talk.say("/progress")
        assert "Beliefs to look at again" in text(found)
        assert [(each["confidence"], each["answers"]) for each in found.answer.data["calibration"]] == [
            ("sure", 1)
        ]
        assert found.answer.data["weeks"] == 1
        assert "I know this already: test me" in buttons(found)
