"""One walk through everything the bot can say: the answers that any language has to have words for."""

from collections.abc import Iterable

from bot.core.action import Action, link_payload
from bot.core.reply import Answer, Reply
from tests.fakes.spoken import registry
from tests.harness import Talk

FIGURES = (
    *("liquidation", "bankruptcy", "break-even", "margin-ratio", "maintenance", "initial", "pnl", "roe"),
    *("available", "equity", "order-cost"),
)

# Answers that need a fault or a platform to be given, with their data.
APART: tuple[Answer, ...] = (
    Answer("busy", ok=False),
    Answer("not_here", ok=False),
    Answer("empty"),
    Answer("fault", {"incident": "abc123"}, ok=False),
    *(
        Answer("storage_fault", {"code": code}, ok=False)
        for code in ("database-locked", "database-read-only", "database-full", "database-unusable")
    ),
    *(
        Answer("market_fault", {"code": code, "figures": {}}, ok=False)
        for code in ("unknown-contract", "bad-price", "bad-advance", "not-this-market", "market")
    ),
    *(
        Answer("prices", {"rows": [], "market": market})
        for market in ("simulated", "fixed", "replay:oct-2025")
    ),
    *(
        Answer("ask", {"command": "open", "param": "x", "kind": kind, "line": "open", "choices": False})
        for kind in ("text",)
    ),
)


async def walk(talk: Talk) -> None:
    """Say and press everything once; what was answered is in `talk.replies` and `talk.postbox`."""
    for line in LINES:
        await talk.say(line)
    for each in registry():
        if each.listed:
            await talk.say(f"/help {each.name}")
    await _side_by_side(talk)
    await _renewed(talk)
    await _strangers(talk)
    await _liquidations(talk)


LINES = (
    *(
        "/start",
        "/help",
        "/privacy",
        "/settings",
        "/settings confirm off",
        "/settings confirm on",
        "/settings 3%",
    ),
    *("/settings Europe/Madrid", "/zone", "utc", "/defaultsize", "2%", "/cancel", "/price", "/price btc"),
    *(
        "/positions",
        "/portfolio",
        "/history",
        "/close",
        "/why roe",
        "/why roe btc",
        "/why order-cost",
        "/why",
    ),
    *(
        "/open",
        "/open btc",
        "/open long",
        "/open btc long 5",
        "/open btc eth long",
        "/open btc long 5 500usdt 1%",
    ),
    *(
        "/open btc lnog",
        "/open btc zzzzzz",
        "/open btc zzzzzz qqqqqq long",
        "/opne btc long",
        "/zzzzzz",
        "zzzzzz",
        "/",
    ),
    *(
        "/open btc long 0x",
        "/open btc long 0usdt",
        "/open btc long 101%",
        "/open btc long 1eth",
        "/open btc long tp=1 sl=2",
    ),
    *(
        "/open btc long " + "9" * 2000,
        "/margin",
        "/margin add",
        "/leverage btc",
        "/mode btc",
        "/sized btc long 3x cross",
    ),
    *(
        "/cancel",
        "/open doge long",
        "/open btc long 1usdt",
        "/open btc long 200x 10usdt",
        "/open btc long 99999999usdt",
    ),
    *(
        "/open btc long 150x 9999usdt",
        "/leverage eth 7x",
        "/leverage eth 7x",
        "/mode eth cross",
        "/mode eth cross",
    ),
    *("/open btc long 10x isolated 500usdt", "/drop abcdefgh", "/confirm abcdefgh"),
    *("/open eth long 500 eth", f"/start {link_payload('settings confirm on')}"),
)


async def _confirmed(talk: Talk, line: str) -> Reply:
    """Carry a preview out by its own line, whatever its buttons are called."""
    await talk.say(line)
    return await talk.send(payload(talk.shown(), "confirm "))


def payload(reply: Reply, start: str) -> str:
    """What the button carries whose line begins so."""
    return next(
        each.payload for each in reply.all_buttons() if Action.decode(each.payload).line.startswith(start)
    )


async def _side_by_side(talk: Talk) -> None:
    """Positions of both modes and sides, and everything that can be asked of them."""
    await talk.say("/mode eth isolated")
    for line in (
        *(
            "/open btc long 10x isolated 500usdt",
            "/open btc long 10x isolated 100usdt",
            "/open eth short 5x isolated 2%",
        ),
        *("/open eth long 0.01eth", "/margin add 50 btc", "/margin remove 20 btc", "/close btc half"),
    ):
        await _confirmed(talk, line)
    for line in (
        *(
            "/close",
            "/margin add 5",
            "/margin add 999999 btc",
            "/margin remove 999999 btc",
            "/leverage btc 5x",
        ),
        *(
            "/leverage btc 20x",
            "/mode btc cross",
            "/mode btc isolated",
            "/open btc long cross 50usdt",
            "/why pnl",
        ),
        *("/close all", "/positions", "/portfolio", "/history", "/reset"),
    ):
        await talk.say(line)
    for figure in FIGURES:
        await talk.say(f"/why {figure} btc")
    await talk.price("eth", 2_600)
    await talk.price("btc", 50_100)
    await _confirmed(talk, "/open eth long 3eth")
    await talk.say("/open eth short 200eth")
    await talk.send(payload(talk.shown(), "confirm "))
    await _confirmed(talk, "/close all")
    for line in ("/mode btc cross", "/mode eth cross", "/margin add 5 btc"):
        await talk.say(line)
    for line in ("/open btc long 10x cross 500usdt", "/open eth short 10x cross 500usdt"):
        await _confirmed(talk, line)
    for line in (
        "/positions",
        "/portfolio",
        "/leverage btc 1x",
        "/open btc long 20x cross 2%",
        "/margin add 5 btc",
    ):
        await talk.say(line)
    for figure in FIGURES:
        for symbol in ("", " btc", " eth"):
            await talk.say(f"/why {figure}{symbol}")
    preview = await talk.say("/open btc long 300usdt")
    for figure in FIGURES:
        line = Action.decode(payload(preview, "why liquidation")).line
        await talk.say("/" + line.replace("liquidation", figure))
    await talk.say("/history")
    await talk.send(payload(talk.shown(), "history before="))


async def _renewed(talk: Talk) -> None:
    for line in ("/open btc long 300usdt", "/close btc half", "/reset"):
        await talk.say(line)
        talk.later(seconds=61)
        await talk.send(payload(talk.shown(), "confirm "))
    preview = await talk.say("/open eth short 300usdt")
    await talk.price("eth", 2_500)
    await talk.send(payload(preview, "confirm "))
    preview = await talk.say("/open eth short 300usdt")
    await talk.say("/leverage doge 7x")
    await talk.send(payload(preview, "confirm "))
    await talk.send(payload(preview, "drop "))
    preview = await talk.say("/open eth short 300usdt")
    await talk.send(payload(preview, "drop "))


async def _strangers(talk: Talk) -> None:
    preview = await talk.say("/open eth short 300usdt")
    await talk.send(payload(preview, "drop "), "eve")
    await talk.send("nonsense")
    await talk.send(Action("@" + "a" * 16, None).encode())
    await talk.say("/positions", room="square", whispers=False)


async def _liquidations(talk: Talk) -> None:
    await talk.price("btc", 30_000)
    await talk.say("/portfolio")
    await _confirmed(talk, "/reset")
    await talk.say("/start")
    await _confirmed(talk, "/open btc long 10x isolated 500usdt")
    await talk.price("btc", 27_100)
    await talk.price("btc", 27_000)
    await talk.say("/history")
    await _confirmed(talk, "/open btc short 50x cross 5000usdt")
    await talk.price("btc", 28_500)
    for language in talk.bot.wording.languages:
        await talk.say(f"/settings {language}")


def answers(talk: Talk) -> Iterable[Answer]:
    """All answers of a walk, the delivered notices and those that stand apart."""
    yield from (each.answer for each in talk.replies)
    yield from (each.answer for _, each in talk.postbox.delivered)
    yield from APART
