"""Questions on notional, margin and leverage."""

from decimal import Decimal
from random import Random

from bot.content.skills import Skill
from bot.services.school.question import Setting
from bot.services.school.templates.declaring import question
from bot.services.school.templates.kind import Draft
from bot.services.school.templates.own import one_of_own
from bot.services.school.templates.shown import money, option, percent, signed, times
from bot.services.school.templates.stage import LEVERAGES, moved, opened, share, some_coins, stage
from bot.services.school.templates.sums import result_sum, size_sum
from engine.formulas import initial_margin, trading_fee, unrealised_pnl
from engine.intents import Open
from engine.position import MarginMode, Side

SKILL = Skill.LEVERAGE


@question("margin-held", SKILL, "margin-role", "margin-deposit", "im-is-mm", "margin-is-fee")
def margin_held(setting: Setting, rng: Random) -> Draft:
    """How much margin an opening takes."""
    made = opened(setting, rng)
    figures, taker = made.figures, setting.market.contract(made.symbol).taker
    fee = trading_fee(figures.position.quantity, figures.mark, taker)
    return Draft(
        {"p": made.data, "rate": percent(taker)},
        option(money(figures.initial_margin)),
        {"im-is-mm": option(money(figures.maintenance)), "margin-is-fee": option(money(fee))},
        made.why("initial"),
    )


@question("position-size", SKILL, "margin-role", "margin-deposit", "futures-borrow", "pnl-on-margin")
def position_size(_: Setting, rng: Random) -> Draft:
    """A sum to complete: margin times leverage."""
    margin, leverage = Decimal(rng.randint(5, 200) * 10), rng.choice(LEVERAGES)
    sum_ = size_sum(margin, leverage)
    assert sum_.result is not None
    return Draft(
        {"margin": money(margin), "leverage": times(leverage)},
        option(money(sum_.result)),
        {
            "futures-borrow": option(money(margin + sum_.result)),  # own money, and the loan on top of it
            "pnl-on-margin": option(money(margin)),
        },
        sum_,
    )


@question("same-size", SKILL, "leverage-effect", "leverage-size", "lev-multiplies-pnl", "pnl-on-margin")
def same_size(setting: Setting, rng: Random) -> Draft:
    """The same position at two leverages: what the one with more leverage makes of a move."""
    low, high = rng.choice(((2, 10), (2, 20), (4, 20), (5, 20), (5, 25)))
    made = opened(setting, rng, leverage=high)
    held = made.figures.position
    move = held.side.sign * share(rng, 2, 9)
    after = made.at(moved(made, move))
    pnl = after.figures.pnl
    gone = abs(after.figures.mark / held.entry_price - 1)
    put_down = initial_margin(held.quantity, held.entry_price, high)
    return Draft(
        {"p": made.data, "low": times(low), "exit": after.data["mark"]},
        option(signed(pnl)),
        {
            "lev-multiplies-pnl": option(signed(pnl * high)),
            "pnl-on-margin": option(signed(put_down * gone)),
        },
        after.why("pnl"),
    )


@question("same-margin", SKILL, "leverage-effect", "leverage-size", "pnl-on-margin", "roe-is-account")
def same_margin(setting: Setting, rng: Random) -> Draft:
    """What a small move earns on a deposit at a leverage."""
    made = opened(setting, rng, side=Side.LONG)
    after = made.at(moved(made, share(rng, 2, 9)))
    held, pnl = after.figures.position, after.figures.pnl
    put_down = initial_margin(held.quantity, held.entry_price, after.figures.settings.leverage)
    move = after.figures.mark / held.entry_price - 1
    return Draft(
        {
            "p": made.data,
            "margin": money(put_down),
            "move": percent(move),
            "wallet": money(made.account.wallet),
            "exit": after.data["mark"],
        },
        option(money(pnl)),
        {
            "pnl-on-margin": option(money(put_down * move)),
            "roe-is-account": option(money(made.account.wallet * pnl / put_down)),
        },
        after.why("pnl"),
    )


@question("leverage-or-size", SKILL, "risk-measure", "leverage-size", "lev-is-risk", "iso-loses-wallet")
def leverage_or_size(setting: Setting, rng: Random) -> Draft:
    """Little at a high leverage, or much at a low one: which trade can lose more."""
    wallet = Decimal(rng.randint(2, 20) * 1000)
    made = stage(setting, rng, wallet, "BTCUSDT", "ETHUSDT")
    low, high = rng.choice((2, 4, 5)), rng.choice((20, 25, 50))
    small, big = wallet * share(rng, 1, 3), wallet * share(rng, 40, 60)
    sizes = {"BTCUSDT": (big, low), "ETHUSDT": (small, high)}
    for symbol, (margin, leverage) in sizes.items():
        quantity = some_coins(made, symbol, margin * leverage)
        made = made.did(Open(symbol, Side.LONG, quantity, leverage, MarginMode.ISOLATED))
    much, little = made.data_of("BTCUSDT"), made.data_of("ETHUSDT")
    first = rng.random() < 0.5
    return Draft(
        {
            "a": much if first else little,
            "b": little if first else much,
            "wallet": money(wallet),
            "high": little,
            "most": much,
        },
        {"which": "a" if first else "b", "says": "size", "about": much},
        {
            "lev-is-risk": {"which": "b" if first else "a", "says": "leverage", "about": little},
            "iso-loses-wallet": {"which": "both", "says": "wallet", "about": {}},
        },
    )


@question(
    "own-move", SKILL, "leverage-effect", "leverage-size", "lev-multiplies-pnl", "pnl-on-margin", own=True
)
def own_move(setting: Setting, rng: Random) -> Draft | None:
    """What a small move makes of the learner's own position."""
    held = one_of_own(setting, rng)
    if held is None:
        return None
    move, figures = share(rng, 1, 5), held.figures
    change = unrealised_pnl(Side.LONG, figures.position.quantity, figures.mark, figures.mark * (1 + move))
    return Draft(
        {"p": held.data, "move": percent(move)},
        option(money(change)),
        {
            "lev-multiplies-pnl": option(money(change * figures.settings.leverage)),
            "pnl-on-margin": option(money(figures.initial_margin * move)),
        },
        result_sum(figures.notional, move),
    )


LEVERAGE = (margin_held, position_size, same_size, same_margin, leverage_or_size, own_move)
