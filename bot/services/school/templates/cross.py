"""Questions on cross margin with one position."""

from decimal import Decimal
from random import Random

from bot.content.skills import Skill
from bot.services.school.question import Setting
from bot.services.school.templates.declaring import question
from bot.services.school.templates.kind import Draft
from bot.services.school.templates.liquidation import solved, told, where, whole_margin_gone
from bot.services.school.templates.own import one_of_own
from bot.services.school.templates.shown import money, option, percent, price, times
from bot.services.school.templates.stage import moved, opened, round_to, share
from engine.events import PositionLiquidated
from engine.formulas import initial_margin
from engine.intents import ChangeLeverage
from engine.position import MarginMode, Side

SKILL = Skill.CROSS
CROSS_MODE = MarginMode.CROSS


@question(
    "cross-liq",
    SKILL,
    "cross-liq",
    "cross-piggy-bank",
    "cross-lev-sets-liq",
    "liq-at-zero",
    "short-like-long",
)
def cross_liq(setting: Setting, rng: Random) -> Draft:
    """Where a single cross position is liquidated."""
    made = opened(setting, rng, mode=CROSS_MODE, leverage=rng.choice((5, 8, 10, 20)), spare=(15, 35))
    figures, wallet = made.figures, made.account.wallet
    wrong = {"cross-lev-sets-liq": told(solved(made, figures.initial_margin), made)}
    if figures.bankruptcy_price is not None:
        wrong["liq-at-zero"] = told(figures.bankruptcy_price, made)
    if figures.position.side is Side.SHORT:
        wrong["short-like-long"] = told(solved(made, wallet, Side.LONG), made)
    data = {"p": made.data, "wallet": money(wallet), "rate": percent(figures.bracket.rate)}
    return Draft(data, told(where(made), made), wrong, made.why("liquidation"))


@question(
    "cross-leverage-raised",
    SKILL,
    "cross-liq",
    "cross-piggy-bank",
    "cross-lev-sets-liq",
    "liq-at-minus-1-over-l",
)
def cross_leverage_raised(setting: Setting, rng: Random) -> Draft:
    """The leverage of a cross position is raised: where its liquidation price goes."""
    low, high = rng.choice(((4, 8), (5, 10), (10, 20), (5, 20), (10, 25)))
    made = opened(setting, rng, mode=CROSS_MODE, leverage=low, spare=(15, 25))
    after = made.did(ChangeLeverage(made.symbol, high))
    return Draft(
        {
            "p": made.data,
            "wallet": money(made.account.wallet),
            "high": times(high),
            "before": price(where(made), made.symbol),
        },
        told(where(after), made),
        {
            "cross-lev-sets-liq": told(solved(made, after.figures.initial_margin), made),
            "liq-at-minus-1-over-l": told(whole_margin_gone(after.figures), made),
        },
        after.why("liquidation"),
    )


@question(
    "cross-lost", SKILL, "cross-stake", "cross-piggy-bank", "cross-safer", "liq-price-is-fill", "owe-money"
)
def cross_lost(setting: Setting, rng: Random) -> Draft | None:
    """What a liquidated cross position has cost, with the clearance fee."""
    made = opened(setting, rng, mode=CROSS_MODE, leverage=rng.choice((5, 8, 10, 20)), spare=(15, 30))
    held, trigger = made.figures.position, where(made)
    if trigger <= 0:
        return None
    struck = made.at(made.contract.round_price(trigger, up=held.side is Side.SHORT))
    after, events = struck.settled()
    done = [event for event in events if isinstance(event, PositionLiquidated)]
    if len(done) != 1 or not done[0].whole:
        return None
    loss, fee = -done[0].realised, done[0].clearance_fee + done[0].waived_fee
    return Draft(
        {
            "p": made.data,
            "wallet": money(made.account.wallet),
            "liquidation": price(trigger, made.symbol),
            "loss": money(loss),
            "fee": money(fee),
            "rate": percent(made.contract.liquidation_fee),
        },
        option(money(made.account.wallet - after.account.wallet)),
        {
            "cross-safer": option(
                money(initial_margin(held.quantity, held.entry_price, made.figures.settings.leverage))
            ),
            "liq-price-is-fill": option(money(loss)),
            "owe-money": option(money(loss + fee)),
        },
    )


@question("cross-less-wallet", SKILL, "cross-liq", "cross-piggy-bank", "liq-price-fixed", "iso-helps")
def cross_less_wallet(setting: Setting, rng: Random) -> Draft | None:
    """Money moves from the shared wallet into an isolated position: where the cross position is liquidated then."""
    made = opened(setting, rng, mode=CROSS_MODE, leverage=rng.choice((5, 8, 10)), spare=(25, 35))
    wallet = made.account.wallet
    moved_out = round_to(wallet * share(rng, 10, 40), 2)
    if made.figures.initial_margin > wallet - moved_out:
        return None
    return Draft(
        {
            "p": made.data,
            "wallet": money(wallet),
            "out": money(moved_out),
            "left": money(wallet - moved_out),
            "before": price(where(made), made.symbol),
        },
        told(solved(made, wallet - moved_out), made),
        {
            "liq-price-fixed": told(where(made), made),
            "iso-helps": told(solved(made, wallet + moved_out), made),
        },
    )


@question(
    "cross-still-open",
    SKILL,
    "cross-stake",
    "cross-piggy-bank",
    "isolated-safer",
    "cross-lev-sets-liq",
)
def cross_still_open(setting: Setting, rng: Random) -> Draft | None:
    """The same order in both modes, and a fall: which of them is still open."""
    made = opened(setting, rng, mode=CROSS_MODE, leverage=rng.choice((5, 8, 10, 20)), spare=(20, 40))
    figures = made.figures
    alone, shared = solved(made, figures.initial_margin), where(made)
    fraction = -figures.position.side.sign * (Decimal(1) / figures.settings.leverage + share(rng, 0, 4))
    struck = made.at(moved(made, fraction))
    _, events = struck.settled()
    beyond = (struck.figures.mark - alone) * figures.position.side.sign < 0
    if shared <= 0 or not beyond or any(isinstance(event, PositionLiquidated) for event in events):
        return None
    return Draft(
        {
            "p": made.data,
            "wallet": money(made.account.wallet),
            "exit": struck.data["mark"],
            "alone": price(alone, made.symbol),
            "shared": price(shared, made.symbol),
        },
        {"open": "cross"},
        {"isolated-safer": {"open": "isolated"}, "cross-lev-sets-liq": {"open": "none"}},
    )


@question(
    "own-cross-liq",
    SKILL,
    "cross-liq",
    "cross-piggy-bank",
    "cross-lev-sets-liq",
    "liq-at-zero",
    "liq-at-minus-1-over-l",
    own=True,
)
def own_cross_liq(setting: Setting, rng: Random) -> Draft | None:
    """Where the learner's only cross position is liquidated."""
    held = one_of_own(
        setting,
        rng,
        lambda each: each.position.mode is CROSS_MODE and each.liquidation.status == "price",
    )
    if held is None:
        return None
    if sum(1 for each in held.account.in_order() if each.mode is CROSS_MODE) > 1:
        return None
    figures = held.figures
    wrong = {"cross-lev-sets-liq": told(solved(held, figures.initial_margin), held)}
    if figures.bankruptcy_price is not None:
        wrong["liq-at-zero"] = told(figures.bankruptcy_price, held)
    wrong["liq-at-minus-1-over-l"] = told(whole_margin_gone(figures), held)
    data = {
        "p": held.data,
        "wallet": money(held.account.cross_wallet),
        "rate": percent(figures.bracket.rate),
    }
    return Draft(data, told(where(held), held), wrong, held.why("liquidation"))


CROSS = (
    cross_liq,
    cross_leverage_raised,
    cross_lost,
    cross_less_wallet,
    cross_still_open,
    own_cross_liq,
)
