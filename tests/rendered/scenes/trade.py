"""Orders, their settings and what becomes of them."""

from collections.abc import Mapping

from tests.rendered.playing import Scene
from tests.rendered.scenes.lives import LONG, SHORT_CROSS, TWO

TRADE: Mapping[str, Scene] = {
    "open": Scene(
        (
            "/open btc",
            "!press Long",
            "/cancel",
            "/open btc long 10x isolated 500",
            "!press Cross instead",
            "/open btc long 10x isolated 500 #breakout",
            "!press Confirm",
            "/open btc long 10x 200",
            "!press Confirm",
            "/open btc short 10x 1000",
            "!press Confirm",
            "/open eth long 5x isolated 300 sl=2300 tp=2900",
            "!press Confirm",
            "!price eth 2250",
            "/open btc long 5",
            "/open btc long 5 500usdt 1%",
            "/open btc lnog",
            "/open btc zzzzzz",
            "/open btc zzzzzz qqqqqq long",
            "/open btc long 0usdt",
            "/open btc long 101%",
            "/open btc long 1usdt",
            "/open btc long 200x 10usdt",
            "/open eth long 99999999usdt",
            "/open eth long 5x sl=2600",
            "/opne btc long",
            "/zzzzzz",
            "zzzzzz",
            "/confirm abcdefgh",
        )
    ),
    "close": Scene(
        (
            "/close btc half",
            "!press Confirm",
            "/close all",
            "!press Confirm",
            "/close",
            *LONG,
            "/close btc",
            "!wait 61s",
            "!press Confirm",
            "!press Confirm",
        ),
        TWO,
    ),
    "limit": Scene(
        (
            "/limit btc long",
            "/cancel",
            "/limit btc long @55000 500",
            "/limit btc long @50100 500 post",
            "/limit btc long @49000 500 fok",
            "/limit btc long @49000 99999",
            "/limit btc long @49000 500 5x isolated #dip",
            "!press Confirm",
            "!price btc 49000",
        )
    ),
    "stop": Scene(
        ("/stop btc short @51000 500", "/stop btc long @51000 500", "!press Confirm", "!price btc 51000")
    ),
    "sl": Scene(
        (
            "/sl btc 60000",
            "/sl btc 40000",
            "/sl btc 47000",
            "!press Confirm",
            "!price btc 46900",
            "/sl btc 47000",
        ),
        LONG,
    ),
    "tp": Scene(("/tp btc 40000", "/tp btc 55000", "!press Confirm", "!price btc 55000"), LONG),
    "trail": Scene(
        (
            "/trail btc 20%",
            "/trail btc 1%",
            "!press Confirm",
            "!price btc 51000",
            "!price btc 50400",
        ),
        LONG,
    ),
    "cancelorder": Scene(
        ("/cancelorder 9",),
        (
            *("/limit btc long @48000 500", "!press Confirm", "/limit eth long @2300 300", "!press Confirm"),
            *("/limit btc long @47000 200", "!press Confirm"),
        ),
    ),
    "hedge": Scene(
        (
            *LONG,
            "/hedge on",
            "/hedge off",
            "/close btc",
            "!press Confirm",
            "/hedge on",
            *(*LONG, "/open btc short 10x isolated 300", "!press Confirm"),
            "/close btc",
        )
    ),
    "margin": Scene(
        (
            "/margin add 50 btc",
            "!press Confirm",
            "/margin remove 20 btc",
            "!press Confirm",
            "/margin remove 400 btc",
            "/margin add 99999 btc",
            "/margin add 50 eth",
        ),
        TWO,
    ),
    "leverage": Scene(("/leverage btc 20x", "/leverage btc 200x", "/leverage eth 3x"), LONG),
    "mode": Scene(("/mode btc cross", "/mode eth isolated", "/mode eth cross"), (*LONG, *SHORT_CROSS)),
}
