"""The part of the walk that goes to school: questions, verdicts, reviews, the gate, and guesses."""

from bot.core.identity import Platform
from bot.core.reply import Answer
from tests.harness import Talk
from tests.services.school.asking import last, passed, right, wrong

_RIGHT = {"words": "1", "why": {"words": "1"}}
_WRONG = {"words": "2", "why": {"words": "2"}}
_CARD = {
    "part": "card",
    "wording": "bank",
    "skill": "PnL and ROE",
    "own": False,
    "data": {"words": "0"},
    "choices": [_RIGHT, _WRONG],
}

# Answers that need a platform with polls of its own, or no question at all.
STUDY_APART: tuple[Answer, ...] = (
    Answer("quiz_poll", {"card": _CARD, "right": 0, "why": _RIGHT}),
    Answer("question", {**_CARD, "right": _RIGHT}),
    Answer(
        "verdict",
        {
            **_CARD,
            "is_right": True,
            "right": {"place": 1, "data": _RIGHT, "misconception": None},
            "chosen": {"place": 1, "data": _RIGHT, "misconception": None},
            "lesson": {"name": ""},
            "sum": None,
        },
    ),
    *(Answer("quiz_none", {"what": what}, ok=False) for what in ("questions", "report")),
)


async def studied(talk: Talk) -> None:
    """Answer rightly, wrongly, too late and too often; test out; ask to be reminded; guess."""
    await _answered(talk)
    await _grouped(talk)
    await passed(talk, "liquidation", who="sam")
    for number in range(5):
        talk.later(seconds=1)
        await talk.say("/testout costs", "sam")
        talk.later(seconds=1)
        await talk.say(f"/answer {await (wrong if number else right)(talk)} sure", "sam")
    await _reviewed(talk)
    await _gated(talk)
    await _guessed(talk)


async def _answered(talk: Talk) -> None:
    for line in ("/progress", "/report", "/quiz lesson 99", "/answer 1 sure", "/quiz"):
        await talk.say(line, "sam")
    question = (await last(talk))[0]
    for line in (
        "/answer 9",
        str(await right(talk)),
        "sure",
        f"/answer 1 question={question}",
        f"/quizsum question={question}",
    ):
        await talk.say(line, "sam")
    await talk.say(f"/answer 1 sure question={question}", "eve")
    for _ in range(40):
        talk.later(seconds=1)
        await talk.say("/skip", "sam")
        question, what = await last(talk)
        if what.derivation is not None:
            break
    await talk.say(f"/answer {await wrong(talk)} guess", "sam")
    await talk.say(f"/quizsum question={question}", "sam")
    for line in ("/quiz confidence on", "/quiz confidence off", "/quiz lesson 7", "/progress"):
        await talk.say(line, "sam")
    talk.later(hours=30)
    await talk.say(f"/answer 1 sure question={(await last(talk))[0]}", "sam")


async def _grouped(talk: Talk) -> None:
    await talk.say("/quiz", "ann", room="class")
    for who in ("ann", "bob", "eve"):
        await talk.say("/report", who, room="class")
    await talk.say("/reports", "ann")


async def _reviewed(talk: Talk) -> None:
    talk.later(minutes=30)
    for line in (
        "/review",
        "/review daily 18:00",
        "/review daily noonish",
        "/snooze 1d",
        "/quiet 17-20",
        "/review",
    ):
        await talk.say(line, "sam")
    for line in ("/quiet off", "/snooze 1m", "/review daily 18:00"):
        await talk.say(line, "sam")
    talk.later(days=1)
    await talk.bot.control.flush()


async def _gated(talk: Talk) -> None:
    for line in ("/gate", "/gate off", "/gate off sure=sure", "/gate on"):
        await talk.say(line, "sam")
    await talk.say("/gate off", "sam", room="class")
    for line in ("/open btc long 10x", "/gate"):
        await talk.say(line, "sam", platform=Platform.TELEGRAM)


async def _guessed(talk: Talk) -> None:
    for line in ("/predict", "/settings predict on"):
        await talk.say(line, "ida")
    for guess in ("40200", "30000", "45000"):
        await talk.say("/open btc long 5x isolated 500usdt", "ida")
        await talk.say(guess, "ida")
    await talk.say("/open btc long 5x isolated 500usdt", "ida")
    rows = talk.shown().answer.buttons
    shows = next(each.payload for row in rows for each in row if each.line.startswith("guessprice"))
    await talk.send(shows, "ida")
    for line in ("/guessprice 1", "/progress", "/predict off"):
        await talk.say(line, "ida")
