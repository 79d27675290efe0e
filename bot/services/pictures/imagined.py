"""The picture of a what-if: the account along the price that was imagined."""

from typing import Any

from bot.services.analysis import Imagined
from bot.services.ladder import in_both_modes
from bot.services.pictures.sweep import modes_data
from engine.account import MarginAccount
from engine.fills import after
from engine.market import MarketSnapshot
from engine.position import PositionKey


def drawable(account: MarginAccount, found: Imagined) -> PositionKey | None:
    """The position whose price a picture goes along: one whose price moved, else the first; None without any."""
    state = after(account, found.done)
    held = [each.key for each in state.in_order()]
    return next((key for key in held if key[0] in found.moved), held[0] if held else None)


def imagined_modes(
    account: MarginAccount, found: Imagined, market: MarketSnapshot, key: PositionKey
) -> dict[str, Any]:
    """Both modes along the price of a position, once the changes were made and other prices have moved.

    It starts at the price of now, so that a jump beyond the liquidation price shows both sides of it.
    """
    state, symbol = after(account, found.done), key[0]
    start = (
        found.market.with_mark(symbol, market.quote(symbol).mark) if symbol in found.moved else found.market
    )
    then = found.market.quote(symbol).mark
    return {
        **modes_data(in_both_modes(state, key), key, start, then),
        "now": then,
        "imagined": symbol in found.moved,
    }
