"""The learner's own positions, as questions see them."""

from collections.abc import Callable
from decimal import Decimal
from random import Random

from bot.services.school.question import Setting
from bot.services.school.templates.stage import Stage, round_to, share
from engine.margin import PositionFigures, account_figures

MOST_RATIO = Decimal("0.9")
"""Above this margin ratio no questions are asked: there are other worries then (ours)."""


def one_of_own(
    setting: Setting, rng: Random, fits: Callable[[PositionFigures], bool] = lambda _: True
) -> Stage | None:
    """One of the learner's positions that fits, on a stage of its own; None without one or without fresh prices.

    A symbol with both legs open is left out, since a question could mean either.
    """
    account, market = setting.account, setting.market
    if account is None or not all(market.trades(each.symbol) for each in account.in_order()):
        return None
    found = [
        each
        for each in account_figures(account, market).positions
        if len(account.legs(each.position.symbol)) == 1 and each.ratio < MOST_RATIO and fits(each)
    ]
    return Stage(rng.choice(found).position.symbol, account, market) if found else None


def target(stage: Stage, rng: Random) -> Decimal | None:
    """A price of four digits some way from the mark, at the tick; None where the position would not live to see it."""
    figures = stage.figures
    fraction = rng.choice((1, -1)) * share(rng, 2, 9)
    price = stage.contract.round_price(round_to(figures.mark * (1 + fraction), 4), up=fraction > 0)
    found = figures.liquidation.price
    if found is not None and (price - found) * figures.position.side.sign <= 0:
        return None
    return price
