"""A walk through quiz nights: everything that can be said in them."""

from bot.core.reply import Reply
from tests.harness import Talk

ROOM = "lounge"


async def quiz_nights_played(talk: Talk) -> None:
    """Two quiz nights of a group, one with a timer that is stopped and one without; needs a running clock and a room."""
    for line in ("/quiznight", "/quiznight 99", "/quiznight 5 2s", "/quiznight 5 20s untimed"):
        await talk.say(line, "nora", None if line == "/quiznight" else ROOM)
    await talk.say("/quiznight stop", "nora", ROOM)
    await _played(talk, timed=True)
    await _played(talk, timed=False)


async def _played(talk: Talk, *, timed: bool) -> None:
    await talk.say("/quiznight 2 20s" if timed else "/quiznight 1 untimed", "nora", ROOM)
    await talk.say("/quiznight 3", "otis", ROOM)
    lobby = await _later(talk)
    for label, who in (("Join", "otis"), ("Join", "otis"), ("Start now", "otis")):
        await _press(talk, label, who)
    go = lobby.buttons[0][1].payload
    await talk.send(go.replace("r0", "r1c1").replace("next", "answer"), "otis", ROOM)
    await talk.send(go, "otis", ROOM)
    await _press(talk, "Start now")
    question = await _later(talk, 1)
    for number, who in (("1", "nora"), ("2", "nora"), ("2", "otis"), ("3", "olga")):
        await _press(talk, number, who)
    if not timed:
        await _press(talk, "Show the answer")
    await _later(talk, 21)
    await _press(talk, "My result")
    await _press(talk, "My result", "nobody")
    await _press(talk, "1", "nina", question)
    if timed:
        await talk.say("/quiznight stop", "nora", ROOM)
    else:
        await _press(talk, "Scoreboard")
    await _later(talk, 1)
    await _press(talk, "My result")
    await _press(talk, "Join", "nora", lobby)


async def _press(talk: Talk, label: str, who: str = "nora", on: Reply | None = None) -> None:
    """Press a button by its English label, whatever the language."""
    reply = on or talk.postbox.posted[-1]
    labels = [each.label.format(**each.values) for row in reply.answer.buttons for each in row]
    await talk.send(list(reply.all_buttons())[labels.index(label)].payload, who, ROOM)


async def _later(talk: Talk, seconds: float = 0) -> Reply:
    talk.later(seconds=seconds)
    await talk.bot.quiz_nights.clock.drain()
    return talk.postbox.posted[-1]
