"""A walk through challenges: everything that can be said in them."""

from bot.core.reply import Answer, Reply
from bot.services.challenges.contests import Said
from tests.harness import Talk

ROOM = "arena"
AT = "2026-03-02T12:00:00+00:00"
RESULT = {
    "badges": ["survivor", "planner", "measured", "thrifty", "learner"],
    "id": "abcdefghijkl",
    "name": "",
    "duel": False,
    "called_off": False,
    "start": "10000",
    "equity": "9000",
    "result": "-1000",
    "drawdown": "0.1",
    "liquidations": 1,
    "score": "-0.7",
    "rank": 2,
    "of": 3,
}
BANNER = {
    "kind": "challenge",
    "name": "",
    "duel": False,
    "day": None,
    "time": "",
    "paused": False,
    "speed": "",
}
LIVE = {**BANNER, "pace": "live", "until": AT, "stale": True}
# Answers that need an unlucky moment to be given, with their data.
CONTEST_APART: tuple[Answer, ...] = (
    *(Answer("challenge_said", {"said": each.value}, ok=each.ok) for each in Said),
    *(
        Answer("challenge_refused", {"code": code, "figures": figures}, ok=False)
        for code, figures in (
            *(("may-not", {"why": why}) for why in ("admins", "quiet", "elsewhere")),
            *(("length", {"pace": pace}) for pace in ("live", "together", "own")),
            *(("entry", {"pace": pace}) for pace in ("live", "own")),
            ("balance", {"least": "100", "most": "10000000"}),
            ("cap", {"least": 3, "most": 150}),
            ("name", {"most": 40}),
            ("no-tape", {"most": 5}),
            ("coin", {"coin": "AAA"}),
            *((code, {}) for code in ("group", "running", "entry-twice", "live-tape", "reset")),
        )
    ),
    *(
        Answer("challenge_limit", {"code": code, "figures": figures}, ok=False)
        for code, figures in (
            ("not-begun", {"at": AT}),
            ("over", {}),
            ("leverage", {"leverage": 50, "cap": 20}),
            ("coin", {"coin": "ETHUSDT", "coins": ["BTCUSDT"]}),
            ("cooling", {"at": AT}),
        )
    ),
    *(Answer("challenge_sure", {"what": what}) for what in ("cancel", "leave", "finish")),
    Answer("challenge_unheard", {"name": "", "until": AT}),
    Answer("challenge_result", RESULT),
    Answer("challenge_result", {**RESULT, "score": None, "rank": None}),
    Answer("challenge_result", {**RESULT, "called_off": True}),
    *(Answer("replay_refused", {"code": code}, ok=False) for code in ("challenge", "shared")),
    *(Answer("empty", banner={**LIVE, "stage": stage}) for stage in ("lobby", "running", "closing")),
    *(
        Answer("empty", banner={**LIVE, "stage": "running", "pace": "own", "day": 1, "time": "12:00", **more})
        for more in ({"paused": True}, {"speed": "60", "stale": False}, {"duel": True, "speed": "1"})
    ),
)


async def contests_played(talk: Talk) -> None:
    """Three challenges of a group: asked for step by step and called off, on a tape together, at one's own pace."""
    for line in ("/challenge", "/challenge create", "/join", "/standings", "/score", "/leave", "/finish"):
        await talk.say(line, "nora")
    for line in ("/challenge", "/challenge create live 1m", "/challenge create tape", "/standings"):
        await talk.say(line, "nora", ROOM)
    await _asked(talk)
    await _together(talk)
    await _own(talk)
    for who, line in (("nora", "/season"), ("otis", "/season 2020-01"), ("nora", "/plans")):
        await talk.say(line, who, ROOM)
    for line in ("/season", "/badges", "/plans", "/costs"):
        await talk.say(line, "nora")
    await _duelled(talk)


async def _duelled(talk: Talk) -> None:
    """Invitations, refused, taken back and accepted."""
    await talk.say("/duel @otis", "nora")
    for line in ("/duel @nora", "/duel @otis 1", "/duelling accept by-000000000000-aaaaaaaaaaaa"):
        await talk.say(line, "nora", ROOM)
    invited = await talk.say("/duel @otis live", "nora", ROOM)
    for who, label in (("nora", "Accept"), ("olga", "Accept"), ("otis", "Decline")):
        await _press(talk, label, who, room=ROOM, on=invited)
    invited = await talk.say("/duel", "nora", ROOM)
    await _press(talk, "Accept", "otis", room=ROOM, on=invited)
    await talk.say("/challenge", "otis")
    await talk.say("/main", "otis")


async def _asked(talk: Talk) -> None:
    """Step by step: in the live market and at one's own pace."""
    await talk.say("/challenge create", "nora", ROOM)
    for label in ("A tape, each at their own pace", "3 days", "1000 USDT", "No limit", "The first half"):
        await _press(talk, label, "nora", room=ROOM)
    await _press(talk, "Choose again", "nora", room=ROOM)
    for label in ("Live market", "1 day", "10000 USDT", "5×", "BTC, ETH", "5 minutes", "Begin"):
        await _press(talk, label, "nora", room=ROOM)
    await _later(talk)
    await talk.say("/challenge create live 1d", "otis", ROOM)
    await talk.say("/challenge", "nora", ROOM)
    await talk.say("/challenge cancel", "otis", ROOM)
    await talk.say("/challenge cancel", "nora", ROOM)
    await _press(talk, "Call it off", "nora", room=ROOM)
    await _later(talk)
    await talk.say("/challenge", "nora", ROOM)
    await talk.say("/standings", "nora", ROOM)


async def _together(talk: Talk) -> None:
    """A tape in real time, with somebody who leaves and somebody whom the table does not name."""
    await talk.say(
        "/challenge create tape together 10000 20x btc eth 2h entry=5m name=last-call", "nora", ROOM
    )
    await _later(talk)
    for who in ("otis", "olga", "otis"):
        await talk.say("/join", who, ROOM)
    await talk.say("/plan aaa long stop 2% trend", "nora")
    for line in ("/leave", "/join", "/reset", "/settings confirm off", "/open aaa long 20x 500usdt"):
        await talk.say(line, "otis", None if line[1] in "rso" else ROOM)
    await talk.say("/challenge", "nora")
    await _later(talk, 5)
    for line in ("/plan aaa long stop 2% trend", "/open aaa long 50x 500usdt", "/open aaa long 20x 500usdt"):
        await talk.say(line, "otis")
    for line in ("/replay pause", "/finish", "/challenge", "/main", "/challenge", "/score"):
        await talk.say(line, "otis")
    await _press(talk, "Challenges", "otis", await talk.say("/main", "otis"))
    await _press(talk, "last call", "otis")
    await _later(talk, 2)
    card = await talk.say("/challenge", "nora", ROOM)
    for label in ("My account", "Table", "How it is scored"):
        await _press(talk, label, "otis", card, room=ROOM)
    for line in ("/standings hide", "/standings", "/standings show"):
        await talk.say(line, "otis", ROOM)
    await talk.say("/leave", "olga", ROOM)
    await _press(talk, "Leave for good", "olga", room=ROOM)
    await talk.say("/join", "olga", ROOM)
    await _later(talk, 150)
    for line in ("/challenge", "/standings", "/join"):
        await talk.say(line, "otis", ROOM)


async def _own(talk: Talk) -> None:
    """A tape at one's own pace, played to its end."""
    await talk.say("/challenge create own 1h entry=10m", "nora", ROOM)
    await _later(talk)
    await talk.say("/join", "otis", ROOM)
    for line in ("/replay status", "/replay step 1h", "/replay stop", "/finish"):
        await talk.say(line, "otis")
    await _press(talk, "Play it to the end", "otis")
    for line in ("/finish", "/challenge", "/portfolio"):
        await talk.say(line, "otis")
    await talk.say("/leave", "otis", ROOM)
    await _later(talk, 70)
    await talk.say("/challenge", "nora", ROOM)


async def _press(talk: Talk, label: str, who: str, on: Reply | None = None, room: str | None = None) -> None:
    """Press a button by its English label, whatever the language."""
    reply = on or talk.shown()
    labels = [each.label.format(**each.values) for row in reply.answer.buttons for each in row]
    await talk.send(list(reply.all_buttons())[labels.index(label)].payload, who, room)


async def _later(talk: Talk, minutes: float = 0) -> Reply:
    """What the room shows after so many minutes."""
    talk.later(minutes=minutes)
    await talk.bot.control.flush()
    shown = talk.postbox.posted[-1]
    talk.replies.append(shown)
    return shown
