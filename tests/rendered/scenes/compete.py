"""Challenges, duels, plans, seasons."""

from collections.abc import Mapping

from tests.rendered.playing import Scene

_LIVE = "#club /challenge create live 1h 10000 20x entry=5m"
_BEGUN = (_LIVE, "#club @bob /join", "#club !wait 6m")
_TRADED = (
    *("#club /plan btc long target 2% trend", "#club /open btc long 10x isolated 500 sl=49500"),
    *(
        "#club !press Confirm",
        "#club @bob /plan eth short hand 10% feeling",
        "#club @bob /open eth short 20x cross 2000",
    ),
    *("#club @bob !press Confirm", "!price btc 50500", "!price eth 2600"),
)
_OVER = (*_BEGUN, *_TRADED, "!wait 1h")

COMPETE: Mapping[str, Scene] = {
    "plan": Scene(
        (
            "#club /open eth long 50x isolated 500",
            "#club /open eth long 10x isolated 500",
            "#club !press Confirm",
            *("#club !press At my stop", "#club !press 2", "#club !press It follows"),
            "#club !press Confirm",
            "#club /open btc long 10x isolated 500 sl=49500",
            "#club !press Confirm",
            "!price btc 49000",
            "#club /plans",
        ),
        _BEGUN,
    ),
    "plans": Scene(
        ("#club /plans",),
        (*_BEGUN, *_TRADED),
    ),
    "challenge": Scene(
        (
            "#club /challenge create",
            "#club !press A tape, all together",
            "#club !press 2 hours",
            "#club !press 10000 USDT",
            "#club !press 20",
            "#club !press 5 minutes",
            "#club !press Choose again",
            "#club /challenge create live 30m",
            "#club /challenge create live 1d 50",
            "#club /challenge create live 1d 200x",
            _LIVE,
            "#club /challenge create live 1h",
            "#club @bob !press Join",
            "#club !wait 6m",
            "#club /challenge",
            *_TRADED,
            "#club /challenge status",
            "#club !wait 1h",
            "#club /challenge",
            "#club /challenge create tape #1 own 10000 20x 1d",
            "#club /challenge",
            "#club /challenge cancel",
        )
    ),
    "join": Scene(("#club /join", "#club @bob /join", "#club @bob /join"), (_LIVE,)),
    "leave": Scene(("#club @bob /leave", "#club @bob !press Leave", "#club @bob /join"), _BEGUN),
    "standings": Scene(
        ("#club /standings", "#club /standings hide", "#club /standings"),
        (*_BEGUN, *_TRADED, "#club !wait 5m"),
    ),
    "finish": Scene(
        ("#club /finish", "#club !press Play it to the end", "#club /finish"),
        ("#club /challenge create tape #1 own 10000 20x 1d", "#club /join"),
    ),
    "main": Scene(("#club !press My account", "/main"), _BEGUN),
    "score": Scene(("#club /score",), _OVER),
    "proof": Scene(("#club /proof",), _OVER),
    "duel": Scene(
        (
            "#club /duel @ana",
            "#club /duel @bob live 10000",
            "#club @cleo !press Accept",
            "#club @bob !press Accept",
            "!wait 1d",
            "!wait 1d",
            "#club /duel @bob",
            "#club @bob !press Decline",
        )
    ),
    "season": Scene(("#club /season", "#club /season 2026-03", "#club /season 2025-01"), _OVER),
    "badges": Scene(("#club /badges",), _OVER),
}
