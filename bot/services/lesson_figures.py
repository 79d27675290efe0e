"""The figures of lessons: computed by the engine from a lesson's scenes, never typed (docs/teaching.md)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from bot.content.figures import Figure, FigureKind, shown
from bot.content.formats import Formats
from bot.content.lessons import Lesson
from bot.content.passages import Passage, Place
from bot.content.sums import BadSum
from bot.core.markup import Block
from bot.services.scene_play import Played, SceneFault, play
from engine.contracts import Contract
from engine.decimals import exact
from engine.events import (
    AdlStruck,
    Fill,
    FundingPaid,
    PositionClosed,
    PositionLiquidated,
    PositionReduced,
)
from engine.margin import PositionFigures, account_figures
from engine.position import MarginMode

MONEY, SIGNED, PRICE = FigureKind.MONEY, FigureKind.SIGNED, FigureKind.PRICE
PERCENT, TIMES, NUMBER, CODE = FigureKind.PERCENT, FigureKind.TIMES, FigureKind.NUMBER, FigureKind.CODE
Figures = Mapping[str, Figure]
NEAR = Decimal("0.002")
"""How far an answer may be off, as a fraction of the right figure (ours): it forgives rounding, and no misconception."""


@exact
def lesson_figures(lesson: Lesson, contracts: Mapping[str, Contract]) -> Figures:
    """All figures of a lesson by name: those of its scenes, what it gives, and its sums. Raises SceneFault."""
    figures = dict(_given(lesson))
    for name, played in play(lesson, contracts).items():
        figures |= {f"{name}.{key}": figure for key, figure in _scene_figures(played)}
    values = {name: figure.value for name, figure in figures.items()}
    for name, each in lesson.sums.items():
        try:
            values[name] = each.value(values)
        except BadSum as fault:
            raise SceneFault(f"{lesson.id}: sums.{name}: {fault}") from None
        figures[name] = Figure(values[name], NUMBER)
    return figures


def missing(lesson: Lesson, figures: Figures) -> tuple[str, ...]:
    """Figures that the lesson's pages name and that it does not have, or that want a kind; each once."""
    own = {*lesson.given, *lesson.sums}
    bad = (
        place.written
        for place in lesson.places
        if place.figure not in figures or (place.figure in own and place.kind is None)
    )
    return tuple(dict.fromkeys(bad))


def worded(passage: Passage, figures: Figures, formats: Formats) -> tuple[Block, ...]:
    """A passage with its figures filled in; raises KeyError for one that does not exist."""
    return passage.filled(lambda place: told(place, figures, formats))


def told(place: Place, figures: Figures, formats: Formats) -> str:
    """One figure as it is shown at its place."""
    return shown(figures[place.figure], formats, place.kind)


@exact
def is_right(said: Decimal, place: Place, figures: Figures) -> bool:
    """Whether a learner's number is the expected figure; percentages are said as such (9.5 for 9.5 %)."""
    right, kind = figures[place.figure].value, place.kind or figures[place.figure].kind
    if kind in {PERCENT, FigureKind.SHARE}:
        right *= 100
    if kind in {FigureKind.PLAIN, FigureKind.SHARE}:
        right, said = abs(right), abs(said)
    return abs(said - right) <= NEAR * abs(right)


def _given(lesson: Lesson) -> Iterator[tuple[str, Figure]]:
    return ((name, Figure(value, NUMBER)) for name, value in lesson.given.items())


def _scene_figures(played: Played) -> Iterator[tuple[str, Figure]]:
    """`equity`, `available` … of the account, `btc.mark` of markets, `btc.liquidation` of positions, `closed.fee` of events."""
    account = account_figures(played.account, played.market)
    yield "deposit", Figure(played.deposit, MONEY)
    for name in ("wallet", "cross_wallet", "equity", "available", "cross_balance", "cross_maintenance"):
        yield name, Figure(getattr(account, name), MONEY)
    for name in ("cross_initial", "isolated_orders", "max_add"):
        yield name, Figure(getattr(account, name), MONEY)
    yield "unrealised", Figure(account.unrealised, SIGNED)
    yield "cross_ratio", Figure(account.cross_ratio, PERCENT)
    yield "lost", Figure(played.deposit - account.equity, MONEY)
    yield "result", Figure(account.equity - played.deposit, SIGNED)
    yield "positions", Figure(Decimal(len(account.positions)), NUMBER)
    yield "orders", Figure(Decimal(len(played.account.orders)), NUMBER)
    for symbol, quote in played.market.quotes.items():
        coin = played.market.contract(symbol).base.lower()
        for name in ("mark", "last", "index"):
            yield f"{coin}.{name}", Figure(getattr(quote, name), PRICE, symbol)
        for name, figure in _contract_figures(played.market.contract(symbol)):
            yield f"{coin}.{name}", figure
    for figures in account.positions:
        symbol = figures.position.symbol
        coin = played.market.contract(symbol).base.lower()
        legs = len(played.account.legs(symbol)) > 1
        prefix = f"{coin}_{figures.position.side}" if legs else coin
        yield from ((f"{prefix}.{name}", figure) for name, figure in _position_figures(figures))
    yield from _event_figures(played)


def _contract_figures(contract: Contract) -> Iterator[tuple[str, Figure]]:
    yield "taker", Figure(contract.taker, PERCENT)
    yield "maker", Figure(contract.maker, PERCENT)
    yield "liquidation_fee", Figure(contract.liquidation_fee, PERCENT)
    yield "max_leverage", Figure(Decimal(contract.max_leverage), TIMES)
    yield "min_notional", Figure(contract.min_notional, MONEY)
    for number, bracket in enumerate(contract.brackets[:3], 1):
        yield f"bracket{number}_cap", Figure(bracket.cap, MONEY)
        yield f"bracket{number}_rate", Figure(bracket.rate, PERCENT)
        yield f"bracket{number}_amount", Figure(bracket.amount, MONEY)
        yield f"bracket{number}_leverage", Figure(Decimal(bracket.max_leverage), TIMES)


def _position_figures(figures: PositionFigures) -> Iterator[tuple[str, Figure]]:
    held, symbol = figures.position, figures.position.symbol
    entry_notional = held.quantity * held.entry_price
    yield "quantity", Figure(held.quantity, NUMBER)
    yield "leverage", Figure(Decimal(figures.settings.leverage), TIMES)
    yield "entry", Figure(held.entry_price, PRICE, symbol)
    yield "change", Figure(figures.mark - held.entry_price, SIGNED)
    yield "move", Figure(figures.mark / held.entry_price - 1, PERCENT)
    yield "notional", Figure(figures.notional, MONEY)
    yield "entry_notional", Figure(entry_notional, MONEY)
    yield "put_down", Figure(entry_notional / figures.settings.leverage, MONEY)
    yield "pnl", Figure(figures.pnl, SIGNED)
    yield "roe", Figure(figures.roe, PERCENT)
    yield "initial_margin", Figure(figures.initial_margin, MONEY)
    yield "maintenance", Figure(figures.maintenance, MONEY)
    yield "rate", Figure(figures.bracket.rate, PERCENT)
    yield "amount", Figure(figures.bracket.amount, MONEY)
    yield "margin", Figure(figures.margin, MONEY)
    yield "balance", Figure(figures.balance, MONEY)
    yield "ratio", Figure(figures.ratio, PERCENT)
    yield "break_even", Figure(figures.break_even, PRICE, symbol)
    yield "max_remove", Figure(figures.max_remove, MONEY)
    if figures.liquidation.price is not None:
        yield "liquidation", Figure(figures.liquidation.price, PRICE, symbol)
    if figures.distance is not None:
        yield "distance", Figure(figures.distance, PERCENT)
        yield "from_entry", Figure(abs(_price(figures) / held.entry_price - 1), PERCENT)
    if figures.bankruptcy_price is not None:
        yield "bankruptcy", Figure(figures.bankruptcy_price, PRICE, symbol)


def _price(figures: PositionFigures) -> Decimal:
    assert figures.liquidation.price is not None
    return figures.liquidation.price


def _event_figures(played: Played) -> Iterator[tuple[str, Figure]]:
    """Sums over the journal, and the last event of each kind."""
    fees = funding = clearance = realised = Decimal(0)
    for event in played.events:
        if isinstance(event, Fill):
            fees += event.fee
        if isinstance(event, FundingPaid):
            funding += event.amount
        if isinstance(event, PositionLiquidated):
            clearance += event.clearance_fee
        if isinstance(event, PositionReduced | PositionClosed | AdlStruck | PositionLiquidated):
            realised += event.realised
        yield from _of_event(event)
    yield "fees", Figure(fees, MONEY)
    yield "funding", Figure(funding, SIGNED)
    yield "clearance", Figure(clearance, MONEY)
    yield "realised", Figure(realised, SIGNED)
    if played.refusal is not None:
        if played.refusal.exchange_code is not None:
            yield "refused.code", Figure(Decimal(played.refusal.exchange_code), CODE)
        for name, value in played.refusal.figures.items():
            if isinstance(value, Decimal | int) and not isinstance(value, bool):
                yield f"refused.{name}", Figure(Decimal(value), MONEY)


def _of_event(event: object) -> Iterator[tuple[str, Figure]]:
    match event:
        case PositionLiquidated():
            yield "liquidated.price", Figure(event.price, PRICE, event.symbol)
            yield "liquidated.mark", Figure(event.mark, PRICE, event.symbol)
            yield "liquidated.quantity", Figure(event.quantity, NUMBER)
            yield "liquidated.notional", Figure(event.quantity * event.price, MONEY)
            yield "liquidated.realised", Figure(event.realised, SIGNED)
            yield "liquidated.fee", Figure(event.clearance_fee, MONEY)
            yield "liquidated.waived", Figure(event.waived_fee, MONEY)
            yield "liquidated.gap", Figure(event.fund_gap, MONEY)
            yield "liquidated.left", Figure(event.left, MONEY)
            if event.mode is MarginMode.ISOLATED and event.whole:
                yield "liquidated.wallet", Figure(event.released, MONEY)
        case PositionReduced() | PositionClosed() | AdlStruck():
            yield "closed.price", Figure(event.price, PRICE, event.symbol)
            yield "closed.realised", Figure(event.realised, SIGNED)
            yield "closed.fee", Figure(event.fee, MONEY)
            yield "closed.notional", Figure(event.quantity * event.price, MONEY)
        case FundingPaid():
            yield "funded.amount", Figure(event.amount, SIGNED)
            yield "funded.rate", Figure(event.rate, PERCENT)
        case Fill():
            yield "opened.fee", Figure(event.fee, MONEY)
        case _:
            pass


__all__ = ["Figures", "SceneFault", "is_right", "lesson_figures", "missing", "told", "worded"]
