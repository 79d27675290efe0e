"""Quiz nights as they are played: rounds, late and double answers, ties, restarts, platforms in trouble, crowds."""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.identity import ChatRef, Platform
from bot.core.reply import Reply
from bot.core.sender import RetryLater, Unreachable
from bot.services.school.night import Night, Phase, standings
from bot.storage import quiz_nights, reviews
from bot.storage.quiz_nights import NightAnswer
from tests.fakes.nights import Board, NightTalk, night_talking
from tests.harness import buttons, text

ROOM = "lounge"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


async def begun(talk: NightTalk, words: str = "2 20s", *players: str) -> Reply:
    """A quiz night at its first question; ann is its host."""
    await talk.say(f"/quiznight {words}", "ann", ROOM)
    await talk.settle()
    for each in players:
        await talk.press_in("Join", each)
    await talk.press_in("Start now", "ann")
    return await talk.settle(seconds=5)


# An evening


async def test_an_evening_is_one_living_message() -> None:
    async with night_talking() as talk:
        await talk.say("/quiznight 2 20s", "ann", ROOM)
        lobby = await talk.settle()
        assert text(lobby).startswith("Quiz night\nann invites all of you.")
        assert buttons(lobby) == ("Join", "Start now", "Stop")
        assert (await talk.press_in("Join", "bob")).private
        question = await talk.settle(seconds=61)
        assert text(question).startswith("Question 1 of 2 · ")
        right = await talk.right()
        assert text(await talk.press_in(right, "ann")).startswith(f"Your answer: {right}.")
        await talk.press_in(await talk.wrong(), "bob")
        revealed = await talk.settle(seconds=20)
        assert text(revealed).startswith("Answer 1 of 2 · ")
        assert f"Right: {right}." in text(revealed)
        assert "The most frequent mistake:" in text(revealed)
        assert "1. ann | 1/1 | " in text(revealed)
        assert text(await talk.settle(seconds=15)).startswith("Question 2 of 2 · ")
        await talk.settle(seconds=20)
        assert "Nobody answered." in text(talk.card())
        over = await talk.settle(seconds=15)
        assert text(over).startswith("Quiz night · the result")
        assert re.search(r"1\. ann \| 1/2 \| [\d.]+ s\n2\. bob \| 0/2 \| 0 s", text(over))
        assert buttons(over) == ("My result", "Play again")
        assert len(talk.board.messages) == 1


async def test_the_question_does_not_tell_the_answer() -> None:
    async with night_talking() as talk:
        question = await begun(talk)
        assert "right" not in question.answer.data["card"]
        assert question.answer.data["phase"] == "asking"


async def test_templates_do_not_come_twice_and_none_is_about_an_own_position() -> None:
    async with night_talking() as talk:
        await talk.dialogue("/open btc long 5x 1000", "!press Confirm", who="ann")
        await begun(talk, "6 10s", "bob")
        for _ in range(5):
            await talk.settle(seconds=10)
            await talk.settle(seconds=15)
        night = await talk.night()
        assert len(set(night.asked)) == 6
        assert not any(each.startswith("own-") for each in night.asked)


async def test_a_round_ends_when_everybody_has_answered_but_not_at_once() -> None:
    async with night_talking() as talk:
        await begun(talk, "2 60s", "bob")
        for who in ("ann", "bob"):
            await talk.press_in(await talk.right(), who)
        assert text(await talk.settle(seconds=4)).startswith("Question 1")
        assert text(await talk.settle(seconds=7)).startswith("Answer 1")


async def test_answers_count_for_what_is_known_of_a_person_too() -> None:
    async with night_talking() as talk:
        await begun(talk, "1 20s")
        await talk.press_in(await talk.wrong(), "bob")
        async with talk.bot.store.unit() as unit:
            account = await talk.main("bob")
            found = await reviews.of_person(unit, account.person_id)
        assert [each.right for each in found] == [False]


async def test_a_round_lasts_its_time_where_somebody_joined_within_it() -> None:
    async with night_talking() as talk:
        await begun(talk, "2 60s")
        for who in ("ann", "bob"):
            await talk.press_in(await talk.right(), who)
        assert text(await talk.settle(seconds=30)).startswith("Question 1")
        assert text(await talk.settle(seconds=31)).startswith("Answer 1")


# Who leads


def night_of(*players: str, seconds: int | None = 20) -> Night:
    chat = ChatRef(Platform.CONSOLE, ROOM, private=False)
    return Night(
        id="n" * 12,
        chat=chat,
        host=players[0],
        language="en",
        rounds=3,
        seconds=seconds,
        phase=Phase.OVER,
        round=3,
        since=NOON,
        until=NOON,
        created_at=NOON,
        players={each: each.upper() for each in players},
    )


def given(who: str, round_: int, milliseconds: int, *, right: bool = True) -> NightAnswer:
    return NightAnswer("n" * 12, round_, who, 0, right, milliseconds, NOON)


ANSWERS = (
    given("ann", 1, 9_000),
    given("ann", 2, 9_000),
    given("bob", 1, 100),
    given("bob", 2, 100, right=False),
    given("cyd", 1, 4_000),
    given("cyd", 2, 4_000),
    given("cyd", 3, 1, right=False),
    given("dan", 1, 100),
    given("stranger", 1, 1),
)


@pytest.mark.parametrize(
    ("seconds", "places"),
    [
        (20, [("cyd", 1, 2), ("ann", 2, 2), ("bob", 3, 1), ("dan", 3, 1), ("eve", 5, 0)]),
        (None, [("ann", 1, 2), ("cyd", 1, 2), ("bob", 3, 1), ("dan", 3, 1), ("eve", 5, 0)]),
    ],
)
def test_right_answers_decide_and_time_only_between_equals(
    seconds: int | None, places: list[tuple[str, int, int]]
) -> None:
    night = night_of("ann", "bob", "cyd", "dan", "eve", seconds=seconds)
    board = standings(night, ANSWERS)
    assert [(each.person_id, each.place, each.right) for each in board] == places


async def test_a_night_is_kept_as_it_stands() -> None:
    async with night_talking() as talk:
        await begun(talk, "2 20s", "bob")
        night = await talk.night()
        assert Night.of(night.kept()) == night
        assert (night.phase, night.round, len(night.players)) == (Phase.ASKING, 1, 2)


# Late, double, foreign


async def test_the_first_answer_counts() -> None:
    async with night_talking() as talk:
        card = await begun(talk)
        right, wrong = await talk.right(), await talk.wrong()
        await talk.press_in(wrong, "bob")
        assert (
            text(await talk.press_in(right, "bob"))
            == f"You answered {wrong} before, and the first answer counts."
        )
        await talk.settle(seconds=20)
        assert "bob | 0/1" in text(talk.card())
        assert text(await talk.press_in(right, "cyd", card)) == "Too late: this round is closed."


async def test_an_answer_at_the_last_moment_counts_and_after_it_does_not() -> None:
    async with night_talking() as talk:
        await begun(talk)
        talk.later(seconds=15)
        assert (await talk.press_in("1", "bob")).answer.ok
        talk.later(seconds=5.1)  # the clock has not ended the round yet
        assert text(await talk.press_in("1", "cyd")) == "Too late: this round is closed."


async def test_buttons_of_earlier_moments_harm_nothing() -> None:
    async with night_talking() as talk:
        await talk.say("/quiznight 2 20s", "ann", ROOM)
        lobby = await talk.settle()
        await talk.press_in("Start now", "ann")
        first = await talk.settle(seconds=5)
        await talk.press("Start now", "ann", lobby, room=ROOM)
        assert text(await talk.settle()).startswith("Question 1")
        await talk.settle(seconds=20)
        second = await talk.settle(seconds=15)
        assert text(second).startswith("Question 2")
        assert text(await talk.press_in("1", "bob", first)) == "Too late: this round is closed."
        night = (await talk.night()).id
        early = await talk.send(f"1|||night answer {night} r9c1", "bob", room=ROOM)
        assert text(early) == "That question has not been asked yet."


async def test_presses_of_another_room_and_of_no_night_are_refused() -> None:
    async with night_talking() as talk:
        card = await begun(talk)
        other = await talk.press("1", "bob", card, room="elsewhere")
        assert text(other).startswith("There is no such quiz night here.")
        unknown = await talk.send("1|||night answer aaaaaaaaaaaa r1c1", "bob", room=ROOM)
        assert text(unknown).startswith("There is no such quiz night here.")
        await talk.press_in("Stop", "ann")
        await talk.settle()
        over = await talk.press("1", "bob", card, room=ROOM)
        assert text(over) == "This quiz night is over."


async def test_an_option_that_is_not_there_counts_for_nothing() -> None:
    async with night_talking() as talk:
        await begun(talk)
        night = (await talk.night()).id
        for place in ("r1c9", "r1", "r1c0"):
            assert not (await talk.send(f"1|||night answer {night} {place}", "bob", room=ROOM)).answer.ok
        assert (await talk.press_in("1", "bob")).answer.ok


async def test_a_crowd_that_presses_at_once_is_counted_once_each() -> None:
    async with night_talking() as talk:
        card = await begun(talk)
        crowd = [f"p{number}" for number in range(8)]
        await asyncio.gather(*(talk.press("1", each, card, room=ROOM) for each in crowd * 2))
        night = await talk.night()
        async with talk.bot.store.unit() as unit:
            assert await quiz_nights.count(unit, night.id, 1) == len(crowd)
        assert len(night.players) == len(crowd) + 1


# Restarts and trouble


async def test_a_restart_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    database, board = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", Board()
    async with night_talking(database, board=board) as talk:
        await begun(talk, "2 20s")
        asked = text(talk.card())
        right = await talk.right()
        await talk.press_in(right, "bob")
    async with night_talking(database, board=board) as talk:
        assert text(await talk.settle(seconds=40)).startswith(asked)  # nobody could answer meanwhile
        assert (await talk.press_in(right, "cyd")).answer.ok
        twice = await talk.press_in(await talk.wrong(), "bob")
        assert text(twice).startswith(f"You answered {right} before")
        await talk.settle(seconds=15)
        assert "1. bob | 1/1" in text(talk.card())
        await talk.settle(seconds=15)
        await talk.settle(seconds=20)
        assert text(await talk.settle(seconds=15)).startswith("Quiz night · the result")
    assert len(board.messages) == 1


async def test_a_message_that_was_deleted_is_posted_anew() -> None:
    async with night_talking() as talk:
        await begun(talk)
        talk.board.messages.clear()
        assert text(await talk.settle(seconds=20)).startswith("Answer 1")
        assert len(talk.board.messages) == 1
        await talk.settle(seconds=15)
        assert len(talk.board.messages) == 1


async def test_a_round_begins_when_its_question_is_seen() -> None:
    async with night_talking() as talk:
        await talk.say("/quiznight 2 20s", "ann", ROOM)
        await talk.settle()
        await talk.press_in("Start now", "ann")
        talk.board.refusals.append(RetryLater(30))
        assert text(await talk.settle()).startswith("Quiz night")
        assert text(await talk.settle(seconds=29)).startswith("Quiz night")
        assert text(await talk.settle(seconds=1)).startswith("Question 1")
        talk.later(seconds=15)
        assert (await talk.press_in("1", "bob")).answer.ok


async def test_a_room_that_takes_no_messages_is_left_and_can_be_asked_again() -> None:
    async with night_talking() as talk:
        talk.board.refusals.append(Unreachable("lounge"))
        await talk.say("/quiznight 2 20s", "ann", ROOM)
        assert talk.night_clock is not None
        await talk.night_clock.drain()
        assert talk.board.messages == {}
        await talk.say("/quiznight 2 20s", "ann", ROOM)
        assert text(await talk.settle()).startswith("Quiz night")


async def test_a_fault_of_the_platform_is_tried_again() -> None:
    async with night_talking() as talk:
        await begun(talk)
        talk.board.refusals.append(RuntimeError("broken on purpose"))
        assert text(await talk.settle(seconds=20)).startswith("Question 1")
        assert text(await talk.settle(seconds=10)).startswith("Answer 1")


async def test_a_night_without_a_timer_waits_for_its_host_and_not_forever() -> None:
    async with night_talking() as talk:
        assert buttons(await begun(talk, "2 untimed", "bob"))[-2:] == ("Show the answer", "Stop")
        assert text(await talk.settle(minutes=20)).startswith("Question 1")
        assert not (await talk.press_in("Show the answer", "bob")).answer.ok
        await talk.press_in("Show the answer", "ann")
        assert text(await talk.settle()).startswith("Answer 1")
        assert buttons(talk.card()) == ("Next question", "My result", "Stop")
        await talk.press_in("Next question", "ann")
        assert text(await talk.settle(seconds=5)).startswith("Question 2")
        await talk.settle(minutes=31)
        assert buttons(talk.card()) == ("Scoreboard", "My result", "Stop")
        assert text(await talk.settle(minutes=31)).startswith("Quiz night · the result")


async def test_several_rooms_play_at_once() -> None:
    async with night_talking() as talk:
        rooms = [f"room{number}" for number in range(4)]
        for room in rooms:
            await talk.say("/quiznight 1 20s", f"host-{room}", room)
        await talk.settle_all()
        for room in rooms:
            await talk.press_in("Start now", f"host-{room}", room=room)
        talk.board.refusals.append(RetryLater(100))  # one room is held up, the others go on
        await talk.settle_all(seconds=5)
        shown = [text(talk.card(room)).partition(" ")[0] for room in rooms]
        assert sorted(shown) == ["Question", "Question", "Question", "Quiz"]


# Crowds


async def test_a_hundred_players_on_telegram_stay_within_its_limits() -> None:
    board = Board(Platform.TELEGRAM)
    async with night_talking(platform=Platform.TELEGRAM, board=board) as talk:
        crowd = [f"player {number:03}" for number in range(100)]
        await talk.say("/quiznight 2 40s", crowd[0], "-100")
        changed: list[float] = []
        pressed: set[tuple[int, str]] = set()
        for second in range(180):
            before = len(board.changes)
            await talk.settle_all(seconds=1)
            changed += [float(second)] * (len(board.changes) - before)
            card = talk.card("-100")
            round_ = card.answer.data["round"]
            for who in crowd[second % 25 :: 25] if card.answer.data["phase"] == "asking" else ():
                if (round_, who) not in pressed:
                    pressed.add((round_, who))
                    await talk.press_in("1", who, card, room="-100")
        assert text(talk.card("-100")).startswith("Quiz night · the result")
        worst = max(sum(start <= each < start + 60 for each in changed) for start in range(180))
        assert worst <= 15, changed
        assert len(pressed) == 200
        assert len(board.messages) == 1


async def test_the_scoreboard_of_a_hundred_is_there_within_three_seconds() -> None:
    async with night_talking() as talk:
        card = await begun(talk, "1 20s")
        for number in range(100):
            await talk.press("1", f"player {number:03}", card, room=ROOM)
        await talk.settle(seconds=20)
        talk.later(seconds=15)
        started = time.perf_counter()
        assert talk.night_clock is not None
        await talk.night_clock.drain()
        took = time.perf_counter() - started
        over = talk.card()
        assert text(over).startswith("Quiz night · the result")
        assert "And 71 more players" in text(over)
        assert took + 0.5 < 3.0  # the clock looks every half second


async def test_the_running_clock_does_it_all_by_itself() -> None:
    async with night_talking() as talk:
        assert talk.night_clock is not None
        task = asyncio.create_task(talk.night_clock.run())
        try:
            await talk.say("/quiznight 1 20s", "ann", ROOM)
            await talk.board.until(lambda: bool(talk.board.messages))
            talk.later(seconds=61)
            await talk.board.until(lambda: text(talk.card()).startswith("Question 1"))
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_old_nights_are_forgotten_with_their_answers() -> None:
    async with night_talking() as talk:
        await begun(talk)
        await talk.press_in("1", "bob")
        night = await talk.night()
        await talk.press_in("Stop", "ann")
        await talk.settle()
        async with talk.bot.store.unit() as unit:
            quiz_nights.purge(unit, talk.bot.clock.now() + timedelta(seconds=1))
        async with talk.bot.store.unit() as unit:
            assert await quiz_nights.find(unit, night.id) is None
            assert await quiz_nights.answers(unit, night.id) == ()
