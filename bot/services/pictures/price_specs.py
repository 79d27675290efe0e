"""Pictures along a price: candles with levels, both margin modes, contagion."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.charts.spec import Band, Bar, CandleChart, Contagion, Level, LevelKind, Mode, ModeCurve, WhatIf
from bot.core.texts import N_
from bot.services.pictures.pen import MODES, Pen
from bot.services.pictures.price_path import bars_from

SPAN_TITLES = {
    "1h": N_("{coin}, the last hour"),
    "4h": N_("{coin}, the last 4 hours"),
    "1d": N_("{coin}, the last day"),
    "7d": N_("{coin}, the last 7 days"),
    "30d": N_("{coin}, the last 30 days"),
}
BY_MARK = N_("Mark price")
LEFT = N_("{distance} to liquidation")
BOTH_MODES = N_("{coin}: isolated or cross")
IMAGINED = N_("{coin}: what if")
IF_ONLY = N_("Only this price moves, step by step")
IMAGINED_PRICE = N_("Imagined")
EQUITY = N_("Equity, USDT")
RATIO = N_("Margin ratio")
LIQUIDATION = N_("liquidation")
NO_LIQUIDATION = N_("no liquidation")
LIMIT = N_("liquidation at 100 %")
CONTAGION = N_("Contagion: {coin}, if {other} moves")
OF_PRICE = N_("Mark price of {coin}")
OF_LIQUIDATION = N_("Liquidation price of {coin}")
MEETS = N_("{coin} liquidated")
NOW = N_("{coin} now")


def candles(it: Mapping[str, Any], pen: Pen) -> CandleChart:
    """Candles of the marks with the prices that matter to a position."""
    symbol = it["symbol"]
    levels = tuple(pen.level(each["kind"], each["price"], symbol) for each in it["levels"])
    title = pen.word(SPAN_TITLES[it["span"]], coin=it["base"])
    return CandleChart(
        pen.look,
        pen.caption(title, pen.word(BY_MARK)),
        _bars(it["bars"], pen),
        levels,
        _band(it, pen),
    )


def _bars(kept: Mapping[str, Any], pen: Pen) -> tuple[Bar, ...]:
    return tuple(Bar(pen.at(each.at), *each.prices) for each in bars_from(kept))


def _band(it: Mapping[str, Any], pen: Pen) -> Band | None:
    band = it["band"]
    if band is None:
        return None
    low, high = sorted(float(each) for each in (band["mark"], band["liquidation"]))
    return Band(low, high, pen.word(LEFT, distance=pen.formats.percent(Decimal(band["distance"]))))


def modes(it: Mapping[str, Any], pen: Pen) -> WhatIf:
    """Equity and margin ratio against the price, in both modes."""
    symbol = it["symbol"]
    now = pen.level("mark", it["now"], symbol, pen.word(IMAGINED_PRICE) if it["imagined"] else "")
    title = pen.word(IMAGINED if it["imagined"] else BOTH_MODES, coin=it["base"])
    return WhatIf(
        pen.look,
        pen.caption(title, pen.word(IF_ONLY)),
        pen.word(OF_PRICE, coin=it["base"]),
        pen.word(EQUITY),
        pen.word(RATIO),
        pen.word(LIMIT),
        tuple(_curve(each, symbol, pen) for each in it["curves"]),
        now,
    )


def _curve(it: Mapping[str, Any], symbol: str, pen: Pen) -> ModeCurve:
    mode, price = Mode(it["mode"]), it["liquidation"]
    return ModeCurve(
        mode,
        pen.word(MODES[mode]),
        tuple(map(float, it["prices"])),
        tuple(map(float, it["equity"])),
        tuple(None if each is None else float(each) for each in it["ratio"]),
        None if price is None else float(price),
        pen.word(NO_LIQUIDATION if price is None else LIQUIDATION),
        "" if price is None else pen.price(price, symbol),
    )


def contagion(it: Mapping[str, Any], pen: Pen) -> Contagion:
    """The liquidation price of one position while another price moves."""
    coin, other = it["base"], it["other"]
    mark, now = it["mark"], it["now"]
    at = pen.level("mark", mark, it["symbol"], pen.word(NOW, coin=coin))
    moved = Level(LevelKind.OTHER, float(now), pen.word(NOW, coin=other), pen.price(now, it["other_symbol"]))
    meets = it["meets"]
    return Contagion(
        pen.look,
        pen.caption(pen.word(CONTAGION, coin=coin, other=other)),
        pen.word(OF_PRICE, coin=other),
        pen.word(OF_LIQUIDATION, coin=coin),
        tuple((float(x), None if y is None else float(y)) for x, y in it["points"]),
        at,
        moved,
        None if meets is None else (float(meets), float(mark)),
        "" if meets is None else pen.word(MEETS, coin=coin),
    )
