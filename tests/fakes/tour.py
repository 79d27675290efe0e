"""One walk through everything the bot can say: the answers that any language has to have words for."""

from collections.abc import Iterable
from datetime import timedelta

from bot.core.action import Action, link_payload
from bot.core.reply import Answer, Reply
from tests.fakes.chart_tour import CHART_APART, charted
from tests.fakes.contest_tour import CONTEST_APART, contests_played
from tests.fakes.group_tour import GROUPS_APART, community_visited
from tests.fakes.night_tour import quiz_nights_played
from tests.fakes.people_tour import PEOPLE_APART, people_met
from tests.fakes.spoken import registry
from tests.fakes.standings_tour import STANDINGS_APART
from tests.fakes.study_tour import STUDY_APART, studied
from tests.harness import Talk

FIGURES = (
    *("liquidation", "bankruptcy", "break-even", "margin-ratio", "maintenance", "initial", "pnl", "roe"),
    *("available", "equity", "order-cost", "funding", "clearance-fee", "max-open"),
)

PLAN = {"base": "BTC", "side": "long", "exit": "stop", "loss": "2%", "reason": "feeling"}
ENDED = {"net": "-120.5", "allowed": "100", "went_by": False}
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
    Answer("alert", {"what": "in-replay", "symbol": "BTCUSDT", "base": "BTC"}, ok=False),
    Answer(
        "alert",
        {
            "what": "too-many",
            "symbol": "BTCUSDT",
            "base": "BTC",
            "most": 20,
            "price": "1",
            "above": True,
            "mark": "2",
        },
        ok=False,
    ),
    Answer("replay_refused", {"code": "playing"}, ok=False),
    Answer("replay_refused", {"code": "no-such-code"}, ok=False),
    Answer("sleep", {"what": "in-replay", "minutes": 90, "until": "2026-01-01T00:00:00+00:00"}, ok=False),
    *STUDY_APART,
    *PEOPLE_APART,
    *STANDINGS_APART,
    *CHART_APART,
    *CONTEST_APART,
    *GROUPS_APART,
    Answer("compare_reduces", {"base": "BTC", "side": "short"}, ok=False),
    Answer("plan_first", {"base": "BTC", "side": "long"}, ok=False),
    *(Answer("plan_made", {**PLAN, "accepted": accepted, "preview": False}) for accepted in (None, "100")),
    Answer("plans", {"plans": [], "closed": 0, "kept": 0}),
    Answer(
        "plans",
        {
            "plans": [
                {**PLAN, "way": None, "opened": False},
                {**PLAN, "way": None, "opened": True, "net": "-1.25"},
                *({**PLAN, "way": way, "opened": True, **ENDED} for way in ("target", "stop", "liquidated")),
            ],
            "closed": 3,
            "kept": 1,
        },
    ),
    *(
        Answer("ask", {"command": "open", "param": "x", "kind": kind, "line": "open", "choices": False})
        for kind in ("text",)
    ),
)


SCHOOL = (
    *("/next", "/learn", "/lesson", "/lesson 1", "/next", "/lesson liquidation", "/lesson zzzzqqq"),
    *("/lesson 1 page=4", "10", "5000", "/lesson 1 page=4 show=on", "/lesson 1 page=6 step=1"),
    *("/lesson 7 page=6 step=3", "/lesson 1 page=6 step=3", "/lesson 1 page=7", "/lesson 1 page=8"),
    *("/fill", "/cancel", "/fill 3", "/what", "/what margin", "/what liquidation price"),
    *("/what maintenence margn", "/what zzzzqqq", "/what card=positions", "/what card=preview"),
    *("/what card=portfolio", "/practice", "/practice end", "/lesson 7 page=5"),
    *("/tryout liquidation-price page=5", "/practice", "/price", "/price btc", "/practice btc 46000"),
    *("/practice btc 1%", "/reset", "/practice end"),
)


async def walk(talk: Talk) -> None:
    """Say and press everything once; what was answered is in `talk.replies` and `talk.postbox`."""
    for line in (*ANALYSIS, *LINES):
        await talk.say(line)
    for each in registry():
        if each.listed:
            await talk.say(f"/help {each.name}")
    for line in SCHOOL:
        await talk.say(line, "ada")
    await _side_by_side(talk)
    await _renewed(talk)
    await _strangers(talk)
    await _liquidations(talk)
    await charted(talk)
    await _orders(talk, "otto")
    await _attentive(talk)
    await _twins(talk)
    await _replayed(talk)
    await quiz_nights_played(talk)
    await contests_played(talk)
    await studied(talk)
    await people_met(talk)
    await _choosing(talk)
    await community_visited(talk)


ANALYSIS = (
    *("/liq long btc 10x entry=50000 margin=500", "/liq btc short 10x cross 500usdt", "/liq btc long 10x 2%"),
    "/liq btc long 10x 500usdt entry=50000 wallet=1000 cross",
    *("/liq btc long 10x 500usdt wallet=400 cross", "/liq btc long 10x 500usdt wallet=501", "/liq btc"),
    *("/liq btc long 10x 500usdt figure=bankruptcy", "/liq btc long 1x cross 500usdt wallet=9999"),
    *("/liq btc long 10x 500usdt entry=999999999999", "/liq btc long 10x 500usdt entry=0"),
    *("/max btc 10x", "/max btc 150x", "/max btc 10x cross", "/max btc 200x", "/max btc 10x long why=on"),
    *("/whatif", "/cancel", "/whatif btc", "/whatif btc -10%", "/whatif zzz -10%", "/whatif btc -100%"),
    *("/whatif btc -10% btc -20%", "/whatif add btc", "/whatif add 200", "/whatif close", "/whatif btc=0"),
    *(
        "/whatif btc=45000 eth -20%",
        "/whatif btc=60000 why=btc",
        "/whatif add 200 btc",
        "/whatif remove 1 btc",
    ),
    *("/whatif close btc", "/whatif close all", "/whatif all -40%", "/whatif all 40%"),
    *("/funding", "/funding btc", "/funding btc why=on", "/funding eth why=on"),
    *(
        "/compare",
        "/compare btc",
        "/compare eth",
        "/compare btc long 10x 500usdt",
        "/compare eth short 50x 4000usdt",
    ),
    *(
        "/twin",
        "/why max-open btc 10x",
        "/why max-open",
        "/why roe btc 5x",
        "/costs",
        "/plans",
        "/plan btc long stop 2% trend",
    ),
)

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


async def _confirmed(talk: Talk, line: str, who: str = "me") -> Reply:
    """Carry a preview out by its own line, whatever its buttons are called."""
    await talk.say(line, who)
    return await talk.send(payload(talk.shown(), "confirm "), who)


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
    for line in ANALYSIS:
        await talk.say(line)
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
    for line in ANALYSIS:
        await talk.say(line)
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
    reply = await talk.say("/postmortem")
    await talk.send(payload(reply, "postmortem at="))
    await talk.say("/postmortem 99")
    place = reply.answer.data["place"]
    await talk.say(f"/postmortem at={place} show=timeline")
    for language in talk.bot.wording.languages:
        await talk.say(f"/settings {language}")


async def _orders(talk: Talk, who: str) -> None:
    """Orders that wait in every state, tagged trades, and both position modes; BTC starts at 50,000 again."""
    await talk.price("btc", 50_000)
    await talk.price("eth", 2_500)
    for line in (
        *("/orders", "/cancelorder btc", "/cancelorder all", "/cancelorder 9", "/cancelorder 1.5", "/hedge"),
        *(
            "/cancel",
            "/limit btc long",
            "/limit btc long 500",
            "/cancel",
            "/trail btc",
            "/cancel",
            "/sl",
            "/cancel",
        ),
        *("/sl btc 47000", "/limit btc long @55000 500usdt", "/limit btc short @45000 500usdt"),
        *(
            "/limit btc long @49000.05 =5000",
            "/limit btc long @50100 =5000 post",
            "/limit btc long @49000 =5000 fok",
        ),
        *(
            "/limit btc long @49000 =5000 ioc",
            "/limit btc short @51000 =5000 post",
            "/limit btc long @50100 =5000",
        ),
        *("/limit btc short @51000 =5000 2x cross", "/limit btc long @999999999999999 =5000"),
        *(
            "/limit btc long @49000 =90000",
            "/stop btc short @51000 =5000",
            "/stop btc short @49000 =5000 last",
        ),
        *("/limit btc long @49000 =5000 sl=47000", "/limit btc long @49000 =5000 #dip"),
        *("/sl btc 46000 50%", "/tp btc 59000 half"),
        *("/open btc long 1% #", "/open btc long 1% sl=60000", "/open btc long 1% #one", "/history #none"),
        "/hedge off",
    ):
        await talk.say(line, who)
    for line in (
        "/limit btc long @49000 =5000 5x",
        "/stop btc long @51000 =5000",
        "/stop btc long @52000 =200000",
        "/open btc long 1% sl=45000 tp=60000 #one",
    ):
        await _confirmed(talk, line, who)
    for line in (
        *(
            "/history #one",
            "/mode btc cross",
            "/hedge on",
            "/orders",
            "/positions",
            "/limit btc short @55000 1%",
        ),
        *(
            "/stop btc short @48000 1%",
            "/sl btc 20000",
            "/sl btc 45500 last",
            "/tp btc 59000",
            "/trail btc 20%",
        ),
        *("/trail btc 1%", "/trail btc 1% @55000", "/open btc long 1% sl=20000", "/cancelorder btc"),
    ):
        await talk.say(line, who)
    await talk.say("/limit btc long @48000 =5000", who)
    talk.later(seconds=61)
    await talk.send(payload(talk.shown(), "confirm "), who)
    for line in (
        "/sl btc 46000",
        "/tp btc 59000",
        "/trail btc 1%",
        "/trail btc 1% @55000",
        "/stop btc short @45000 2%",
    ):
        await _confirmed(talk, line, who)
    await talk.say("/orders", who)
    for price in (52_500, 48_900, 44_000, 60_000):
        await talk.price("btc", price)
    await _confirmed(talk, "/open eth long 1% #two", who)
    for line in (
        "/limit eth short @2600 1%",
        "/close all",
        "/limit eth short @2700 1%",
        "/limit eth long @2400 1%",
    ):
        await _confirmed(talk, line, who)
    await talk.say("/history #two", who)
    await talk.say("/history", who)
    while any("history before=" in each.payload for each in talk.shown().all_buttons()):
        await talk.send(payload(talk.shown(), "history before="), who)
    await _confirmed(talk, "/cancelorder all", who)
    await _confirmed(talk, "/close all", who) if (await talk.account(who)).positions else None
    await talk.say("/hedge on", who)
    await talk.say("/hedge on", who)
    for line in ("/open eth long 1%", "/open eth short 1%"):
        await _confirmed(talk, line, who)
    for line in (
        "/positions",
        "/close",
        "/close eth",
        "/margin add 5",
        "/sl eth 2000",
        "/why liquidation",
        "/history",
    ):
        await talk.say(line, who)
    await talk.say("/hedge off", who)
    await _confirmed(talk, "/close all", who)
    await talk.say("/hedge off", who)
    await talk.say("/history", who)


def answers(talk: Talk) -> Iterable[Answer]:
    """All answers of a walk, the delivered notices and those that stand apart."""
    yield from (each.answer for each in talk.replies)
    yield from (each.answer for _, each in talk.postbox.delivered)
    yield from (each.answer for each in talk.postbox.posted)
    yield from APART


async def _attentive(talk: Talk) -> None:
    """Alerts, quiet hours and nights, with the notices that come of them."""
    who = "nina"
    await talk.price("btc", 50_000)
    await talk.price("eth", 2_500)
    for line in (
        *("/sleep 9d", "/sleep", "/alert btc", "/cancel", "/alert btc < 49000", "/alert btc < 49000"),
        *(
            "/alert btc < 60000",
            "/alert btc > 40000",
            "/alert btc 50000",
            "/alert btc above <49000",
            "/alert list",
        ),
        *(
            "/alert drop 9",
            "/alert drop 1",
            "/alert drop 1",
            "/alert list",
            "/alerts",
            "/alerts off",
            "/alerts 75",
        ),
        *(
            "/alerts liquidated off",
            "/alerts margin silent",
            "/quiet",
            "/quiet 23-7",
            "/quiet bla",
            "/alerts",
        ),
        *(
            "/settings zone utc",
            "/quiet",
            "/quiet off",
            "/alerts price off",
            "/alert btc 48000",
            "/alerts price silent",
        ),
        *("/alert btc 47000", "/alerts price on", "/alert btc 52000", "/limit btc long @40000 100usdt"),
        *("/sleep", "/sleep 90m", "/open btc long 20x isolated 500", "/sleep 7d", "/sleep 1d"),
        *("/open eth long 20x cross 4000usdt", "/sleep 7d"),
    ):
        if line.startswith(("/limit", "/open")):
            await _confirmed(talk, line, who)
        else:
            await talk.say(line, who)
    for subject in ("margin", "price", "funding", "filled", "stop", "liquidated"):
        await talk.say(f"/alerts {subject}", who)
    now = talk.bot.clock.now()
    to_funding = timedelta(hours=8) - (
        now - now.replace(hour=0, minute=0, second=0, microsecond=0)
    ) % timedelta(hours=8)
    if to_funding > timedelta(minutes=12):
        await talk.bot.control.clock(to_funding - timedelta(minutes=10))
    for symbol, price in (("btc", 52_500), ("btc", 47_760), ("btc", 47_732), ("btc", 50_000), ("eth", 2_215)):
        await talk.price(symbol, price)


async def _twins(talk: Talk) -> None:
    """Lives in the other margin mode."""
    cross, isolated = "/open btc long 10x cross 500", "/open btc long 10x isolated 500"
    lives: tuple[tuple[str, tuple[str, ...], tuple[int, ...]], ...] = (
        ("tina", (isolated,), ()),
        ("tess", (cross,), (44_900, 47_000)),
        ("toni", (isolated,), (45_000, 47_000)),
        ("tara", (isolated, "/open eth long 5x cross 200"), (49_000,)),
    )
    for who, orders, prices in lives:
        await talk.price("btc", 50_000)
        for order in orders:
            await _confirmed(talk, order, who)
        for price in prices:
            await talk.price("btc", price)
        await talk.say("/twin", who)
        await talk.say("/compare", who)
        if (await talk.say("/close all", who)).answer.template != "nothing_open":
            await talk.send(payload(talk.shown(), "confirm "), who)
        await talk.say("/twin", who)


async def _replayed(talk: Talk) -> None:
    """A hidden tape, and a named one whose winner is closed."""
    hidden = (
        *("/replay", "/replay 9", "/replay 0x", "/replay stop", "/replay 5", "/replay 4", "/replay 8h"),
        *("/replay resume", "/replay step 2d", "/replay finish", "/reset", "/replay drop"),
    )
    struck = (
        *("/settings confirm off", "/replay oct-2025 named", "/replay step 1d", "/replay step 509m"),
        *("/open btc short 10x isolated 900", "/open eth long 20x isolated 300", "/replay step 5m"),
        *("/positions", "/replay step 2h", "/replay playout"),
    )
    for line in (*hidden, *struck):
        await talk.say(line, "rita")
    await talk.bot.control.flush()


async def _choosing(talk: Talk) -> None:
    """The interview, and its answer for accounts of all shapes."""
    for symbol, price in (("btc", 50_000), ("eth", 2_500)):
        await talk.price(symbol, price)
    lines = (
        *(
            "/choose",
            "/choose new",
            "/choose new hold",
            "/choose new hold often",
            "/choose new hold often open",
        ),
        *("/choose new hold often open wild", "/choose pro day always closed calm", "/choose skip=eswnm"),
        *(
            "/choose pro hold stops skip=wm",
            "/choose pro swing rarely open calm",
            "/choose pro day often stops calm",
        ),
    )
    books: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("cleo", ()),
        ("cora", ("/open btc long 10x isolated 500",)),
        ("curt", ("/open btc long 20x cross =20000", "/open eth long 3x isolated =8000")),
        ("cyra", ("/open btc long 5x cross =9000", "/open eth short 5x cross =7000")),
    )
    for who, orders in books:
        for order in orders:
            await _confirmed(talk, order, who)
        for line in lines:
            await talk.say(line, who)
