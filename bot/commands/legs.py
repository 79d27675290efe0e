"""Positions as a learner names them: by the coin, and by the side where both legs are open."""

from decimal import Decimal

from bot.commands.cards import base_of
from bot.commands.kinds import SYMBOL
from bot.core.texts import N_
from engine.account import MarginAccount
from engine.margin import PositionFigures
from engine.position import Position, Side

CLOSE = {
    "{coin}": N_("Close {coin}"),
    "{coin} long": N_("Close {coin} long"),
    "{coin} short": N_("Close {coin} short"),
}
"""The label that closes a position by the label of the position."""
CHART = {
    "{coin}": N_("{coin}: chart"),
    "{coin} long": N_("{coin} long: chart"),
    "{coin} short": N_("{coin} short: chart"),
}
"""The label that draws a position by the label of the position."""
WHY = {
    "{coin}": N_("{coin}: why this price?"),
    "{coin} long": N_("{coin} long: why this price?"),
    "{coin} short": N_("{coin} short: why this price?"),
}
"""The label that asks for a position's liquidation price by the label of the position."""


def named(account: MarginAccount, held: Position) -> tuple[str, str, dict[str, str]]:
    """A position's words in a line, and its label with the values to fill in."""
    name, values = SYMBOL.show(held.symbol), {"coin": base_of(held.symbol)}
    if len(account.legs(held.symbol)) < 2:
        return name, "{coin}", values
    label = N_("{coin} long") if held.side is Side.LONG else N_("{coin} short")
    return f"{name} {held.side.value}", label, values


def is_late(figures: PositionFigures, price: Decimal) -> bool:
    """Whether a position is liquidated before its price comes to a stop."""
    ends = figures.liquidation.price
    if figures.liquidation.status == "now":
        return True
    if ends is None:
        return False
    return price <= ends if figures.position.side is Side.LONG else price >= ends
