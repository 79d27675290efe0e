"""Figures of lessons: values with their kind, shown as people of a language read them."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from bot.content.formats import MINUS, Formats


class FigureKind(StrEnum):
    """How a figure is shown: `times` is a leverage or multiple (5×), `number` has no unit, `code` is an error's number.

    `plain` is an amount of money and `share` a percentage without their signs: falls by 10 %, not by −10 %.
    """

    MONEY = "money"
    SIGNED = "signed"
    PRICE = "price"
    PERCENT = "percent"
    TIMES = "times"
    NUMBER = "number"
    PLAIN = "plain"
    SHARE = "share"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Figure:
    """A value that the engine computed or a lesson assumes; `symbol` gives a price its decimals. Percent: a fraction."""

    value: Decimal
    kind: FigureKind
    symbol: str = ""


def shown(figure: Figure, formats: Formats, kind: FigureKind | None = None) -> str:
    """A figure in words of a language, without a unit; whole amounts and prices without decimals."""
    value = figure.value
    whole = value == value.to_integral_value()
    match kind or figure.kind:
        case FigureKind.MONEY:
            return formats.number(value, 0, 0) if whole else formats.money(value)
        case FigureKind.SIGNED:
            return ("+" if value > 0 else "") + shown(figure, formats, FigureKind.MONEY)
        case FigureKind.PRICE:
            return formats.number(value, 0, 0) if whole else formats.price(value, figure.symbol)
        case FigureKind.PERCENT:
            return formats.percent(value)
        case FigureKind.PLAIN:
            return shown(replace(figure, value=abs(value)), formats, FigureKind.MONEY)
        case FigureKind.SHARE:
            return formats.percent(abs(value))
        case FigureKind.CODE:
            return f"{MINUS if value < 0 else ''}{abs(int(value))}"
        case FigureKind.TIMES:
            return formats.number(value, 0, 2) + "×"
        case FigureKind.NUMBER:
            return formats.number(value)
