"""Lessons, questions, calculators, replays."""

from collections.abc import Mapping

from bot.core.identity import Platform
from tests.rendered.playing import Scene
from tests.rendered.scenes.lives import LIQUIDATED, LONG, LONG_CROSS, SHORT_CROSS, TWO

_FIGURES = (
    *("bankruptcy", "break-even", "maintenance", "initial", "pnl", "order-cost", "available", "equity"),
)

LEARN: Mapping[str, Scene] = {
    "why": Scene(
        (
            *(f"/why {each} btc" for each in _FIGURES),
            "/why liquidation eth",
            "/why roe sol",
            "/why max-open",
        ),
        TWO,
    ),
    "liq": Scene(
        (
            "/liq btc long 10x 500 entry=50000 wallet=1000 cross",
            "/liq btc long 10x 500 entry=50000 figure=bankruptcy",
            "/liq btc long 10x 500 wallet=400 cross",
            "/liq btc long 10x 500 entry=0",
            *("#club /liq btc long 10x 500 entry=50000", "#club @bob !press Bankruptcy"),
        )
    ),
    "max": Scene(("/max btc 200x", "/max btc 150x")),
    "whatif": Scene(
        (
            "/whatif remove 100 btc",
            "/whatif add 200 eth",
            "/whatif all -40%",
            "/whatif btc=60000 why=btc",
            "/whatif zzz -10%",
            "/whatif btc -100%",
        ),
        TWO,
    ),
    "compare": Scene(
        ("/compare eth", "/compare btc short 10x 100", "/compare btc short 50x 4000"), (*LONG, *SHORT_CROSS)
    ),
    "twin": Scene(("@bob /twin", "!price btc 44900", "/twin"), LONG_CROSS),
    "replay": Scene(
        (
            "/replay stop",
            "/replay oct-2025 named",
            *("/open btc long 20x isolated 500", "!press Confirm"),
            *("/replay step 1d", "/reset", "/replay finish", "!press Stop here"),
            "/replay 9",
            *("/replay 4", "/replay drop"),
            "/replay step",
        )
    ),
    "postmortem": Scene(("/postmortem", "!press Why this ratio"), LIQUIDATED),
    "learn": Scene(("!press More lessons",)),
    "lesson": Scene(
        (
            "/lesson 1 page=2",
            "/lesson 1 page=4",
            "10",
            "/lesson 1 page=6 step=1",
            "/lesson 1 page=8",
            "/lesson zzzzzz",
        )
    ),
    "next": Scene(("/lesson 3 page=2", "/next")),
    "what": Scene(("/what maintenence margn", "/what zzzzzz", "/what card=positions")),
    "practice": Scene(
        (
            "/practice",
            "/tryout liquidation-price page=5",
            "/practice",
            "/practice btc 45000",
            "/practice btc -5%",
            "/reset",
            "/practice end",
        )
    ),
    "sleep": Scene(("@bob /sleep 8h", "/sleep 9d", "/sleep 90m"), TWO),
    "quiz": Scene(
        (
            "/answer 1",
            "/quiz",
            "/answer 2 sure",
            "!press Show the sum",
            "/quiz lesson 99",
            "/quiz confidence on",
            "/quiz costs",
            "/answer 1",
            "!press Sure",
            "/answer 9",
            "#class /quiz",
            "#class @bob /answer 1",
        )
    ),
    "testout": Scene((*("/testout liquidation", "/answer 1 sure") * 5, "/progress")),
    "report": Scene(("/quiz", "/answer 1 think", "!press Report a mistake", "/report")),
    "progress": Scene(
        ("/progress",),
        ("/quiz liquidation", "/answer 1 sure") * 6,
    ),
    "review": Scene(
        ("/review daily noonish", "/review daily 18:00", "!wait 1d", "/snooze 1m"),
        ("/quiz", "/answer 1 sure"),
    ),
    "snooze": Scene(("/snooze 99d",)),
    "gate": Scene(("/gate off sure=sure", "/gate on", "/open btc long 10x"), platform=Platform.TELEGRAM),
    "predict": Scene(
        (
            *("/open btc long 5x isolated 500", "40200"),
            *("/open btc long 5x isolated 500", "30000", "/predict off"),
        )
    ),
    "quiznight": Scene(
        (
            "#club /quiznight 2 20s",
            "#club @bob !press Join",
            "#club @bob !press Start now",
            "#club !press Start now",
            "#club !press 1",
            "#club @bob !press 2",
            "#club !wait 21s",
            "#club !press My result",
            "#club !wait 21s",
            "#club !press 1",
            "#club @bob !press 1",
            "#club !wait 21s",
            "#club !wait 21s",
            "#club !press My result",
            "#club /quiznight 99",
            "#club /quiznight 5 untimed",
            "#club /quiznight stop",
        )
    ),
    "choose": Scene(
        (
            "/choose new",
            "/choose new hold",
            "/choose new hold often",
            "/choose new hold often open",
            "/choose new hold often open wild",
            "/choose pro day always closed calm",
            *("/choose pro swing rarely open calm", "/choose skip=eswnm"),
        )
    ),
    "classreport": Scene(("#club @bob /classreport", "#club !admin", "#club /classreport")),
}
