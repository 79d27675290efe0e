"""Anti-spam: allowances by an injected clock, one polite answer, then silence until there is some left again."""

import pytest

from bot.core.identity import ChatRef, Identity, Platform
from bot.core.poll import polled
from bot.core.request import Called, Input, Pressed, Request, Said
from bot.services.groups.flood import _KEPT, A_CHAT, A_PERSON, Allowance, Buckets, Flood, Verdict
from tests.fakes.groups import ROOM, group_talking
from tests.harness import text


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def act(what: Input, who: str = "ann", room: str | None = None, on: Platform = Platform.TELEGRAM) -> Request:
    return Request("u", Identity(on, who), ChatRef(on, room or who, private=room is None), what)


def test_a_burst_then_one_answer_then_silence_then_again() -> None:
    seconds = Seconds()
    flood = Flood(now=seconds)
    verdicts = [flood.judge(act(Said("/price"))) for _ in range(A_PERSON.burst + 3)]
    assert verdicts == [Verdict.PASSES] * A_PERSON.burst + [Verdict.PERSON, Verdict.SILENCE, Verdict.SILENCE]
    assert flood.judge(act(Said("/price"), "ben")) is Verdict.PASSES
    seconds.now += 60 / A_PERSON.a_minute
    assert [flood.judge(act(Said("/price"))) for _ in range(2)] == [Verdict.PASSES, Verdict.PERSON]


def test_over_a_minute_somebody_gets_the_rate_and_the_burst() -> None:
    seconds = Seconds()
    flood = Flood(now=seconds)
    passed = 0
    for _ in range(6001):
        seconds.now += 0.01
        passed += flood.judge(act(Said("x"))) is Verdict.PASSES
    assert passed == pytest.approx(A_PERSON.burst + A_PERSON.a_minute, abs=1)


@pytest.mark.parametrize("what", [Pressed("1|||confirm abc"), Called("open", {})])
def test_what_waits_for_an_answer_always_gets_one(what: Input) -> None:
    flood = Flood(now=lambda: 0.0)
    verdicts = [flood.judge(act(what)) for _ in range(A_PERSON.burst + 5)]
    assert verdicts[A_PERSON.burst :] == [Verdict.PERSON] * 5


def test_a_chat_has_an_allowance_for_words_alone() -> None:
    flood = Flood(now=lambda: 0.0)
    said = [flood.judge(act(Said("/price"), f"p{n}", ROOM)) for n in range(A_CHAT.burst + 2)]
    assert said[A_CHAT.burst :] == [Verdict.CHAT, Verdict.SILENCE]
    pressed = [flood.judge(act(Pressed("x"), f"q{n}", ROOM)) for n in range(500)]
    assert set(pressed) == {Verdict.PASSES}
    assert flood.judge(act(Said("/price"), "p1")) is Verdict.PASSES


def test_the_console_and_what_a_front_notes_are_never_held_up() -> None:
    flood = Flood(now=lambda: 0.0)
    assert {flood.judge(act(Said("x"), on=Platform.CONSOLE)) for _ in range(100)} == {Verdict.PASSES}
    assert {flood.judge(act(polled("q", "p"), room=ROOM)) for _ in range(100)} == {Verdict.PASSES}


def test_a_clock_that_jumps_back_gives_nothing_and_locks_nobody_out() -> None:
    buckets = Buckets(Allowance(burst=2, a_minute=60))
    assert [buckets.take("a", 1000.0) for _ in range(3)] == [True, True, False]
    assert not buckets.take("a", 0.0)
    assert buckets.take("a", 1.0)


def test_a_crowd_does_not_fill_the_memory() -> None:
    buckets = Buckets(Allowance(burst=2, a_minute=1))
    for number in range(_KEPT + 5000):
        buckets.take(str(number), 0.0)
    assert len(buckets) <= _KEPT


async def test_it_is_told_in_words_and_nothing_is_done() -> None:
    async with group_talking(flooded=True) as talk:
        for _ in range(A_PERSON.burst):
            await talk.say("/start", "ann")
        told = await talk.say("/open btc long 5x 500usdt", "ann")
        assert text(told).startswith("That was faster than I can follow")
        assert await talk.ask(talk.request(Said("/start"), "ann")) is None
        pressed = await talk.send("1|||start", "ann", ROOM)
        assert (pressed.private, pressed.answer.template) == (True, "flood")
        talk.seconds[0] += 60
        assert (await talk.say("/positions", "ann")).answer.template == "positions"


async def test_talk_that_is_not_for_the_bot_counts_for_nothing() -> None:
    async with group_talking(flooded=True) as talk:
        for _ in range(100):
            assert await talk.ask(talk.request(Said("hi all", addressed=False), "ann", ROOM)) is None
        assert (await talk.say("/price btc", "ann", ROOM)).answer.ok
