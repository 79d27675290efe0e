"""One position along the prices of the last 24 hours, in both margin modes."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.services.kept_path import Path, kept_path
from bot.services.reliving import live
from bot.services.retelling import Retold
from bot.services.turn import BotTurn
from engine.account import MarginAccount
from engine.errors import Refusal
from engine.events import PositionLiquidated
from engine.intents import Deposit, Open
from engine.margin import account_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode
from engine.resimulation import AsItWas, Moment

DAY = timedelta(hours=24)
MOST = 300
"""The candles of a day: five minutes each, so that an answer need not be waited for."""


@dataclass(frozen=True, slots=True)
class DayIn:
    """What became of the position in one mode: `equity` now, or the refusal; liquidated `at` a `mark`, or not."""

    mode: MarginMode
    equity: Decimal | None
    refusal: Refusal | None
    at: datetime | None
    mark: Decimal | None


@dataclass(frozen=True, slots=True)
class LastDay:
    """`opened`: the market's time at which the path begins, `price` what it began with."""

    opened: datetime
    price: Decimal
    wallet: Decimal
    modes: tuple[DayIn, ...]


async def last_day(turn: BotTurn, intent: Open) -> LastDay | None:
    """An order alone on an account with today's equity, given where the kept path of the last 24 hours begins.

    None where no path is kept. Raises PriceStale or UnknownSymbol.
    """
    account, market = await turn.account(), turn.market
    path = await kept_path(
        turn.unit, account.market, {intent.symbol}, market.time - DAY, market.time, most=MOST
    )
    wallet = account_figures(account.state, market).equity
    if path.known_from is None or wallet <= 0:
        return None
    price = path.spans[0].candles[intent.symbol].open
    modes = await asyncio.to_thread(
        lambda: tuple(_lived(replace(intent, mode=mode), wallet, path, market) for mode in MarginMode)
    )
    return LastDay(path.known_from, price, wallet, modes)


def _lived(intent: Open, wallet: Decimal, path: Path, market: MarketSnapshot) -> DayIn:
    mode = intent.mode or MarginMode.ISOLATED
    went = live(Retold(MarginAccount.empty(), tuple(_moments(intent, wallet, path, market))), AsItWas())
    if went.refused:
        return DayIn(mode, None, went.refused[0].refusal, None, None)
    ended = [(at, each.mark) for at, each in went.happened if isinstance(each, PositionLiquidated)]
    at, mark = ended[0] if ended else (None, None)
    return DayIn(mode, account_figures(went.account, market).equity, None, at, mark)


def _moments(intent: Open, wallet: Decimal, path: Path, market: MarketSnapshot) -> Iterator[Moment]:
    for number, span in enumerate(path.spans):
        asked = (Deposit(wallet), intent) if number == 0 else ()
        then = replace(market.with_mark(intent.symbol, span.candles[intent.symbol].open), time=span.start)
        fresh = {symbol: replace(each, at=span.start) for symbol, each in then.quotes.items()}
        yield Moment(replace(then, quotes=fresh), asked, span.candles)
    yield Moment(market)
