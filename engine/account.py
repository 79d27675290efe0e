"""A margin account: immutable state, changed only by applying events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import assert_never

from engine.decimals import ZERO, exact, text
from engine.errors import EventMismatch, MalformedData, NewerVersion
from engine.events import (
    AdlStruck,
    Deposited,
    Event,
    ExcessCancelled,
    Fill,
    FundingPaid,
    LeverageChanged,
    LiquidationStarted,
    MarginChanged,
    ModeChanged,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionModeChanged,
    PositionOpened,
    PositionReduced,
    Reduction,
)
from engine.order_events import (
    OrderAccepted,
    OrderCancelled,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderTrailed,
    OrderTriggered,
)
from engine.position import (
    DEFAULT_SETTINGS,
    MarginMode,
    Position,
    PositionKey,
    PositionMode,
    Side,
    SymbolSettings,
)
from engine.reading import Fields
from engine.resting import Order
from engine.stored import (
    order_json,
    position_json,
    read_orders,
    read_positions,
    read_settings,
    settings_json,
)

ACCOUNT_VERSION = 2


@dataclass(frozen=True, slots=True)
class MarginAccount:
    """Wallet balance (isolated wallets included), positions by (symbol, side), settings by symbol, position mode, and
    open orders by number, ascending; `next_order` is the number the next one gets.

    `version` counts the events applied. Equal journals give equal accounts.
    """

    wallet: Decimal = ZERO
    positions: Mapping[PositionKey, Position] = field(default_factory=dict)
    settings: Mapping[str, SymbolSettings] = field(default_factory=dict)
    version: int = 0
    position_mode: PositionMode = PositionMode.ONE_WAY
    orders: Mapping[int, Order] = field(default_factory=dict)
    next_order: int = 1

    @classmethod
    def empty(cls) -> MarginAccount:
        return cls()

    @property
    @exact
    def cross_wallet(self) -> Decimal:
        """Wallet less all isolated wallets, USDT; can be below zero only while a cross position is open."""
        held = [p.isolated_wallet for p in self.positions.values() if p.isolated_wallet is not None]
        return self.wallet - sum(held, ZERO)

    def position(self, symbol: str) -> Position | None:
        """The position of a symbol in one-way mode; in hedge mode its long leg, or the short one alone."""
        return self.positions.get((symbol, Side.LONG)) or self.positions.get((symbol, Side.SHORT))

    def legs(self, symbol: str) -> tuple[Position, ...]:
        """The positions of a symbol, long first: at most one in one-way mode, two in hedge mode."""
        found = (self.positions.get((symbol, side)) for side in Side)
        return tuple(position for position in found if position is not None)

    def settings_of(self, symbol: str) -> SymbolSettings:
        """Leverage and mode of a symbol, the defaults if it was never touched."""
        return self.settings.get(symbol, DEFAULT_SETTINGS)

    def in_order(self) -> tuple[Position, ...]:
        """All positions by symbol, long first (as "long" sorts before "short")."""
        return tuple(map(self.positions.__getitem__, sorted(self.positions)))

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
            case PositionModeChanged(mode=position_mode):
                return self._next(position_mode=position_mode)
            case MarginChanged(symbol=symbol, side=side, amount=amount):
                held = self._held((symbol, side))
                return self._next(position=_with(held, wallet_change=_isolated(held, amount)))
            case PositionOpened():
                return self._opened(event)
            case PositionIncreased():
                return self._increased(event)
            case PositionReduced() | PositionClosed() | AdlStruck():
                return self._reduced(event, whole=not isinstance(event, PositionReduced), cost=event.fee)
            case FundingPaid():
                return self._funded(event)
            case PositionLiquidated():
                return self._reduced(event, whole=event.whole, cost=event.clearance_fee)
            case ExcessCancelled() | LiquidationStarted():
                return self._next()
            case _:
                return self._ordered(event)

    def _ordered(self, event: OrderEvent) -> MarginAccount:
        """The account after what happened to an order."""
        match event:
            case OrderAccepted(order=order):
                if order.number != self.next_order:
                    raise EventMismatch(f"order {order.number}, not {self.next_order}")
                return self._next(order=order)
            case OrderTrailed(number=number, extreme=extreme):
                return self._next(order=replace(self._order(number), extreme=extreme))
            case OrderTriggered(number=number):
                return self._next(order=replace(self._order(number), triggered=True))
            case OrderFilled(number=number) | OrderCancelled(number=number) | OrderExpired(number=number):
                return self._next(done=self._order(number).number)
            case _:
                assert_never(event)

    def _opened(self, event: PositionOpened) -> MarginAccount:
        opposite = (event.symbol, event.side.opposite) in self.positions
        if event.key in self.positions or (opposite and self.position_mode is PositionMode.ONE_WAY):
            raise EventMismatch(f"{event.symbol} is already open")
        position = Position(
            symbol=event.symbol,
            side=event.side,
            quantity=event.quantity,
            entry_price=event.price,
            isolated_wallet=event.transfer - event.fee if event.mode is MarginMode.ISOLATED else None,
            opening_fee_rate=event.fee_rate,
            funded=event.at,
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
            funded=held.funded,
        )
        return self._next(wallet=self.wallet - event.fee, position=position)

    def _funded(self, event: FundingPaid) -> MarginAccount:
        held = self._matching(event)
        position = replace(_with(held, wallet_change=event.amount), funded=event.at)
        return self._next(wallet=self.wallet + event.amount, position=position)

    def _reduced(self, event: Reduction | PositionLiquidated, *, whole: bool, cost: Decimal) -> MarginAccount:
        held = self._matching(event)
        if (event.quantity == held.quantity) is not whole or event.quantity > held.quantity:
            raise EventMismatch(f"{event.symbol} {event.side}: {event.quantity} of {held.quantity}")
        wallet = self.wallet + event.realised - cost + event.fund_gap
        if whole:
            return self._next(wallet=wallet, gone=held.key)
        position = _with(held, wallet_change=-event.released, quantity=-event.quantity)
        return self._next(wallet=wallet, position=position)

    def _order(self, number: int) -> Order:
        order = self.orders.get(number)
        if order is None:
            raise EventMismatch(f"no order {number}")
        return order

    def _held(self, key: PositionKey) -> Position:
        held = self.positions.get(key)
        if held is None:
            raise EventMismatch(f"no {key[0]} {key[1]} position")
        return held

    def _matching(self, event: Fill | FundingPaid | PositionLiquidated) -> Position:
        held = self._held(event.key)
        if held.mode is not event.mode:
            raise EventMismatch(f"{event.symbol} {event.side} is {held.mode}, not {event.mode}")
        return held

    def _next(
        self,
        *,
        wallet: Decimal | None = None,
        position: Position | None = None,
        gone: PositionKey | None = None,
        settings: SymbolSettings | None = None,
        symbol: str = "",
        position_mode: PositionMode | None = None,
        order: Order | None = None,
        done: int | None = None,
    ) -> MarginAccount:
        """The next version, with what is named put in its place, the position `gone` and the order `done` left out."""
        positions = self.positions
        if position is not None:
            positions = {**positions, position.key: position}
        elif gone is not None:
            positions = {key: held for key, held in positions.items() if key != gone}
        orders = self.orders
        if order is not None:
            orders = {**orders, order.number: order}
        elif done is not None:
            orders = {number: open_ for number, open_ in orders.items() if number != done}
        return MarginAccount(
            wallet=self.wallet if wallet is None else wallet,
            positions=positions,
            settings=self.settings if settings is None else {**self.settings, symbol: settings},
            version=self.version + 1,
            position_mode=self.position_mode if position_mode is None else position_mode,
            orders=orders,
            next_order=self.next_order if order is None else max(self.next_order, order.number + 1),
        )

    def to_json(self) -> dict[str, object]:
        """JSON-ready values in a fixed order, decimals as text."""
        return {
            "v": ACCOUNT_VERSION,
            "version": self.version,
            "wallet": text(self.wallet),
            "position_mode": self.position_mode,
            "next_order": self.next_order,
            "orders": [order_json(self.orders[number]) for number in sorted(self.orders)],
            "positions": [position_json(position) for position in self.in_order()],
            "settings": {symbol: settings_json(s) for symbol, s in sorted(self.settings.items())},
        }

    @classmethod
    def from_json(cls, data: object) -> MarginAccount:
        """Read what to_json wrote, now or in version 1 (one-way). Raises MalformedData, or NewerVersion."""
        source = Fields(data, "account")
        written = source.integer("v")
        if written > ACCOUNT_VERSION:
            raise NewerVersion("account", f"version {written}")
        version = source.integer("version")
        if written < 1 or version < 0:
            raise MalformedData("account", f"impossible version {written} or {version}")
        wallet = source.decimal("wallet")
        mode = PositionMode.ONE_WAY if written == 1 else source.choice("position_mode", PositionMode)
        settings = {symbol: read_settings(fields) for symbol, fields in source.each("settings")}
        positions = read_positions(source, settings, mode)
        orders, following = ({}, 1) if written == 1 else read_orders(source)
        source.done()
        return cls(wallet, positions, settings, version, mode, orders, following)


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


def _with(position: Position, *, wallet_change: Decimal, quantity: Decimal = ZERO) -> Position:
    """The position with its isolated wallet (if it has one) and its quantity changed by so much."""
    wallet = position.isolated_wallet
    return Position(
        symbol=position.symbol,
        side=position.side,
        quantity=position.quantity + quantity,
        entry_price=position.entry_price,
        isolated_wallet=None if wallet is None else wallet + wallet_change,
        opening_fee_rate=position.opening_fee_rate,
        funded=position.funded,
    )
