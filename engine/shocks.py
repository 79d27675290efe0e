"""What would happen if prices jumped: to an account as a whole, and to one position as another symbol moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.account import MarginAccount
from engine.decimals import ONE, exact
from engine.errors import NoPosition
from engine.events import Event, PositionLiquidated
from engine.fills import after
from engine.margin import AccountFigures, LiquidationPrice, account_figures, position_figures
from engine.market import MarketSnapshot
from engine.position import PositionKey
from engine.settlement import settle


@dataclass(frozen=True, slots=True)
class Shock:
    """A jump of several symbols at once: `before` the figures now, `struck` at the new prices before anything is done
    about it, `after` once the tick is through; `events` what the tick did.
    """

    market: MarketSnapshot
    before: AccountFigures
    struck: AccountFigures
    events: tuple[Event, ...]
    account: MarginAccount
    after: AccountFigures

    @property
    def liquidated(self) -> tuple[PositionKey, ...]:
        """Positions that the jump liquidates, wholly or in part, in the order it happens."""
        keys = (event.key for event in self.events if isinstance(event, PositionLiquidated))
        return tuple(dict.fromkeys(keys))


@exact
def shocked(market: MarketSnapshot, moves: Mapping[str, Decimal]) -> MarketSnapshot:
    """The market with all prices of some symbols moved by a fraction each.

    Raises UnknownSymbol, PriceStale, or BadQuote for a move that leaves no price.
    """
    quotes = dict(market.quotes)
    for symbol, move in moves.items():
        quote, factor = market.quote(symbol), ONE + move
        quotes[symbol] = replace(
            quote, mark=quote.mark * factor, last=quote.last * factor, index=quote.index * factor
        )
    return replace(market, quotes=quotes)


def shock(account: MarginAccount, market: MarketSnapshot, moves: Mapping[str, Decimal]) -> Shock:
    """Move several symbols at once, as one tick. Raises as shocked does."""
    moved = shocked(market, moves)
    events = settle(account, moved)
    left = after(account, events)
    return Shock(
        market=moved,
        before=account_figures(account, market),
        struck=account_figures(account, moved),
        events=events,
        account=left,
        after=account_figures(left, moved),
    )


@dataclass(frozen=True, slots=True)
class Contagion:
    """Where a position is liquidated once another symbol has moved by a fraction, to `price`."""

    move: Decimal
    price: Decimal
    liquidation: LiquidationPrice


def contagion(
    account: MarginAccount, market: MarketSnapshot, key: PositionKey, other: str, moves: Sequence[Decimal]
) -> tuple[Contagion, ...]:
    """The liquidation price of a position for each move of another symbol; an isolated one's stands still.

    Raises NoPosition, and as shocked does.
    """
    if key not in account.positions:
        raise NoPosition(symbol=key[0])
    found = []
    for move in moves:
        moved = shocked(market, {other: move})
        liquidation = position_figures(account, key, moved).liquidation
        found.append(Contagion(move, moved.quote(other).mark, liquidation))
    return tuple(found)
