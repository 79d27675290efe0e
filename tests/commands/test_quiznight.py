"""What can be said of quiz nights, and who may do what."""

import re
from dataclasses import replace

import pytest

from bot.core.request import Said
from tests.fakes.nights import ROOM, NightTalk, night_talking
from tests.harness import buttons, facts, text


async def called(talk: NightTalk, words: str = "2 20s") -> None:
    await talk.say(f"/quiznight {words}", "ann", ROOM)
    await talk.settle()


@pytest.mark.parametrize(
    ("words", "questions", "time"),
    [
        ("", "10", "30 seconds"),
        ("5", "5", "30 seconds"),
        ("5 20s", "5", "20 seconds"),
        ("20 sec 5", "5", "20 seconds"),
        ("untimed 12", "12", "no limit"),
    ],
)
async def test_how_a_quiz_night_is_called(words: str, questions: str, time: str) -> None:
    async with night_talking() as talk:
        await called(talk, words.replace("20 sec", "20sec"))
        assert facts(talk.card()) == {"Questions": questions, "Time for each": time, "Players": "1"}


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("0", "From 1 to 30 questions, such as /quiznight 10."),
        ("31", "From 1 to 30 questions, such as /quiznight 10."),
        ("5 9s", "From 10 to 300 seconds for a question, such as /quiznight 10 20s."),
        ("5 301s", "From 10 to 300 seconds for a question, such as /quiznight 10 20s."),
        ("5 20s untimed", "With a timer or without? You said both."),
    ],
)
async def test_what_cannot_be_is_refused(words: str, answer: str) -> None:
    async with night_talking() as talk:
        reply = await talk.say(f"/quiznight {words}", "ann", ROOM)
        assert (text(reply), reply.answer.ok) == (answer, False)
        await talk.settle_all()
        assert talk.board.messages == {}


async def test_words_that_are_none_of_a_quiz_night_are_asked_about() -> None:
    async with night_talking() as talk:
        assert (await talk.say("/quiznight banana", "ann", ROOM)).answer.template == "unclear"
        assert (await talk.say("/quiznight 2.5", "ann", ROOM)).answer.template == "unclear"


async def test_it_is_for_groups() -> None:
    async with night_talking() as talk:
        reply = await talk.say("/quiznight 5", "ann")
        assert text(reply).startswith("A quiz night is for groups")


async def test_a_room_has_one_at_a_time() -> None:
    async with night_talking() as talk:
        await called(talk)
        again = await talk.say("/quiznight 5", "bob", ROOM)
        assert text(again).startswith("A quiz night is running in this chat already.")
        assert (await talk.say("/quiznight 5", "bob", "elsewhere")).answer.ok


async def test_who_calls_it_is_told_in_private_where_that_is_possible() -> None:
    async with night_talking() as talk:
        told = await talk.say("/quiznight 5", "ann", ROOM)
        assert (text(told), told.private) == ("The quiz night is open.", True)
        silent = await talk.say("/quiznight 5", "ann", "elsewhere", whispers=False)
        assert (silent.blocks, silent.buttons, silent.private) == ((), (), False)


async def test_a_redelivered_call_does_not_open_a_second_one() -> None:
    async with night_talking() as talk:
        for _ in range(2):
            reply = await talk.say("/quiznight 5", "ann", ROOM, update="same")
            assert text(reply) == "The quiz night is open."


async def test_the_host_and_admins_may_stop_it_and_nobody_else() -> None:
    async with night_talking() as talk:
        for stopper in ("ann", "root"):
            talk.board.admins = {"root"}
            await called(talk)
            for line in ("/quiznight stop", "/quiznight end"):
                assert text(await talk.say(line, "bob", ROOM)).startswith("Only the host or an admin")
            assert text(await talk.press_in("Stop", "bob")).startswith("Only the host or an admin")
            assert (await talk.say("/quiznight stop", stopper, ROOM)).answer.ok
            over = await talk.settle(seconds=5)
            assert text(over) == "Quiz night · ended early\nNo question was asked."
        assert text(await talk.say("/quiznight stop", "ann", ROOM)).startswith(
            "There is no such quiz night here."
        )


async def test_what_the_platform_says_of_admins_itself_counts() -> None:
    async with night_talking() as talk:
        talk.board.admins = {"bob"}
        await called(talk)
        request = talk.request(Said("/quiznight stop"), "bob", ROOM)
        reply = await talk.ask(replace(request, admin=False))
        assert reply is not None
        assert not reply.answer.ok


async def test_presses_of_the_host_need_no_words() -> None:
    async with night_talking() as talk:
        await called(talk)
        reply = await talk.press_in("Start now", "ann")
        assert (reply.blocks, reply.private) == ((), True)
        assert text(await talk.press_in("Join", "bob")) == "You are in."
        assert text(await talk.press_in("Join", "bob")) == "You are in already."


async def test_ones_own_result_is_private_and_leaves_the_open_round_out() -> None:
    async with night_talking() as talk:
        await called(talk)
        await talk.press_in("Start now", "ann")
        await talk.settle(seconds=5)
        talk.later(seconds=2.5)
        await talk.press_in(await talk.right(), "ann")
        revealed = await talk.settle(seconds=20)
        mine = await talk.press_in("My result", "ann")
        assert mine.private
        spent = re.fullmatch(
            r"Place 1 of 1 · so far\n1 of 1 right, in ([\d.]+) s\n.+: 1 of 1 right\n1 ✓", text(mine)
        )
        assert spent is not None, repr(text(mine))
        assert 2.5 <= float(spent[1]) < 10
        await talk.settle(seconds=15)
        await talk.press_in(await talk.right(), "ann")
        open_still = text(await talk.press_in("My result", "ann", revealed))
        assert "\n1 of 1 right" in open_still
        assert open_still.endswith("\n1 ✓")
        assert text(await talk.press_in("My result", "bob", revealed)).startswith("You did not take part")
        await talk.settle(seconds=20)
        await talk.settle(seconds=15)
        ended = await talk.press_in("My result", "ann")
        assert text(ended).endswith("1 ✓, 2 ✓")
        assert sum(each["asked"] for each in ended.answer.data["skills"]) == 2
        drawn = await talk.press("Picture", "ann", on=ended, room=ROOM)
        assert [each["what"] for each in drawn.answer.files] == ["quiz"]
        assert drawn.answer.files[0]["rows"] == ended.answer.data["skills"]


async def test_play_again_opens_another_of_the_same_kind() -> None:
    async with night_talking() as talk:
        await called(talk, "3 45s")
        await talk.press_in("Stop", "ann")
        await talk.settle(seconds=5)
        await talk.press_in("Play again", "bob")
        lobby = await talk.settle()
        assert facts(lobby)["Time for each"] == "45 seconds"
        assert text(lobby).split("\n")[1].startswith("bob invites")
        assert len(talk.board.messages) == 2


async def test_the_living_message_speaks_the_hosts_language() -> None:
    async with night_talking() as talk:
        talk.language = "es"
        await called(talk)
        assert talk.card().language == "es"


async def test_names_are_shown_as_they_are_and_cut() -> None:
    async with night_talking() as talk:
        name = "<b>Bob</b>\u202e\n" + "x" * 40
        await talk.say("/quiznight 2", name, ROOM)
        lobby = await talk.settle()
        shown = next(each for each in text(lobby).split("\n") if each.startswith("<b>Bob</b>"))
        assert "\u202e" not in text(lobby)
        assert len(shown.split(" invites")[0]) <= 24


async def test_the_buttons_are_for_anyone_and_fit() -> None:
    async with night_talking() as talk:
        await called(talk)
        for each in talk.card().all_buttons():
            assert len(each.payload.encode()) <= 64
        assert buttons(talk.card()) == ("Join", "Start now", "Stop")
