"""A margin account: immutable state, changed only by applying events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from engine.decimals import ZERO, exact, text
from engine.errors import EventMismatch, MalformedData, NewerVersion
from engine.events import (
    Deposited,
    Event,
    ExcessCancelled,
    Fill,
    LeverageChanged,
    LiquidationStarted,
    MarginChanged,
    ModeChanged,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionOpened,
    PositionReduced,
    Reduction,
)
from engine.position import MarginMode, Position, PositionKey, Side, SymbolSettings, reading_order
from engine.reading import Fields

ACCOUNT_VERSION = 1
DEFAULT_SETTINGS = SymbolSettings()


@dataclass(frozen=True, slots=True)
class MarginAccount:
    """Wallet balance (isolated wallets included), positions by (symbol, side), settings by symbol.

    `version` counts the events applied. Equal journals give equal accounts.
    """

    wallet: Decimal = ZERO
    positions: Mapping[PositionKey, Position] = field(default_factory=dict)
    settings: Mapping[str, SymbolSettings] = field(default_factory=dict)
    version: int = 0

    @classmethod
    def empty(cls) -> MarginAccount:
        return cls()

    @property
    @exact
    def cross_wallet(self) -> Decimal:
        """Wallet less all isolated wallets, USDT; can be below zero only while a cross position is open."""
        return self.wallet - sum((p.isolated_wallet or ZERO for p in self.positions.values()), ZERO)

    def position(self, symbol: str) -> Position | None:
        """The position of a symbol in one-way mode."""
        return self.positions.get((symbol, Side.LONG)) or self.positions.get((symbol, Side.SHORT))

    def settings_of(self, symbol: str) -> SymbolSettings:
        """Leverage and mode of a symbol, the defaults if it was never touched."""
        return self.settings.get(symbol, DEFAULT_SETTINGS)

    def in_order(self) -> tuple[Position, ...]:
        """All positions by symbol, long first."""
        return tuple(self.positions[key] for key in sorted(self.positions, key=reading_order))

    @exact
    def apply(self, event: Event) -> MarginAccount:
        """The account after an event, one version on. Raises EventMismatch if the event does not fit."""
        match event:
            case Deposited(amount=amount):
                return self._next(wallet=self.wallet + amount)
            case LeverageChanged(symbol=symbol, leverage=leverage):
                return self._next(
                    settings=SymbolSettings(leverage, self.settings_of(symbol).mode), symbol=symbol
                )
            case ModeChanged(symbol=symbol, mode=mode):
                return self._next(
                    settings=SymbolSettings(self.settings_of(symbol).leverage, mode), symbol=symbol
                )
            case MarginChanged(symbol=symbol, side=side, amount=amount):
                held = self._held((symbol, side))
                return self._next(position=_with(held, wallet_change=_isolated(held, amount)))
            case PositionOpened():
                return self._opened(event)
            case PositionIncreased():
                return self._increased(event)
            case PositionReduced() | PositionClosed():
                return self._reduced(event, whole=isinstance(event, PositionClosed), cost=event.fee)
            case PositionLiquidated():
                return self._reduced(event, whole=event.whole, cost=event.clearance_fee)
            case ExcessCancelled() | LiquidationStarted():
                return self._next()
            case _:
                assert_never(event)

    def _opened(self, event: PositionOpened) -> MarginAccount:
        if event.key in self.positions:
            raise EventMismatch(f"{event.symbol} {event.side} is already open")
        position = Position(
            symbol=event.symbol,
            side=event.side,
            quantity=event.quantity,
            entry_price=event.price,
            isolated_wallet=event.transfer - event.fee if event.mode is MarginMode.ISOLATED else None,
            opening_fee_rate=event.fee_rate,
        )
        settings = SymbolSettings(event.leverage, event.mode)
        return self._next(
            wallet=self.wallet - event.fee, position=position, settings=settings, symbol=event.symbol
        )

    def _increased(self, event: PositionIncreased) -> MarginAccount:
        held = self._matching(event)
        position = Position(
            symbol=held.symbol,
            side=held.side,
            quantity=held.quantity + event.quantity,
            entry_price=event.entry_price,
            isolated_wallet=None
            if held.isolated_wallet is None
            else held.isolated_wallet + event.transfer - event.fee,
            opening_fee_rate=event.fee_rate,
        )
        return self._next(wallet=self.wallet - event.fee, position=position)

    def _reduced(self, event: Reduction | PositionLiquidated, *, whole: bool, cost: Decimal) -> MarginAccount:
        held = self._matching(event)
        if (event.quantity == held.quantity) is not whole or event.quantity > held.quantity:
            raise EventMismatch(f"{event.symbol} {event.side}: {event.quantity} of {held.quantity}")
        wallet = self.wallet + event.realised - cost + event.fund_gap
        if whole:
            positions = {key: p for key, p in self.positions.items() if key != held.key}
            return MarginAccount(wallet, positions, self.settings, self.version + 1)
        change = None if held.isolated_wallet is None else -event.released
        return self._next(wallet=wallet, position=_with(held, wallet_change=change, quantity=-event.quantity))

    def _held(self, key: PositionKey) -> Position:
        held = self.positions.get(key)
        if held is None:
            raise EventMismatch(f"no {key[0]} {key[1]} position")
        return held

    def _matching(self, event: Fill | PositionLiquidated) -> Position:
        held = self._held(event.key)
        if held.mode is not event.mode:
            raise EventMismatch(f"{event.symbol} {event.side} is {held.mode}, not {event.mode}")
        return held

    def _next(
        self,
        *,
        wallet: Decimal | None = None,
        position: Position | None = None,
        settings: SymbolSettings | None = None,
        symbol: str = "",
    ) -> MarginAccount:
        """The next version, with what is named put in its place."""
        return MarginAccount(
            wallet=self.wallet if wallet is None else wallet,
            positions=self.positions if position is None else {**self.positions, position.key: position},
            settings=self.settings if settings is None else {**self.settings, symbol: settings},
            version=self.version + 1,
        )

    def to_json(self) -> dict[str, object]:
        """JSON-ready values in a fixed order, decimals as text."""
        return {
            "v": ACCOUNT_VERSION,
            "version": self.version,
            "wallet": text(self.wallet),
            "positions": [_position_json(position) for position in self.in_order()],
            "settings": {
                symbol: {"leverage": s.leverage, "mode": s.mode}
                for symbol, s in sorted(self.settings.items())
            },
        }

    @classmethod
    def from_json(cls, data: object) -> MarginAccount:
        """Read what to_json wrote. Raises MalformedData, or NewerVersion."""
        source = Fields(data, "account")
        written = source.integer("v")
        if written > ACCOUNT_VERSION:
            raise NewerVersion("account", f"version {written}")
        version = source.integer("version")
        if written < 1 or version < 0:
            raise MalformedData("account", f"impossible version {written} or {version}")
        wallet = source.decimal("wallet")
        settings = {symbol: _read_settings(fields) for symbol, fields in source.each("settings")}
        positions: dict[PositionKey, Position] = {}
        for fields in source.rows("positions"):
            position = _read_position(fields)
            if position.key in positions:
                raise MalformedData(fields.where, "twice the same position")
            if settings.get(position.symbol, DEFAULT_SETTINGS).mode is not position.mode:
                raise MalformedData(fields.where, "margin mode differs from the symbol's")
            positions[position.key] = position
        source.done()
        return cls(wallet, positions, settings, version)


def replay(events: Iterable[Event]) -> MarginAccount:
    """The account a whole journal leads to. Raises EventMismatch if the journal is broken."""
    account = MarginAccount.empty()
    for event in events:
        account = account.apply(event)
    return account


def _isolated(position: Position, amount: Decimal) -> Decimal:
    if position.isolated_wallet is None:
        raise EventMismatch(f"{position.symbol} {position.side} is cross")
    return amount


def _with(position: Position, *, wallet_change: Decimal | None, quantity: Decimal = ZERO) -> Position:
    """The position with its isolated wallet and quantity changed by so much."""
    wallet = position.isolated_wallet
    return Position(
        symbol=position.symbol,
        side=position.side,
        quantity=position.quantity + quantity,
        entry_price=position.entry_price,
        isolated_wallet=wallet if wallet is None or wallet_change is None else wallet + wallet_change,
        opening_fee_rate=position.opening_fee_rate,
    )


def _position_json(position: Position) -> dict[str, object]:
    wallet = position.isolated_wallet
    return {
        "symbol": position.symbol,
        "side": position.side,
        "quantity": text(position.quantity),
        "entry_price": text(position.entry_price),
        "isolated_wallet": None if wallet is None else text(wallet),
        "opening_fee_rate": text(position.opening_fee_rate),
    }


def _read_position(fields: Fields) -> Position:
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


def _read_settings(fields: Fields) -> SymbolSettings:
    settings = SymbolSettings(fields.integer("leverage"), fields.choice("mode", MarginMode))
    fields.done()
    if settings.leverage < 1:
        raise MalformedData(fields.where, f"leverage {settings.leverage}")
    return settings
