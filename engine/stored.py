"""The parts of a stored account: positions and settings as JSON-ready values, and back."""

from __future__ import annotations

from engine.decimals import text
from engine.errors import MalformedData
from engine.position import MarginMode, Position, Side, SymbolSettings
from engine.reading import Fields


def position_json(position: Position) -> dict[str, object]:
    wallet = position.isolated_wallet
    return {
        "symbol": position.symbol,
        "side": position.side,
        "quantity": text(position.quantity),
        "entry_price": text(position.entry_price),
        "isolated_wallet": None if wallet is None else text(wallet),
        "opening_fee_rate": text(position.opening_fee_rate),
    }


def read_position(fields: Fields) -> Position:
    """Raises MalformedData."""
    cross = fields.is_null("isolated_wallet")
    if cross:
        fields.take("isolated_wallet")
    position = Position(
        symbol=fields.string("symbol"),
        side=fields.choice("side", Side),
        quantity=fields.positive("quantity"),
        entry_price=fields.positive("entry_price"),
        isolated_wallet=None if cross else fields.decimal("isolated_wallet"),
        opening_fee_rate=fields.decimal("opening_fee_rate"),
    )
    fields.done()
    return position


def settings_json(settings: SymbolSettings) -> dict[str, object]:
    return {"leverage": settings.leverage, "mode": settings.mode}


def read_settings(fields: Fields) -> SymbolSettings:
    """Raises MalformedData."""
    settings = SymbolSettings(fields.integer("leverage"), fields.choice("mode", MarginMode))
    fields.done()
    if settings.leverage < 1:
        raise MalformedData(fields.where, f"leverage {settings.leverage}")
    return settings
