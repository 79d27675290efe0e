"""Questions on the liquidation price of an isolated position, and on what comes after it."""

from decimal import Decimal
from random import Random

from bot.content.skills import Skill
from bot.services.school.question import Setting
from bot.services.school.templates.declaring import question
from bot.services.school.templates.kind import Draft
from bot.services.school.templates.own import one_of_own
from bot.services.school.templates.shown import Data, money, option, percent, price, signed
from bot.services.school.templates.stage import Stage, moved, opened, round_to, share
from engine.events import PositionLiquidated
from engine.formulas import bankruptcy_price
from engine.funding import funding_received
from engine.intents import ChangeMargin
from engine.margin import PositionFigures, account_figures, solve_liquidation
from engine.position import MarginMode, Side

SKILL = Skill.LIQUIDATION


def solved(made: Stage, wallet: Decimal, side: Side | None = None) -> Decimal:
    """The liquidation price if this much stood behind the position; below zero where no price does it."""
    held = made.figures.position
    found = solve_liquidation(
        side or held.side, held.quantity, held.entry_price, wallet, made.contract.brackets
    )
    return Decimal(-1) if found.price is None else found.price


def told(value: Decimal, made: Stage) -> Data:
    """An option that is a price of the position's contract."""
    return option(price(value, made.symbol))


def whole_margin_gone(figures: PositionFigures) -> Decimal:
    """Where 1/leverage of the entry is lost."""
    held = figures.position
    return held.entry_price * (1 - held.side.sign / figures.settings.leverage)


def isolated_wallet(made: Stage) -> Decimal:
    """What stands behind the isolated position."""
    wallet = made.figures.position.isolated_wallet
    assert wallet is not None
    return wallet


def where(made: Stage) -> Decimal:
    """The position's liquidation price; below zero where it has none ahead."""
    found = made.figures.liquidation
    return Decimal(-1) if found.price is None or found.status != "price" else found.price


@question(
    "liq-isolated",
    SKILL,
    "liq-distance",
    "liquidation-price",
    "liq-at-minus-1-over-l",
    "iso-tops-up",
    "short-like-long",
)
def liq_isolated(setting: Setting, rng: Random) -> Draft:
    """Where an isolated position is liquidated."""
    made = opened(setting, rng, leverage=rng.choice((4, 5, 8, 10, 20, 25)), spare=(15, 35))
    figures = made.figures
    wrong = {
        "liq-at-minus-1-over-l": told(whole_margin_gone(figures), made),
        "iso-tops-up": told(solved(made, made.account.wallet), made),
    }
    if figures.position.side is Side.SHORT:
        opposite = solved(made, isolated_wallet(made), Side.LONG)
        wrong = {**wrong, "short-like-long": told(opposite, made)}
    data = {"p": made.data, "wallet": money(made.account.wallet), "rate": percent(figures.bracket.rate)}
    return Draft(data, told(where(made), made), wrong, made.why("liquidation"))


@question(
    "liq-added",
    SKILL,
    "liq-moves",
    "liquidation-price",
    "liq-price-fixed",
    "liq-at-zero",
    "liq-at-minus-1-over-l",
)
def liq_added(setting: Setting, rng: Random) -> Draft:
    """Where an isolated position is liquidated after margin was added."""
    made = opened(setting, rng, leverage=rng.choice((5, 8, 10, 20, 25)), spare=(25, 60))
    before = where(made)
    added = round_to(isolated_wallet(made) * share(rng, 20, 80), 2)
    after = made.did(ChangeMargin(made.symbol, added))
    bankruptcy = after.figures.bankruptcy_price
    wrong = {"liq-price-fixed": told(before, made)}
    if bankruptcy is not None:
        wrong["liq-at-zero"] = told(bankruptcy, made)
    wrong["liq-at-minus-1-over-l"] = told(whole_margin_gone(made.figures), made)
    data = {"p": made.data, "added": money(added), "before": price(before, made.symbol)}
    return Draft(data, told(where(after), made), wrong, after.why("liquidation"))


@question("liq-one-short", SKILL, "liq-distance", "liquidation-price", "one-x-safe", "liq-at-minus-1-over-l")
def liq_one_short(setting: Setting, rng: Random) -> Draft:
    """Where a short at 1× is liquidated."""
    made = opened(setting, rng, side=Side.SHORT, leverage=1, spare=(12, 30))
    return Draft(
        {"p": made.data},
        told(where(made), made),
        {
            "one-x-safe": {"never": True},
            "liq-at-minus-1-over-l": told(whole_margin_gone(made.figures), made),
        },
        made.why("liquidation"),
    )


@question("liq-funding", SKILL, "liq-moves", "liquidation-price", "liq-price-fixed", "positive-shorts-pay")
def liq_funding(setting: Setting, rng: Random) -> Draft:
    """Where an isolated position is liquidated after a settlement of funding."""
    made = opened(setting, rng, leverage=rng.choice((4, 5, 8, 10, 20)), spare=(20, 60))
    rate = rng.choice((1, -1)) * Decimal(rng.choice((10, 15, 20, 25, 30))) / 10_000
    held = made.figures.position
    got = funding_received(held.side, held.quantity, [(made.figures.mark, rate)])
    wallet = isolated_wallet(made)
    data = {
        "p": made.data,
        "rate": percent(rate),
        "before": price(where(made), made.symbol),
        "got": signed(got),
    }
    wrong = {
        "liq-price-fixed": told(where(made), made),
        "positive-shorts-pay": told(solved(made, wallet - got), made),
    }
    return Draft(data, told(solved(made, wallet + got), made), wrong)


@question("liq-error", SKILL, "liq-distance", "liquidation-price", "lev-multiplies-pnl", "iso-tops-up")
def liq_error(setting: Setting, rng: Random) -> Draft:
    """A trader's sum that leaves out the maintenance margin: what is wrong with it."""
    made = opened(setting, rng, leverage=rng.choice((4, 5, 8, 10, 20)), spare=(15, 35))
    held, wallet = made.figures.position, isolated_wallet(made)
    room = wallet / held.quantity
    multiplied = held.entry_price - held.side.sign * room / made.figures.settings.leverage
    return Draft(
        {
            "p": made.data,
            "room": money(room),
            "found": price(whole_margin_gone(made.figures), made.symbol),
            "wallet": money(made.account.wallet),
        },
        {"error": "maintenance", **told(where(made), made)},
        {
            "lev-multiplies-pnl": {"error": "leverage", **told(multiplied, made)},
            "iso-tops-up": {"error": "wallet", **told(solved(made, made.account.wallet), made)},
        },
        made.why("liquidation"),
    )


@question(
    "liq-gap",
    SKILL,
    "liquidation-final",
    "after-liquidation",
    "owe-money",
    "liq-price-is-fill",
)
def liq_gap(setting: Setting, rng: Random) -> Draft | None:
    """The price jumps past the liquidation price: what an isolated position loses."""
    made = opened(setting, rng, leverage=rng.choice((5, 8, 10, 20)), spare=(20, 60))
    held, trigger = made.figures.position, where(made)
    leverage = made.figures.settings.leverage
    jump = -held.side.sign * (Decimal(1) / leverage + share(rng, 1, 5))
    struck = made.at(moved(made, jump))
    after, events = struck.settled()
    if not any(isinstance(event, PositionLiquidated) and event.whole for event in events):
        return None
    lost = made.account.wallet - after.account.wallet
    return Draft(
        {
            "p": made.data,
            "liquidation": price(trigger, made.symbol),
            "fill": struck.data["mark"],
            "loss": money(abs(struck.figures.pnl)),
        },
        option(money(lost)),
        {
            "owe-money": option(money(abs(struck.figures.pnl))),
            "liq-price-is-fill": option(money(held.quantity * abs(held.entry_price - trigger))),
        },
    )


@question(
    "own-liq",
    SKILL,
    "liq-distance",
    "liquidation-price",
    "liq-at-zero",
    "liq-at-minus-1-over-l",
    "iso-tops-up",
    "short-like-long",
    own=True,
)
def own_liq(setting: Setting, rng: Random) -> Draft | None:
    """Where the learner's own isolated position is liquidated."""
    held = one_of_own(
        setting,
        rng,
        lambda each: each.position.mode is MarginMode.ISOLATED and each.liquidation.status == "price",
    )
    if held is None:
        return None
    figures, wallet = held.figures, isolated_wallet(held)
    position = figures.position
    bankruptcy = bankruptcy_price(position.side, position.quantity, position.entry_price, wallet)
    wrong = {
        "liq-at-zero": told(bankruptcy, held),
        "iso-tops-up": told(solved(held, held.account.wallet), held),
        "liq-at-minus-1-over-l": told(whole_margin_gone(figures), held),
        "short-like-long": told(solved(held, wallet, Side.LONG), held),
    }
    if position.side is Side.LONG:
        del wrong["short-like-long"]
    data = {"p": held.data, "wallet": money(wallet), "rate": percent(figures.bracket.rate)}
    return Draft(data, told(where(held), held), wrong, held.why("liquidation"))


@question(
    "own-added",
    SKILL,
    "liq-moves",
    "liquidation-price",
    "liq-price-fixed",
    "liq-at-zero",
    "liq-at-minus-1-over-l",
    own=True,
)
def own_added(setting: Setting, rng: Random) -> Draft | None:
    """Where the learner's own isolated position is liquidated once margin is added."""
    held = one_of_own(
        setting,
        rng,
        lambda each: each.position.mode is MarginMode.ISOLATED and each.liquidation.status == "price",
    )
    if held is None:
        return None
    added = round_to(isolated_wallet(held) * share(rng, 20, 60), 2)
    if added > account_figures(held.account, held.market).max_add:
        return None
    after = held.did(ChangeMargin(held.symbol, added))
    bankruptcy = after.figures.bankruptcy_price
    wrong = {"liq-price-fixed": told(where(held), held)}
    if bankruptcy is not None:
        wrong["liq-at-zero"] = told(bankruptcy, held)
    wrong["liq-at-minus-1-over-l"] = told(whole_margin_gone(held.figures), held)
    data = {"p": held.data, "added": money(added), "before": price(where(held), held.symbol)}
    return Draft(data, told(where(after), held), wrong, after.why("liquidation"))


LIQUIDATION = (
    liq_isolated,
    liq_added,
    liq_one_short,
    liq_funding,
    liq_error,
    liq_gap,
    own_liq,
    own_added,
)
