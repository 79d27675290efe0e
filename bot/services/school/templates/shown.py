"""Figures of questions as JSON values, and whether a learner can tell two options apart."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bot.content.figures import Figure, FigureKind, shown
from bot.content.formats import Formats
from engine.contracts import Contract
from engine.decimals import text
from engine.margin import PositionFigures

FORMATTED = ("en", "es")
"""Languages in whose formats the options of a question must differ."""
GAP = Decimal("0.0005")
"""The least difference of two options, as a fraction of the greater: ours."""
MOST_PERCENT = Decimal(50)
"""The largest size of a percentage that is plausible, as a fraction: ours."""
FARTHEST = 4
"""How many times higher or lower a wrong price may be: ours."""

Data = Mapping[str, Any]


def figure(value: Decimal, kind: FigureKind, symbol: str = "") -> Data:
    """A figure as JSON values, for the filter `figure` of templates."""
    return {"value": text(value), "kind": kind.value, "symbol": symbol}


def money(value: Decimal) -> Data:
    """An amount of USDT."""
    return figure(value, FigureKind.MONEY)


def signed(value: Decimal) -> Data:
    """An amount of USDT with its sign."""
    return figure(value, FigureKind.SIGNED)


def price(value: Decimal, symbol: str) -> Data:
    """A price of a contract."""
    return figure(value, FigureKind.PRICE, symbol)


def percent(value: Decimal) -> Data:
    """A fraction as a percentage."""
    return figure(value, FigureKind.PERCENT)


def times(value: Decimal | int) -> Data:
    """A leverage."""
    return figure(Decimal(value), FigureKind.TIMES)


def number(value: Decimal | int) -> Data:
    """A bare number, such as a size in coins."""
    return figure(Decimal(value), FigureKind.NUMBER)


def option(shown_as: Data, unit: str = "USDT", **more: Any) -> Data:
    """An option that is a figure; percentages have no unit."""
    return {"figure": shown_as, "unit": "" if shown_as["kind"] == FigureKind.PERCENT else unit, **more}


def position_data(figures: PositionFigures, contract: Contract) -> Data:
    """What a question tells of a position."""
    held = figures.position
    return {
        "symbol": held.symbol,
        "base": contract.base,
        "side": held.side.value,
        "mode": held.mode.value,
        "quantity": number(held.quantity),
        "entry": price(held.entry_price, held.symbol),
        "mark": price(figures.mark, held.symbol),
        "leverage": times(figures.settings.leverage),
        "notional": money(figures.notional),
        "margin": money(figures.margin),
        "initial": money(figures.initial_margin),
        "pnl": signed(figures.pnl),
    }


def alike(one: Data, other: Data, places: Mapping[str, int]) -> bool:
    """Whether two options show the same figure, or ones too near to each other, and are the same in all else."""
    if _code(one) != _code(other):
        return False
    if "figure" not in one:
        return True
    first, second = _figure(one["figure"]), _figure(other["figure"])
    if abs(first.value - second.value) <= GAP * max(abs(first.value), abs(second.value)):
        return True
    return any(shown(first, each) == shown(second, each) for each in _formats(tuple(sorted(places.items()))))


def plausible(choice: Data) -> bool:
    """Whether a figure can occur: prices and sizes above zero, percentages within reason."""
    if "figure" not in choice:
        return True
    told = _figure(choice["figure"])
    if told.kind in {FigureKind.PRICE, FigureKind.NUMBER, FigureKind.TIMES}:
        return told.value > 0
    return told.kind is not FigureKind.PERCENT or abs(told.value) <= MOST_PERCENT


def comparable(choice: Data, right: Data) -> bool:
    """Whether a wrong price is near enough to the right one to be believed."""
    if "figure" not in choice or "figure" not in right:
        return True
    told, true = _figure(choice["figure"]), _figure(right["figure"])
    if told.kind is not FigureKind.PRICE or told.kind is not true.kind:
        return True
    return true.value / FARTHEST <= told.value <= true.value * FARTHEST


def places_of(contracts: Iterable[Contract]) -> Mapping[str, int]:
    """How many decimals the prices of contracts are shown with."""
    return {each.symbol: max(0, -int(each.tick.normalize().as_tuple().exponent)) for each in contracts}


def _code(choice: Data) -> Data:
    return {key: each for key, each in choice.items() if key not in {"figure", "about"}} | {
        "figure": "figure" in choice
    }


def _figure(data: Data) -> Figure:
    return Figure(Decimal(data["value"]), FigureKind(data["kind"]), data["symbol"])


@lru_cache(maxsize=8)
def _formats(places: tuple[tuple[str, int], ...]) -> tuple[Formats, ...]:
    return tuple(Formats(language, dict(places)) for language in FORMATTED)
