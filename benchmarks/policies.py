"""Ways to play a season, each as a small program that sees the market and its account and asks for orders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from engine.account import MarginAccount
from engine.decimals import ZERO
from engine.intents import Close, Intent, Open, Place
from engine.market import MarketSnapshot
from engine.position import MarginMode, Side
from engine.resting import Order, OrderType

COINS = ("BTCUSDT", "ETHUSDT")
"""Of all contracts those that allow 100× for the whole start balance."""


@dataclass(slots=True)
class Player:
    """One account in one season. `bet` is its coin and direction, drawn for itself."""

    policy: "Policy"
    dice: Random
    account: MarginAccount
    bets: int = 0

    def draw(self) -> tuple[str, Side]:
        """A coin and a direction, by chance: nobody here knows where prices go."""
        return self.dice.choice(COINS), self.dice.choice(tuple(Side))

    def all_of(self, share: Decimal, leverage: int, market: MarketSnapshot) -> tuple[Intent, ...]:
        """A bet by chance with a share of the wallet as isolated margin."""
        symbol, side = self.draw()
        quote, contract = market.quote(symbol), market.contract(symbol)
        size = contract.floor_quantity(self.account.wallet * share * leverage / quote.last)
        if size * quote.mark < contract.min_notional:
            return ()
        self.bets += 1
        return (Open(symbol, side, size, leverage, MarginMode.ISOLATED),)


Policy = Callable[[Player, MarketSnapshot, int], Sequence[Intent]]
"""What a player asks for at a step, numbered from 0."""


def hold(leverage: int, share: Decimal) -> Policy:
    """One bet at the start, left alone."""

    def play(player: Player, market: MarketSnapshot, step: int) -> Sequence[Intent]:
        return player.all_of(share, leverage, market) if step == 0 else ()

    return play


def again(leverage: int, share: Decimal) -> Policy:
    """All in, and after each liquidation all in once more, as long as something is left."""

    def play(player: Player, market: MarketSnapshot, _: int) -> Sequence[Intent]:
        return () if player.account.positions else player.all_of(share, leverage, market)

    return play


def take(leverage: int, share: Decimal, profit: Decimal) -> Policy:
    """One bet that is closed, for good, once it has won so much of the wallet."""

    def play(player: Player, market: MarketSnapshot, step: int) -> Sequence[Intent]:
        if step == 0:
            return player.all_of(share, leverage, market)
        for held in player.account.positions.values():
            won = held.side.sign * held.quantity * (market.quote(held.symbol).mark - held.entry_price)
            if won >= profit * player.account.wallet:
                return (Close(held.symbol),)
        return ()

    return play


def stopped(leverage: int, share: Decimal, distance: Decimal) -> Policy:
    """A bet with a stop-loss, made anew a hundred steps after the stop."""

    def play(player: Player, market: MarketSnapshot, step: int) -> Sequence[Intent]:
        if player.account.positions or step % 100:
            return ()
        asked = player.all_of(share, leverage, market)
        for each in asked:
            assert isinstance(each, Open)
            contract, mark = market.contract(each.symbol), market.quote(each.symbol).mark
            trigger = contract.round_price(mark * (1 - each.side.sign * distance), up=False)
            stop = Order(
                each.symbol,
                each.side.opposite,
                OrderType.STOP_MARKET,
                None,
                trigger=trigger,
                close_position=True,
            )
            return (each, Place(stop))
        return ()

    return play


def at_random(player: Player, market: MarketSnapshot, step: int) -> Sequence[Intent]:
    """Something new every two hours: closed, or opened with 5 to 50 % of the wallet at 1 to 20×."""
    if step % 24:
        return ()
    if player.account.positions:
        return tuple(Close(symbol) for symbol, _ in player.account.positions)
    share = Decimal(player.dice.randrange(5, 51)) / 100
    return player.all_of(share, player.dice.randrange(1, 21), market)


def nothing(player: Player, market: MarketSnapshot, step: int) -> Sequence[Intent]:
    """Never in the market."""
    return ()


def policies() -> dict[str, Policy]:
    """All of them by name."""
    most = Decimal("0.9")
    return {
        "all-in 100×": hold(100, most),
        "all-in 100×, again and again": again(100, most),
        "all-in 100×, out at +50 %": take(100, most, Decimal("0.5")),
        "all-in 100×, out at +10 %": take(100, most, Decimal("0.1")),
        "30 % at 100×, out at +50 %": take(100, Decimal("0.3"), Decimal("0.5")),
        "20 % at 100×, out at +50 %": take(100, Decimal("0.2"), Decimal("0.5")),
        "10 % at 100×, out at +50 %": take(100, Decimal("0.1"), Decimal("0.5")),
        "6× of all, out at +50 %": take(6, most, Decimal("0.5")),
        "4× of all, out at +10 %": take(4, most, Decimal("0.1")),
        "all-in 20×": hold(20, most),
        "all-in 20×, out at +50 %": take(20, most, Decimal("0.5")),
        "10 % at 100×, then nothing": hold(100, Decimal("0.1")),
        "0.2 % at 100×, then nothing": hold(100, Decimal("0.002")),
        "10× of 30 % with a stop": stopped(10, Decimal("0.3"), Decimal("0.02")),
        "2×": hold(2, most),
        "1×": hold(1, most),
        "the bot's default: 2 % at 3×": hold(3, Decimal("0.02")),
        "at random": at_random,
        "almost nothing: 1.5 % at 1×": hold(1, Decimal("0.015")),
        "nothing": nothing,
    }


def at_stake(account: MarginAccount) -> bool:
    """Whether a step can do anything to an account."""
    return bool(account.positions or account.orders) and account.wallet > ZERO
