"""Questions on brackets, partial liquidation, the insurance fund and auto-deleveraging."""

from decimal import Decimal
from random import Random

from bot.content.skills import Skill
from bot.services.school.question import Setting
from bot.services.school.templates.declaring import question
from bot.services.school.templates.kind import Draft
from bot.services.school.templates.liquidation import told, where
from bot.services.school.templates.own import one_of_own
from bot.services.school.templates.shown import (
    Data,
    money,
    number,
    option,
    percent,
    price,
    signed,
    times,
)
from bot.services.school.templates.stage import moved, opened, round_price, share, some_coins, stage
from engine.contracts import Contract, bracket_index
from engine.events import AdlStruck, PositionLiquidated
from engine.exchange import decide
from engine.formulas import adl_rank, initial_margin, maintenance, unrealised_pnl
from engine.intents import Deleverage
from engine.position import Side

SKILL = Skill.BRACKETS
LARGE = ("SOLUSDT", "ADAUSDT", "LINKUSDT", "LTCUSDT", "BNBUSDT", "AVAXUSDT")
"""Contracts whose brackets are narrow, so that sizes stay imaginable."""
ADA = "ADAUSDT"


def scale(contract: Contract, count: int) -> list[Data]:
    """The first brackets of a contract."""
    return [{"cap": money(each.cap), "rate": percent(each.rate)} for each in contract.brackets[:count]]


@question("bracket-rate", SKILL, "bracket-rates", "brackets", "one-mmr", "bracket-by-margin")
def bracket_rate(setting: Setting, rng: Random) -> Draft | None:
    """Which maintenance rate a large position has."""
    contract = setting.market.contract(rng.choice(LARGE))
    place = rng.choice((2, 3))
    bracket = contract.brackets[place]
    size = Decimal(rng.randint(int(bracket.floor) // 1000 + 1, int(bracket.cap) // 1000)) * 1000
    leverage = rng.choice([each for each in (4, 5, 8, 10, 20) if each <= bracket.max_leverage])
    margin = size / leverage
    by_margin = contract.bracket_for(margin)
    if bracket_index(contract.brackets, margin) == 0:
        return None
    return Draft(
        {
            "base": contract.base,
            "notional": money(size),
            "leverage": times(leverage),
            "margin": money(margin),
            "rows": scale(contract, place + 1),
        },
        option(percent(contract.bracket_for(size).rate)),
        {
            "one-mmr": option(percent(contract.brackets[0].rate)),
            "bracket-by-margin": option(percent(by_margin.rate)),
        },
    )


@question("partial", SKILL, "bracket-partial", "brackets", "liq-all", "liq-warns")
def partial(setting: Setting, rng: Random) -> Draft | None:
    """A large position meets its liquidation price: what the exchange does."""
    side = rng.choice((Side.LONG, Side.SHORT))
    leverage = rng.choice((4, 5, 8, 10))
    made = opened(setting, rng, symbol=ADA, side=side, leverage=leverage, notional=(60_000, 400_000))
    trigger = where(made)
    struck = made.at(made.contract.round_price(trigger, up=side is Side.SHORT))
    after, events = struck.settled()
    sold = [event for event in events if isinstance(event, PositionLiquidated)]
    left = after.account.position(ADA)
    if not sold or left is None:
        return None
    quantity = sum((each.quantity for each in sold), Decimal(0))
    about = {"sold": number(quantity), "rest": number(left.quantity), "base": made.contract.base}
    return Draft(
        {"p": made.data, "liquidation": price(trigger, ADA), **about},
        {"does": "part", "about": about},
        {"liq-all": {"does": "all", "about": about}, "liq-warns": {"does": "waits", "about": about}},
    )


@question("fund-gap", SKILL, "fund-role", "last-lines", "insurance-refunds", "owe-money")
def fund_gap(setting: Setting, rng: Random) -> Draft | None:
    """A liquidation fills below the bankruptcy price: who pays the gap."""
    made = opened(setting, rng, leverage=rng.choice((5, 8, 10, 20)))
    side = made.figures.position.side
    bankruptcy = made.figures.bankruptcy_price
    jump = -side.sign * (Decimal(1) / made.figures.settings.leverage + share(rng, 1, 5))
    struck = made.at(moved(made, jump))
    _, events = struck.settled()
    done = [event for event in events if isinstance(event, PositionLiquidated)]
    if len(done) != 1 or done[0].fund_gap <= 0 or bankruptcy is None:
        return None
    gap = {"gap": money(done[0].fund_gap)}
    return Draft(
        {
            "p": made.data,
            "fill": struck.data["mark"],
            "bankruptcy": price(bankruptcy, made.symbol),
            **gap,
        },
        {"who": "fund", "about": gap},
        {
            "insurance-refunds": {"who": "refund", "about": gap},
            "owe-money": {"who": "trader", "about": gap},
        },
    )


@question("adl-first", SKILL, "adl", "last-lines", "adl-losers", "lev-is-risk")
def adl_first(setting: Setting, rng: Random) -> Draft | None:
    """Three shorts after a crash: which one auto-deleveraging closes first."""
    symbol = "BTCUSDT"
    made = stage(setting, rng, Decimal(1000), symbol)
    contract, mark = made.contract, made.market.quote(symbol).mark
    quantity = some_coins(made, symbol, Decimal(rng.randint(5_000, 30_000)))
    roles = {
        "winner": (share(rng, 20, 35), rng.choice((4, 5))),
        "fast": (Decimal(rng.randint(5, 20)) / 10_000, rng.choice((20, 25))),
        "loser": (-share(rng, 2, 5), rng.choice((5, 8, 10))),
    }
    ranks: dict[str, Decimal] = {}
    rows: dict[str, Data] = {}
    bound = maintenance(contract.brackets, quantity * mark)
    for role, (fraction, leverage) in roles.items():
        entry = contract.round_price(mark * (1 + fraction), up=True)
        wallet = initial_margin(quantity, entry, leverage)
        pnl = unrealised_pnl(Side.SHORT, quantity, entry, mark)
        ranks[role] = adl_rank(pnl, wallet, bound)
        rows[role] = {"pnl": signed(pnl), "leverage": times(leverage)}
    if ranks["winner"] <= ranks["fast"] or ranks["fast"] <= ranks["loser"]:
        return None
    order = list(roles)
    rng.shuffle(order)
    named = {role: "abc"[order.index(role)] for role in order}
    return Draft(
        {
            "rows": [{"name": named[role], **rows[role]} for role in order],
            "first": {"name": named["winner"], **rows["winner"]},
        },
        {"which": named["winner"], "says": "profit"},
        {
            "adl-losers": {"which": named["loser"], "says": "loss"},
            "lev-is-risk": {"which": named["fast"], "says": "leverage"},
        },
    )


@question("adl-price", SKILL, "adl", "last-lines", "adl-at-market", "adl-losers")
def adl_price(setting: Setting, rng: Random) -> Draft | None:
    """Auto-deleveraging closes a winner: with what result."""
    made = opened(setting, rng, symbol="BTCUSDT")
    held = made.figures.position
    # The other side was liquidated before the market came here; its bankruptcy price is the worse one for the winner.
    market = moved(made, held.side.sign * share(rng, 12, 20))
    bankruptcy = moved(made, held.side.sign * share(rng, 5, 10))
    crashed = made.at(market)
    events = decide(Deleverage(made.symbol, held.side, bankruptcy), crashed.account, crashed.market)
    struck = [event for event in events if isinstance(event, AdlStruck)]
    if len(struck) != 1:
        return None
    return Draft(
        {
            "p": made.data,
            "exit": price(market, made.symbol),
            "bankruptcy": price(bankruptcy, made.symbol),
        },
        option(signed(struck[0].realised)),
        {
            "adl-at-market": option(signed(crashed.figures.pnl)),
            "adl-losers": {"spared": True},
        },
    )


@question("bracket-liq", SKILL, "bracket-rates", "brackets", "one-mmr", "liq-at-zero")
def bracket_liq(setting: Setting, rng: Random) -> Draft | None:
    """Where a large isolated position is liquidated: the bracket there counts."""
    symbol = rng.choice(LARGE)
    contract, mark = setting.market.contract(symbol), round_price(setting, rng, symbol)
    place = rng.choice((3, 4))
    bracket = contract.brackets[place]
    leverage = rng.choice([each for each in (2, 4, 5, 8, 10) if each <= bracket.max_leverage])
    span = int(bracket.cap - bracket.floor)
    size = bracket.floor + rng.randint(span // 2, span * 9 // 10)
    quantity = contract.floor_quantity(size / mark)
    made = opened(
        setting, rng, symbol=symbol, leverage=leverage, notional=(int(quantity * mark), int(quantity * mark))
    )
    figures, found = made.figures, made.figures.liquidation
    if found.bracket_index is None or found.bracket_index < 2 or figures.bankruptcy_price is None:
        return None
    held, there = figures.position, made.contract.brackets[found.bracket_index]
    room = held.quantity * held.entry_price - held.side.sign * figures.margin
    one_rate = room / (held.quantity * (1 - held.side.sign * made.contract.brackets[0].rate))
    return Draft(
        {
            "p": made.data,
            "first": percent(made.contract.brackets[0].rate),
            "rate": percent(there.rate),
            "amount": money(there.amount),
        },
        told(where(made), made),
        {"one-mmr": told(one_rate, made), "liq-at-zero": told(figures.bankruptcy_price, made)},
        made.why("liquidation"),
    )


@question("own-bracket", SKILL, "bracket-rates", "brackets", "one-mmr", "bracket-by-margin", own=True)
def own_bracket(setting: Setting, rng: Random) -> Draft | None:
    """Which rate the learner's own position would have if it were many times as large."""
    held = one_of_own(setting, rng, lambda each: each.settings.leverage > 1)
    if held is None:
        return None
    figures, brackets = held.figures, held.contract.brackets
    now = bracket_index(brackets, figures.notional)
    for factor in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000):
        size, margin = figures.notional * factor, figures.initial_margin * factor
        if size > brackets[-3].cap:
            return None
        grown, by_margin = bracket_index(brackets, size), bracket_index(brackets, margin)
        if now < by_margin < grown:
            return Draft(
                {
                    "p": held.data,
                    "factor": number(factor),
                    "size": money(size),
                    "rows": scale(held.contract, grown + 1)[-3:],
                },
                option(percent(brackets[grown].rate)),
                {
                    "one-mmr": option(percent(brackets[now].rate)),
                    "bracket-by-margin": option(percent(brackets[by_margin].rate)),
                },
            )
    return None


BRACKETS = (bracket_rate, partial, fund_gap, adl_first, adl_price, bracket_liq, own_bracket)
