"""Questions on maintenance margin and margin ratio."""

from decimal import Decimal
from random import Random

from bot.content.skills import Skill
from bot.services.school.question import Setting
from bot.services.school.templates.declaring import question
from bot.services.school.templates.kind import Draft
from bot.services.school.templates.own import one_of_own
from bot.services.school.templates.shown import Data, money, option, percent, signed, times
from bot.services.school.templates.stage import moved, opened, share, some_coins, stage
from engine.formulas import margin_ratio
from engine.intents import ChangeLeverage, Open
from engine.margin import PositionFigures
from engine.position import MarginMode, Side

SKILL = Skill.MAINTENANCE


def bracket_data(figures: PositionFigures) -> Data:
    """Rate and amount of a position's bracket."""
    return {"rate": percent(figures.bracket.rate), "amount": money(figures.bracket.amount)}


@question(
    "maintenance-sum",
    SKILL,
    "maintenance-sum",
    "maintenance",
    "im-is-mm",
    "mm-by-leverage",
    "one-mmr",
)
def maintenance_sum(setting: Setting, rng: Random) -> Draft:
    """How much must remain in a position."""
    made = opened(setting, rng, notional=rng.choice(((5_000, 50_000), (60_000, 700_000))))
    figures = made.figures
    first = made.contract.brackets[0]
    wrong = {
        "im-is-mm": option(money(figures.initial_margin)),
        "mm-by-leverage": option(money(figures.maintenance * figures.settings.leverage)),
        "one-mmr": option(money(figures.notional * first.rate)),
    }
    data = {"p": made.data, **bracket_data(figures), "first": percent(first.rate)}
    return Draft(data, option(money(figures.maintenance)), wrong, made.why("maintenance"))


@question("ratio-sum", SKILL, "ratio-reading", "maintenance", "iso-tops-up", "ratio-upside-down")
def ratio_sum(setting: Setting, rng: Random) -> Draft:
    """The margin ratio of an isolated position that has moved."""
    made = opened(setting, rng, spare=(20, 60))
    leverage = made.figures.settings.leverage
    against = -made.figures.position.side.sign * Decimal(rng.randint(20, 70)) / 100 / leverage
    after = made.at(moved(made, against))
    figures, wallet = after.figures, after.account.wallet
    wrong = {
        "iso-tops-up": option(percent(margin_ratio(figures.maintenance, wallet + figures.pnl))),
        "ratio-upside-down": option(percent(figures.balance / figures.maintenance)),
    }
    return Draft(
        {
            "p": after.data,
            "maintenance": money(figures.maintenance),
            "wallet": money(wallet),
            "balance": money(figures.balance),
        },
        option(percent(figures.ratio)),
        wrong,
        after.why("margin-ratio"),
    )


@question("ratio-compare", SKILL, "ratio-reading", "maintenance", "ratio-upside-down", "lev-is-risk")
def ratio_compare(setting: Setting, rng: Random) -> Draft | None:
    """Two positions: which is nearer to its liquidation."""
    made = stage(setting, rng, Decimal(50_000), "BTCUSDT", "ETHUSDT")
    low, high = rng.choice((2, 4, 5)), rng.choice((10, 20, 25))
    for symbol, leverage in (("BTCUSDT", low), ("ETHUSDT", high)):
        quantity = some_coins(made, symbol, Decimal(rng.randint(2_000, 20_000)))
        made = made.did(Open(symbol, Side.LONG, quantity, leverage, MarginMode.ISOLATED))
    made = made.at(moved(made, -share(rng, 88, 96) / low, "BTCUSDT"), "BTCUSDT")
    made = made.at(moved(made, share(rng, 0, 3), "ETHUSDT"), "ETHUSDT")
    near, far = made.of("BTCUSDT"), made.of("ETHUSDT")
    if not far.ratio * 2 < near.ratio < 1:
        return None
    first = rng.random() < 0.5
    rows = [{"leverage": times(each.settings.leverage), "ratio": percent(each.ratio)} for each in (near, far)]
    return Draft(
        {"a": rows[0 if first else 1], "b": rows[1 if first else 0], "near": rows[0], "far": rows[1]},
        {"which": "a" if first else "b", "says": "high-ratio"},
        {
            "ratio-upside-down": {"which": "b" if first else "a", "says": "low-ratio"},
            "lev-is-risk": {"which": "b" if first else "a", "says": "leverage"},
        },
    )


@question("maintenance-leverage", SKILL, "margin-kinds", "maintenance", "mm-by-leverage", "im-is-mm")
def maintenance_leverage(setting: Setting, rng: Random) -> Draft:
    """Leverage is raised: what becomes of the maintenance margin."""
    low, high = rng.choice(((2, 4), (4, 8), (5, 10), (10, 20), (5, 20), (10, 25)))
    made = opened(setting, rng, leverage=low, notional=(5_000, 50_000))
    after = made.did(ChangeLeverage(made.symbol, high))
    before, figures = made.figures, after.figures
    return Draft(
        {
            "p": made.data,
            "high": times(high),
            "before": money(before.maintenance),
            "initial": money(before.initial_margin),
        },
        option(money(figures.maintenance)),
        {
            "mm-by-leverage": option(money(before.maintenance * high / low)),
            "im-is-mm": option(money(figures.initial_margin)),
        },
        after.why("maintenance"),
    )


@question(
    "own-maintenance",
    SKILL,
    "maintenance-sum",
    "maintenance",
    "im-is-mm",
    "mm-by-leverage",
    "one-mmr",
    own=True,
)
def own_maintenance(setting: Setting, rng: Random) -> Draft | None:
    """How much must remain in the learner's own position."""
    held = one_of_own(setting, rng)
    if held is None:
        return None
    figures = held.figures
    wrong = {
        "im-is-mm": option(money(figures.initial_margin)),
        "mm-by-leverage": option(money(figures.maintenance * figures.settings.leverage)),
        "one-mmr": option(money(figures.notional * held.contract.brackets[0].rate)),
    }
    data = {"p": held.data, **bracket_data(figures)}
    return Draft(data, option(money(figures.maintenance)), wrong, held.why("maintenance"))


@question(
    "own-ratio",
    SKILL,
    "ratio-reading",
    "maintenance",
    "im-is-mm",
    "iso-tops-up",
    "ratio-upside-down",
    own=True,
)
def own_ratio(setting: Setting, rng: Random) -> Draft | None:
    """The margin ratio of the learner's own isolated position."""
    held = one_of_own(setting, rng, lambda each: each.position.mode is MarginMode.ISOLATED)
    if held is None:
        return None
    figures, wallet = held.figures, held.account.wallet
    wrong = {
        "iso-tops-up": option(percent(margin_ratio(figures.maintenance, wallet + figures.pnl))),
        "ratio-upside-down": option(percent(figures.balance / figures.maintenance)),
    }
    if figures.initial_margin < figures.balance:
        wrong["im-is-mm"] = option(percent(margin_ratio(figures.initial_margin, figures.balance)))
    return Draft(
        {
            "p": held.data,
            "maintenance": money(figures.maintenance),
            "balance": money(figures.balance),
            "pnl": signed(figures.pnl),
        },
        option(percent(figures.ratio)),
        wrong,
        held.why("margin-ratio"),
    )


MAINTENANCE = (
    maintenance_sum,
    ratio_sum,
    ratio_compare,
    maintenance_leverage,
    own_maintenance,
    own_ratio,
)
