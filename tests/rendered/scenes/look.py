"""What stands: positions, prices, history, alerts."""

from collections.abc import Mapping

from tests.rendered.playing import Scene
from tests.rendered.scenes.lives import LIQUIDATED, LONG, LONG_CROSS, SHORT_CROSS, TWO

_WAITING = (
    *("/limit btc long @49000 500 5x isolated #dip", "!press Confirm"),
    *("/stop eth short @2400 300", "!press Confirm"),
)

LOOK: Mapping[str, Scene] = {
    "orders": Scene(
        ("/cancelorder 1", "!press Confirm", "/orders", "@bob /orders"),
        (*_WAITING, *LONG, "/sl btc 47000", "!press Confirm"),
    ),
    "price": Scene(("/price doge", "/price zzz")),
    "positions": Scene(
        ("@bob /positions", "!price btc 48000", "/positions", "!price btc 45300", "/positions"), TWO
    ),
    "portfolio": Scene(("@bob /portfolio", "!price btc 48000", "/portfolio"), TWO),
    "history": Scene(
        ("@bob /history",), (*SHORT_CROSS, "!price eth 2400", "/close all", "!press Confirm", *LIQUIDATED)
    ),
    "funding": Scene(
        ("@bob /funding", "!press BTC: why", "!wait 8h", "/history"), (*LONG_CROSS, *SHORT_CROSS)
    ),
    "costs": Scene(("@bob /costs",), (*TWO, "!wait 1d", "!price btc 51000", "/close btc", "!press Confirm")),
    "alert": Scene(
        ("/alert eth above 2400", "/alert drop 9", "/alert drop 2", "!price eth 3100", "/alert btc 50000")
    ),
    "chart": Scene(
        ("@bob /chart", "@bob /chart contagion", "/chart contagion", "!price btc 48000", "/chart btc 1h"),
        (*LONG_CROSS, *SHORT_CROSS),
    ),
    "share": Scene(("#club /share positions", "#club !press Yes"), LONG),
}
