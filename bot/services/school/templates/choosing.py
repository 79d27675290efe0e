"""Questions on choosing a mode, on size by risk, and on records."""

from dataclasses import replace
from decimal import Decimal
from random import Random

from bot.content.skills import Skill
from bot.services.school.question import Setting
from bot.services.school.templates.declaring import question
from bot.services.school.templates.kind import Draft
from bot.services.school.templates.liquidation import isolated_wallet
from bot.services.school.templates.own import one_of_own
from bot.services.school.templates.shown import money, number, option, percent, price, signed, times
from bot.services.school.templates.stage import Stage, moved, opened, round_price, round_to, share
from bot.services.school.templates.sums import notional_sum, risk_sum
from engine.account import MarginAccount
from engine.events import PositionLiquidated
from engine.formulas import unrealised_pnl
from engine.intents import Deposit, Open
from engine.margin import account_figures
from engine.position import MarginMode, Side

SKILL = Skill.CHOOSING


@question("size-by-risk", SKILL, "sizing", "sizing", "lev-multiplies-pnl", "max-is-right")
def size_by_risk(setting: Setting, rng: Random) -> Draft | None:
    """How many coins lose a named share of equity at a stop."""
    symbol = rng.choice(("BTCUSDT", "ETHUSDT", "SOLUSDT", "LTCUSDT", "BNBUSDT"))
    contract, entry = setting.market.contract(symbol), round_price(setting, rng, symbol)
    leverage = rng.choice((4, 5, 8, 10))
    stop = contract.round_price(round_to(entry * (1 - share(rng, 3, 8)), 3), up=False)
    risked = rng.choice((Decimal("0.01"), Decimal("0.02"), Decimal("0.025")))
    quantity = contract.floor_quantity(round_to(Decimal(rng.randint(60, 300)) / (entry - stop), 1))
    equity = quantity * (entry - stop) / risked
    if quantity <= 0 or not 1_000 <= equity <= 100_000:
        return None
    sum_ = risk_sum(equity, risked, entry, stop, contract.base)
    assert sum_.result is not None
    base = contract.base
    return Draft(
        {
            "symbol": symbol,
            "base": base,
            "entry": price(entry, symbol),
            "stop": price(stop, symbol),
            "risked": percent(risked),
            "equity": money(equity),
            "leverage": times(leverage),
            "risk": money(equity * risked),
            "distance": money(entry - stop),
        },
        option(number(sum_.result), base),
        {
            "lev-multiplies-pnl": option(number(contract.floor_quantity(quantity / leverage)), base),
            "max-is-right": option(number(contract.floor_quantity(equity * leverage / entry)), base),
        },
        sum_,
    )


@question("averaging-down", SKILL, "sizing", "sizing", "averaging-down", "lev-multiplies-pnl")
def averaging_down(setting: Setting, rng: Random) -> Draft:
    """Added to a loser: what the next fall costs."""
    made = opened(setting, rng, side=Side.LONG, leverage=rng.choice((2, 4, 5)), spare=(40, 60))
    held = made.figures.position
    lower = made.at(moved(made, -share(rng, 4, 10)))
    added = lower.did(Open(made.symbol, Side.LONG, held.quantity))
    final = added.at(moved(added, -share(rng, 3, 6)))
    cost = added.figures.pnl - final.figures.pnl
    before = unrealised_pnl(Side.LONG, held.quantity, final.figures.mark, lower.figures.mark)
    return Draft(
        {
            "p": made.data,
            "low": lower.data["mark"],
            "exit": final.data["mark"],
            "both": number(held.quantity * 2),
            "average": price(added.figures.position.entry_price, made.symbol),
        },
        option(money(cost)),
        {
            "averaging-down": option(money(before)),
            "lev-multiplies-pnl": option(money(cost * made.figures.settings.leverage)),
        },
    )


@question("win-rate", SKILL, "record", "plan-review", "win-rate", "top-is-skill")
def win_rate(_: Setting, rng: Random) -> Draft | None:
    """Many small wins and a large loss, or few large wins: who has earned more."""
    wins, gain = rng.randint(7, 9), Decimal(rng.randint(2, 8) * 10)
    few, big, small = rng.randint(3, 5), Decimal(rng.randint(10, 25) * 10), Decimal(rng.randint(3, 8) * 10)
    loss = gain * rng.randint(6, 20)
    often = wins * gain - (10 - wins) * loss
    rarely = few * big - (10 - few) * small
    if rarely <= often or rarely <= 0:
        return None
    return Draft(
        {
            "wins": wins,
            "gain": money(gain),
            "losses": 10 - wins,
            "loss": money(loss),
            "few": few,
            "big": money(big),
            "rest": 10 - few,
            "small": money(small),
            "often": signed(often),
            "rarely": signed(rarely),
        },
        {"which": "b", "says": "sum"},
        {"win-rate": {"which": "a", "says": "often"}, "top-is-skill": {"which": "a", "says": "top"}},
    )


@question(
    "mode-night",
    SKILL,
    "mode-choice",
    "choosing-mode",
    "cross-safer",
    "isolated-safer",
    "iso-loses-wallet",
    "position-returns",
)
def mode_night(setting: Setting, rng: Random) -> Draft | None:
    """The same order in both modes overnight: a fall that stays, or a dip that comes back. Which mode loses less."""
    leverage = rng.choice((5, 8, 10))
    made = opened(setting, rng, side=Side.LONG, leverage=leverage, spare=(30, 60))
    held, wallet = made.figures.position, made.account.wallet
    back = rng.random() < 0.5
    extra = share(rng, 2, 6) if back else share(rng, 10, 25)
    low = moved(made, -(Decimal(1) / leverage + extra))
    shared = opened_cross(made, wallet)
    alone_low, events = made.at(low).settled()
    shared_low, shared_events = shared.at(low).settled()
    gone = [any(isinstance(each, PositionLiquidated) for each in found) for found in (events, shared_events)]
    if gone != [True, False]:
        return None
    end = held.entry_price if back else low
    equities = [
        account_figures(each.account, each.market).equity for each in (alone_low.at(end), shared_low.at(end))
    ]
    alone, both = (wallet - each for each in equities)
    data = {
        "p": made.data,
        "wallet": money(wallet),
        "margin": money(isolated_wallet(made)),
        "low": price(low, made.symbol),
        "back": back,
        "alone": money(alone),
        "shared": money(both),
    }
    if back:
        wrong = {"isolated-safer": {"less": "isolated"}, "position-returns": {"less": "both"}}
        return Draft(data, {"less": "cross"}, wrong) if both < alone else None
    wrong = {"cross-safer": {"less": "cross"}, "iso-loses-wallet": {"less": "both"}}
    return Draft(data, {"less": "isolated"}, wrong) if alone < both else None


def opened_cross(made: Stage, wallet: Decimal) -> Stage:
    """The same order from the same wallet, in cross."""
    held, leverage = made.figures.position, made.figures.settings.leverage
    fresh = replace(made, account=MarginAccount.empty()).did(Deposit(wallet))
    return fresh.did(Open(held.symbol, held.side, held.quantity, leverage, MarginMode.CROSS))


@question("own-size", SKILL, "sizing", "sizing", "lev-multiplies-pnl", "max-is-right", own=True)
def own_size(setting: Setting, rng: Random) -> Draft | None:
    """How large a position of the learner's own account may be for a risk and a stop."""
    held = one_of_own(setting, rng, lambda each: each.settings.leverage > 1)
    if held is None:
        return None
    equity = account_figures(held.account, held.market).equity
    risked, distance = Decimal("0.02"), Decimal(rng.choice((4, 5, 8, 10))) / 100
    leverage = held.figures.settings.leverage
    sum_ = notional_sum(equity, risked, distance)
    if equity <= 0 or sum_.result is None:
        return None
    return Draft(
        {
            "p": held.data,
            "equity": money(equity),
            "risked": percent(risked),
            "distance": percent(distance),
            "leverage": times(leverage),
            "risk": money(equity * risked),
        },
        option(money(sum_.result)),
        {
            "lev-multiplies-pnl": option(money(sum_.result / leverage)),
            "max-is-right": option(money(equity * leverage)),
        },
        sum_,
    )


@question("own-most-lost", SKILL, "mode-choice", "choosing-mode", "iso-loses-wallet", "owe-money", own=True)
def own_most_lost(setting: Setting, rng: Random) -> Draft | None:
    """The most that the learner's own isolated position can lose from here."""
    held = one_of_own(setting, rng, lambda each: each.position.mode is MarginMode.ISOLATED)
    if held is None:
        return None
    figures = held.figures
    return Draft(
        {"p": held.data, "wallet": money(held.account.wallet), "notional": money(figures.notional)},
        option(money(isolated_wallet(held))),
        {
            "iso-loses-wallet": option(money(held.account.wallet)),
            "owe-money": option(money(figures.notional)),
        },
    )


CHOOSING = (size_by_risk, averaging_down, win_rate, mode_night, own_size, own_most_lost)
