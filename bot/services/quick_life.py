"""A retold life lived through, as `reliving.live` does it, with the same outcome and less work where nothing happens."""

from datetime import datetime

from bot.services.reliving import Lived, Refused
from bot.services.retelling import Retold
from engine.account import MarginAccount
from engine.events import Event
from engine.exchange import decide
from engine.intents import Settle
from engine.position import Side
from engine.resimulation import Change, Moment, rerun


def live_quickly(retold: Retold, change: Change) -> Lived:
    """Live through a story with one thing changed; still heavy for a long path, so that it belongs into a thread."""
    account = retold.start
    happened: list[tuple[datetime, Event]] = []
    refused: list[Refused] = []
    for moment in retold.moments:
        if not (account.positions or account.orders or moment.intents) or quiet(account, moment):
            continue
        went = rerun((moment,), change, account)
        account, at = went.account, moment.market.time
        happened += ((at, each) for each in went.events)
        refused += (Refused(moment.market, intent, refusal) for _, intent, refusal in went.refused)
    return Lived(account, tuple(happened), tuple(refused))


def quiet(account: MarginAccount, moment: Moment) -> bool:
    """Whether nothing happens to an account in a moment: then it need not be lived in small steps.

    From corner to corner of its candles all prices move in step and straight. There balance less maintenance is concave,
    so it is least at a corner, and an order whose price is met is met at a corner too. Trailing stops remember the way.
    """
    if moment.intents or any(order.callback is not None for order in account.orders.values()):
        return False
    market = moment.market
    if decide(Settle(), account, market):
        return False
    paths = {symbol: candle.path(_heavier(account, symbol)) for symbol, candle in moment.candles.items()}
    for corner in range(4):
        for symbol, path in paths.items():
            market = market.with_mark(symbol, path[corner])
        if decide(Settle(), account, market):
            return False
    return True


def _heavier(account: MarginAccount, symbol: str) -> Side | None:
    """The side of the larger leg, which decides the extreme that comes first."""
    legs = account.legs(symbol)
    return max(legs, key=lambda held: held.quantity).side if legs else None
