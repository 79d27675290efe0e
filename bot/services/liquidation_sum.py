"""The sum of a liquidation: how what stood behind it came about, where it went, what is left. It adds up to the digit.

All in USDT. The lines are those of the journal's postings, gathered by what they were for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from bot.services.case import Case
from engine.events import (
    AdlStruck,
    Deposited,
    Event,
    FundingPaid,
    MarginChanged,
    PositionClosed,
    PositionIncreased,
    PositionLiquidated,
    PositionOpened,
    PositionReduced,
)
from engine.position import MarginMode, PositionKey

ZERO = Decimal(0)
Costing = (
    PositionOpened
    | PositionIncreased
    | PositionReduced
    | PositionClosed
    | AdlStruck
    | FundingPaid
    | PositionLiquidated
)


@dataclass(frozen=True, slots=True)
class Sum:
    """`given`: what came in and went out before, by name; together they make `behind`, the wallet that stood behind it
    when it began (the isolated one, or the cross wallet). Then the result of the fills, the fee of the liquidation and
    what the insurance fund paid leave `left`. `result`: all that the position (in cross: the cross account) earned and
    cost since it was opened.
    """

    given: Mapping[str, Decimal]
    behind: Decimal
    realised: Decimal
    fee: Decimal
    fund: Decimal
    left: Decimal
    result: Decimal


def sum_of(case: Case) -> Sum:
    """The sum of an isolated position's life, or of the cross wallet since the oldest open position began."""
    if case.isolated:
        key = case.fills[0].key
        own = [
            each.event
            for each in case.life
            if getattr(each.event, "key", None) == key or _moves(each.event, key)
        ]
        given = _gathered(_isolated(own))
        behind = case.before.positions[key].isolated_wallet or ZERO
        costs: list[Event] = list(own)
    else:
        events = [each.event for each in case.life]
        given = {"start": case.start.cross_wallet} | _gathered(_cross(events))
        behind = case.before.cross_wallet
        costs = [each for each in events if getattr(each, "mode", None) is MarginMode.CROSS]
    realised = sum((each.realised for each in case.fills), ZERO)
    fee = sum((each.clearance_fee for each in case.fills), ZERO)
    fund = sum((each.fund_gap for each in case.fills), ZERO)
    return Sum(
        given=given,
        behind=behind,
        realised=realised,
        fee=fee,
        fund=fund,
        left=behind + realised - fee + fund,
        result=sum((_earned(each) for each in (*costs, *case.fills) if isinstance(each, Costing)), ZERO),
    )


def _moves(event: Event, key: PositionKey) -> bool:
    return isinstance(event, MarginChanged) and (event.symbol, event.side) == key


def _gathered(lines: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """The sums by name, in the order of first use, without those of zero."""
    sums: dict[str, Decimal] = {}
    for name, amount in lines:
        sums[name] = sums.get(name, ZERO) + amount
    return {name: amount for name, amount in sums.items() if amount}


def _isolated(events: Iterable[Event]) -> Iterable[tuple[str, Decimal]]:
    """What each event put into an isolated wallet, and why."""
    for event in events:
        match event:
            case PositionOpened() | PositionIncreased():
                yield "margin", event.transfer
                yield "fees", -event.fee
            case MarginChanged(amount=amount):
                yield "moved", amount
            case FundingPaid(amount=amount):
                yield "funding", amount
            case PositionReduced() | PositionClosed() | AdlStruck():
                yield "parts", -event.released
            case PositionLiquidated():
                yield "earlier", -event.released
            case _:
                continue


def _cross(events: Iterable[Event]) -> Iterable[tuple[str, Decimal]]:
    """What each event put into the cross wallet, and why."""
    for event in events:
        cross = getattr(event, "mode", None) is MarginMode.CROSS
        match event:
            case Deposited(amount=amount):
                yield "granted", amount
            case MarginChanged(amount=amount):
                yield "isolated", -amount
            case PositionOpened() | PositionIncreased() if cross:
                yield "fees", -event.fee
            case PositionOpened() | PositionIncreased():
                yield "isolated", -event.transfer
            case FundingPaid(amount=amount) if cross:
                yield "funding", amount
            case PositionReduced() | PositionClosed() | AdlStruck() if cross:
                yield "fees", -event.fee
                yield "results", event.realised + event.fund_gap
            case PositionReduced() | PositionClosed() | AdlStruck():
                yield "isolated", event.released + event.realised - event.fee + event.fund_gap
            case PositionLiquidated() if cross:
                yield "results", event.realised - event.clearance_fee + event.fund_gap
            case PositionLiquidated():
                yield "isolated", event.released + event.realised - event.clearance_fee + event.fund_gap
            case _:
                continue


def _earned(event: Costing) -> Decimal:
    """What an event earned or cost whoever held the position."""
    match event:
        case PositionOpened() | PositionIncreased():
            return -event.fee
        case FundingPaid(amount=amount):
            return amount
        case PositionReduced() | PositionClosed() | AdlStruck():
            return event.realised - event.fee + event.fund_gap
        case PositionLiquidated():
            return event.realised - event.clearance_fee + event.fund_gap
        case _:
            assert_never(event)
