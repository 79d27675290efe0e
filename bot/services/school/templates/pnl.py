"""Questions on PnL and ROE."""

from decimal import Decimal
from random import Random

from bot.content.skills import Skill
from bot.services.school.question import Setting
from bot.services.school.templates.declaring import question
from bot.services.school.templates.kind import Draft
from bot.services.school.templates.own import one_of_own, target
from bot.services.school.templates.shown import money, option, percent, price, signed
from bot.services.school.templates.stage import Stage, moved, opened, round_to, share
from bot.services.school.templates.sums import return_sum
from engine.formulas import initial_margin, unrealised_pnl
from engine.intents import ChangeMargin
from engine.margin import PositionFigures
from engine.position import Side

SKILL = Skill.PNL


def put_down(figures: PositionFigures) -> Decimal:
    """The margin that the opening took."""
    held = figures.position
    return initial_margin(held.quantity, held.entry_price, figures.settings.leverage)


def moved_against_or_for(made: Stage, rng: Random) -> Stage:
    """The stage after a move that liquidates nothing."""
    most = min(30, 60 // made.figures.settings.leverage)
    return made.at(moved(made, rng.choice((1, -1)) * share(rng, 1, max(1, most))))


@question("short-pnl", SKILL, "pnl-sign", "pnl", "short-like-long", "lev-multiplies-pnl", "pnl-on-margin")
def short_pnl(setting: Setting, rng: Random) -> Draft:
    """What a short gains or loses."""
    made = opened(setting, rng, side=Side.SHORT)
    after = moved_against_or_for(made, rng)
    figures = after.figures
    move = 1 - figures.mark / figures.position.entry_price
    return Draft(
        {"p": after.data},
        option(signed(figures.pnl)),
        {
            "short-like-long": option(signed(-figures.pnl)),
            "lev-multiplies-pnl": option(signed(figures.pnl * figures.settings.leverage)),
            "pnl-on-margin": option(signed(put_down(figures) * move)),
        },
        after.why("pnl"),
    )


@question("roe-closed", SKILL, "roe-base", "roe", "ten-x-ten-percent", "roe-is-account")
def roe_closed(setting: Setting, rng: Random) -> Draft:
    """The return of a closed trade on the margin put down."""
    made = opened(setting, rng)
    after = moved_against_or_for(made, rng)
    figures, margin = after.figures, put_down(made.figures)
    move = figures.mark / figures.position.entry_price - 1
    sum_ = return_sum(figures.pnl, margin, "initial-margin")
    assert sum_.result is not None
    return Draft(
        {
            "p": made.data,
            "exit": after.data["mark"],
            "wallet": money(made.account.wallet),
            "margin": money(margin),
            "pnl": signed(figures.pnl),
        },
        option(percent(sum_.result)),
        {
            "ten-x-ten-percent": option(percent(figures.position.side.sign * move)),
            "roe-is-account": option(percent(figures.pnl / made.account.wallet)),
        },
        sum_,
    )


@question("roe-and-account", SKILL, "roe-base", "roe", "roe-is-account", "ten-x-ten-percent")
def roe_and_account(setting: Setting, rng: Random) -> Draft:
    """A card shows a ROE: by how much has the account changed."""
    made = opened(setting, rng, spare=(30, 100))
    after = moved_against_or_for(made, rng)
    figures = after.figures
    move = figures.mark / figures.position.entry_price - 1
    sum_ = return_sum(figures.pnl, made.account.wallet, "wallet")
    assert sum_.result is not None
    return Draft(
        {"p": after.data, "roe": percent(figures.roe), "wallet": money(made.account.wallet)},
        option(percent(sum_.result)),
        {
            "roe-is-account": option(percent(figures.roe)),
            "ten-x-ten-percent": option(percent(figures.position.side.sign * move)),
        },
        sum_,
    )


@question("added-margin-pnl", SKILL, "margin-effect", "roe", "margin-raises-profit", "margin-is-fee")
def added_margin_pnl(setting: Setting, rng: Random) -> Draft:
    """Margin is added to a position in profit: what becomes of the profit."""
    made = opened(setting, rng, spare=(30, 60))
    margin = put_down(made.figures)
    added = round_to(margin * share(rng, 30, 90), 2)
    risen = made.at(moved(made, made.figures.position.side.sign * share(rng, 2, 8)))
    before, after = risen.figures.pnl, risen.did(ChangeMargin(made.symbol, added))
    return Draft(
        {"p": risen.data, "margin": money(margin), "added": money(added), "pnl": signed(before)},
        option(signed(after.figures.pnl)),
        {
            "margin-raises-profit": option(signed(before * (margin + added) / margin)),
            "margin-is-fee": option(signed(before - added)),
        },
        after.why("pnl"),
    )


@question("open-profit-wallet", SKILL, "pnl-realised", "pnl", "unrealised-is-cash", "margin-is-fee")
def open_profit_wallet(setting: Setting, rng: Random) -> Draft:
    """What the wallet balance says while a profit is open."""
    made = opened(setting, rng)
    after = made.at(moved(made, made.figures.position.side.sign * share(rng, 2, 8)))
    figures, wallet = after.figures, after.account.wallet
    return Draft(
        {"p": after.data, "wallet": money(made.account.wallet), "margin": money(put_down(figures))},
        option(money(wallet)),
        {
            "unrealised-is-cash": option(money(wallet + figures.pnl)),
            "margin-is-fee": option(money(wallet - put_down(figures))),
        },
    )


@question(
    "own-pnl",
    SKILL,
    "pnl-sign",
    "pnl",
    "short-like-long",
    "lev-multiplies-pnl",
    "pnl-on-margin",
    own=True,
)
def own_pnl(setting: Setting, rng: Random) -> Draft | None:
    """What the learner's own position would show at a price."""
    held = one_of_own(setting, rng)
    if held is None:
        return None
    position, leverage = held.figures.position, held.figures.settings.leverage
    exit_ = target(held, rng)
    if exit_ is None:
        return None
    pnl = unrealised_pnl(position.side, position.quantity, position.entry_price, exit_)
    wrong = {
        "lev-multiplies-pnl": option(signed(pnl * leverage)),
        "pnl-on-margin": option(signed(pnl / leverage)),
    }
    if position.side is Side.SHORT:
        wrong = {"short-like-long": option(signed(-pnl)), **wrong}
    then = held.at(exit_).why("pnl")
    return Draft({"p": held.data, "exit": price(exit_, held.symbol)}, option(signed(pnl)), wrong, then)


PNL = (short_pnl, roe_closed, roe_and_account, added_margin_pnl, open_profit_wallet, own_pnl)
