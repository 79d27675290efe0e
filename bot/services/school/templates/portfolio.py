"""Questions on several positions: contagion, support and hedges."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from bot.content.skills import Skill
from bot.services.school.question import Setting
from bot.services.school.templates.declaring import question
from bot.services.school.templates.kind import Draft
from bot.services.school.templates.liquidation import isolated_wallet, solved, told, where
from bot.services.school.templates.own import MOST_RATIO, one_of_own
from bot.services.school.templates.shown import money, option, percent, price, signed
from bot.services.school.templates.stage import (
    Stage,
    moved,
    opened,
    round_to,
    share,
    some_coins,
    stage,
)
from engine.account import MarginAccount
from engine.formulas import margin_ratio
from engine.intents import ChangePositionMode, Deposit, Open
from engine.margin import account_figures
from engine.position import MarginMode, PositionMode, Side
from engine.shocks import contagion

SKILL = Skill.PORTFOLIO
BTC, ETH = "BTCUSDT", "ETHUSDT"


def two(
    setting: Setting,
    rng: Random,
    mode: MarginMode,
    sides: Sequence[Side],
    spare: tuple[int, int] = (15, 30),
    leverages: Sequence[int] = (5, 8, 10),
) -> Stage:
    """An account with a position in BTC and one in ETH, in one mode; `spare` as in opened."""
    made = stage(setting, rng, Decimal(10), BTC, ETH)
    leverage = rng.choice(leverages)
    sizes = [some_coins(made, symbol, Decimal(rng.randint(2_000, 20_000))) for symbol in (BTC, ETH)]
    marks = [made.market.quote(symbol).mark for symbol in (BTC, ETH)]
    margin = sum((size * mark for size, mark in zip(sizes, marks, strict=True)), Decimal(0)) / leverage
    made = made.did(Deposit(round_to(margin * rng.randint(*spare) / 10, 2) - 10))
    for symbol, side, size in zip((BTC, ETH), sides, sizes, strict=True):
        made = made.did(Open(symbol, side, size, leverage, mode))
    return made


def healthy(made: Stage) -> bool:
    """Whether nothing is near its liquidation."""
    return all(each.ratio < MOST_RATIO for each in account_figures(made.account, made.market).positions)


@question("contagion-price", SKILL, "cross-condition", "contagion", "cross-own-price", "many-coins-safe")
def contagion_price(setting: Setting, rng: Random) -> Draft | None:
    """Another cross position loses: where the first one is liquidated then."""
    side = rng.choice((Side.LONG, Side.SHORT))
    made = two(setting, rng, MarginMode.CROSS, (side, side))
    after = made.at(moved(made, -side.sign * share(rng, 5, 20), ETH), ETH)
    if where(made) <= 0 or not healthy(after):
        return None
    other = after.of(ETH)
    backing = made.account.wallet - other.maintenance + other.pnl
    return Draft(
        {
            "p": after.data,
            "other": made.data_of(ETH),
            "exit": after.data_of(ETH)["mark"],
            "before": price(where(made), BTC),
            "lost": money(abs(other.pnl)),
            "maintenance": money(other.maintenance),
            "wallet": money(made.account.wallet),
            "backing": money(backing),
        },
        told(where(after), made),
        {
            "cross-own-price": told(where(made), made),
            "many-coins-safe": told(solved(made, backing - 2 * other.pnl), made),
        },
        after.why("liquidation"),
    )


@question("winner-apart", SKILL, "winner-helps", "cross-support", "iso-helps", "iso-tops-up")
def winner_apart(setting: Setting, rng: Random) -> Draft:
    """An isolated position wins: where the other isolated one is liquidated."""
    side = rng.choice((Side.LONG, Side.SHORT))
    made = two(setting, rng, MarginMode.ISOLATED, (side, side), spare=(12, 25))
    after = made.at(moved(made, side.sign * share(rng, 5, 15), ETH), ETH)
    gained, wallet = after.of(ETH).pnl, isolated_wallet(after)
    return Draft(
        {
            "p": after.data,
            "other": made.data_of(ETH),
            "gained": money(gained),
            "wallet": money(made.account.wallet),
        },
        told(where(after), made),
        {
            "iso-helps": told(solved(made, wallet + gained), made),
            "iso-tops-up": told(solved(made, made.account.wallet), made),
        },
        after.why("liquidation"),
    )


@question("cross-ratio", SKILL, "cross-condition", "contagion", "cross-own-price", "ratio-upside-down")
def cross_ratio(setting: Setting, rng: Random) -> Draft | None:
    """The margin ratio of an account with two cross positions."""
    sides = [rng.choice((Side.LONG, Side.SHORT)) for _ in range(2)]
    made = two(setting, rng, MarginMode.CROSS, sides, spare=(12, 20), leverages=(10, 20))
    for symbol in (BTC, ETH):
        made = made.at(moved(made, rng.choice((1, -1)) * share(rng, 1, 4), symbol), symbol)
    if not healthy(made):
        return None
    first, second, wallet = made.of(BTC), made.of(ETH), made.account.wallet
    return Draft(
        {
            "wallet": money(wallet),
            "pnl1": signed(first.pnl),
            "pnl2": signed(second.pnl),
            "mm1": money(first.maintenance),
            "mm2": money(second.maintenance),
        },
        option(percent(first.ratio)),
        {
            "cross-own-price": option(percent(margin_ratio(first.maintenance, wallet + first.pnl))),
            "ratio-upside-down": option(percent(first.balance / (first.maintenance + second.maintenance))),
        },
        made.why("margin-ratio"),
    )


@question(
    "hedge-balance",
    SKILL,
    "hedge-mode",
    "hedge",
    "cross-own-price",
    "short-like-long",
    "hedge-never-fails",
)
def hedge_balance(setting: Setting, rng: Random) -> Draft | None:
    """A long and a short in cross while both coins fall, or part ways: the margin balance."""
    made = two(setting, rng, MarginMode.CROSS, (Side.LONG, Side.SHORT), spare=(18, 35))
    falls = share(rng, 4, 12), rng.choice((1, -1)) * share(rng, 3, 12)
    after = made
    for symbol, fall in zip((BTC, ETH), falls, strict=True):
        after = after.at(moved(after, -fall, symbol), symbol)
    if not healthy(after):
        return None
    long, short, wallet = after.of(BTC), after.of(ETH), made.account.wallet
    return Draft(
        {
            "wallet": money(wallet),
            "long": made.data,
            "short": made.data_of(ETH),
            "long_exit": after.data["mark"],
            "short_exit": after.data_of(ETH)["mark"],
            "pnl1": signed(long.pnl),
            "pnl2": signed(short.pnl),
        },
        option(money(long.balance)),
        {
            "cross-own-price": option(money(wallet + long.pnl)),
            "short-like-long": option(money(wallet + long.pnl - short.pnl)),
            "hedge-never-fails": option(money(wallet)),
        },
    )


@question("hedge-round-trip", SKILL, "hedge-mode", "hedge", "iso-hedge-safe", "iso-loses-wallet")
def hedge_round_trip(setting: Setting, rng: Random) -> Draft | None:
    """Long and short of one coin in isolated; a fall, and all the way back: the result."""
    leverage = rng.choice((8, 10, 20, 25))
    made = opened(setting, rng, symbol=BTC, side=Side.LONG, leverage=leverage, spare=(40, 60))
    held = made.figures.position
    hedged = replace(made, account=MarginAccount.empty()).did(Deposit(made.account.wallet))
    hedged = hedged.did(ChangePositionMode(PositionMode.HEDGE))
    for side in Side:
        hedged = hedged.did(Open(BTC, side, held.quantity, leverage, MarginMode.ISOLATED))
    low = moved(made, -(Decimal(1) / leverage + share(rng, 2, 6)))
    fallen, _ = hedged.at(low).settled()
    back = fallen.at(held.entry_price)
    if len(fallen.account.positions) != 1:
        return None
    equity = account_figures(back.account, back.market).equity
    return Draft(
        {"p": made.data, "low": price(low, BTC), "margin": money(isolated_wallet(made))},
        option(signed(equity - made.account.wallet)),
        {
            "iso-hedge-safe": option(signed(Decimal(0))),
            "iso-loses-wallet": option(signed(held.quantity * (low - held.entry_price))),
        },
    )


@question(
    "own-contagion",
    SKILL,
    "cross-condition",
    "contagion",
    "cross-own-price",
    "many-coins-safe",
    own=True,
)
def own_contagion(setting: Setting, rng: Random) -> Draft | None:
    """Another of the learner's own cross positions moves: where the first one is liquidated then."""
    held = one_of_own(
        setting,
        rng,
        lambda each: each.position.mode is MarginMode.CROSS and each.liquidation.status == "price",
    )
    if held is None:
        return None
    others = [
        each
        for each in held.account.in_order()
        if each.mode is MarginMode.CROSS
        and each.symbol != held.symbol
        and len(held.account.legs(each.symbol)) == 1
    ]
    if not others:
        return None
    other = rng.choice(others)
    move = -other.side.sign * share(rng, 4, 15)
    key = held.figures.position.key
    there, mirrored = contagion(held.account, held.market, key, other.symbol, (move, -move))
    found = (there.liquidation, mirrored.liquidation)
    if any(each.price is None or each.status != "price" for each in found):
        return None
    prices = [each.price or Decimal(0) for each in found]
    after = held.at(there.price, other.symbol)
    return Draft(
        {
            "p": held.data,
            "other": held.data_of(other.symbol),
            "move": percent(abs(move)),
            "rises": move > 0,
            "before": price(where(held), held.symbol),
        },
        told(prices[0], held),
        {"cross-own-price": told(where(held), held), "many-coins-safe": told(prices[1], held)},
        after.why("liquidation"),
    )


PORTFOLIO = (
    contagion_price,
    winner_apart,
    cross_ratio,
    hedge_balance,
    hedge_round_trip,
    own_contagion,
)
