"""Questions on mark, index and last price, and on stops."""

from dataclasses import replace
from decimal import Decimal
from random import Random

from bot.content.skills import Skill
from bot.services.school.question import Setting
from bot.services.school.templates.declaring import question
from bot.services.school.templates.kind import Draft
from bot.services.school.templates.liquidation import isolated_wallet, told, where
from bot.services.school.templates.own import one_of_own
from bot.services.school.templates.shown import money, option, price, signed
from bot.services.school.templates.stage import Stage, moved, opened, share
from engine.events import PositionClosed, PositionLiquidated
from engine.formulas import unrealised_pnl
from engine.intents import Place
from engine.position import Side
from engine.resting import Order, OrderType

SKILL = Skill.PRICES


def quoted(made: Stage, mark: Decimal, last: Decimal, index: Decimal) -> Stage:
    """The stage with its three prices apart."""
    quote = replace(made.market.quote(made.symbol), mark=mark, last=last, index=index)
    return replace(made, market=replace(made.market, quotes={made.symbol: quote}))


def between(made: Stage, here: Decimal, there: Decimal, part: Decimal) -> Decimal:
    """A price between two, at the tick."""
    return made.contract.round_price(here + (there - here) * part, up=False)


@question(
    "which-liquidates",
    SKILL,
    "price-roles",
    "three-prices",
    "last-price-liq",
    "index-is-futures",
    "mark-no-wick",
)
def which_liquidates(setting: Setting, rng: Random) -> Draft | None:
    """One of the prices is past the liquidation price, another not: is the position liquidated."""
    made = opened(setting, rng, leverage=rng.choice((8, 10, 20, 25)))
    trigger = where(made)
    sign = made.figures.position.side.sign
    past = trigger * (1 - sign * share(rng, 1, 2))
    short = trigger * (1 + sign * share(rng, 1, 2))
    hit = rng.random() < 0.5
    tick = made.contract.round_price
    mark, last = (past, short) if hit else (short, past)
    struck = quoted(made, tick(mark, up=False), tick(last, up=False), tick(last, up=True))
    _, events = struck.settled()
    liquidated = any(isinstance(event, PositionLiquidated) for event in events)
    if liquidated is not hit:
        return None
    quote = struck.market.quote(made.symbol)
    data = {
        "p": made.data,
        "liquidation": price(trigger, made.symbol),
        "mark": price(quote.mark, made.symbol),
        "last": price(quote.last, made.symbol),
        "index": price(quote.index, made.symbol),
        "hit": hit,
    }
    if hit:
        wrong = {
            "last-price-liq": {"is": "open", "by": "last"},
            "mark-no-wick": {"is": "open", "by": "wick"},
        }
        return Draft(data, {"is": "gone", "by": "mark"}, wrong)
    wrong = {
        "last-price-liq": {"is": "gone", "by": "last"},
        "index-is-futures": {"is": "gone", "by": "index"},
    }
    return Draft(data, {"is": "open", "by": "mark"}, wrong)


def stopped(made: Stage, rng: Random, limit: bool) -> tuple[Stage, Decimal, Decimal | None]:
    """A stop between entry and liquidation price: the stage, its trigger, and its limit if it has one."""
    held, trigger = made.figures.position, where(made)
    at = between(made, held.entry_price, trigger, share(rng, 20, 45))
    bound = between(made, held.entry_price, at, Decimal("1.05")) if limit else None
    order = Order(
        made.symbol,
        held.side.opposite,
        OrderType.STOP_LIMIT if limit else OrderType.STOP_MARKET,
        held.quantity if limit else None,
        bound,
        at,
        reduce_only=limit,
        close_position=not limit,
    )
    return made.did(Place(order)), at, bound


@question("stop-jump", SKILL, "stop-promise", "stops", "stop-guaranteed", "stop-useless")
def stop_jump(setting: Setting, rng: Random) -> Draft | None:
    """The price jumps over a stop: at what price it closes."""
    made = opened(setting, rng, leverage=rng.choice((4, 5, 8, 10)))
    trigger = where(made)
    waiting, stop, _ = stopped(made, rng, limit=False)
    jump = between(made, stop, trigger, share(rng, 30, 80))
    _, events = waiting.at(jump).settled()
    fills = [event.price for event in events if isinstance(event, PositionClosed)]
    if len(fills) != 1:
        return None
    return Draft(
        {
            "p": made.data,
            "stop": price(stop, made.symbol),
            "jump": price(jump, made.symbol),
            "liquidation": price(trigger, made.symbol),
        },
        told(fills[0], made),
        {"stop-guaranteed": told(stop, made), "stop-useless": told(trigger, made)},
    )


@question("stop-limit-jump", SKILL, "stop-promise", "stops", "stop-limit-fills", "stop-guaranteed")
def stop_limit_jump(setting: Setting, rng: Random) -> Draft | None:
    """The price jumps over a stop-limit: what becomes of the position."""
    made = opened(setting, rng, leverage=rng.choice((4, 5, 8)))
    waiting, stop, limit = stopped(made, rng, limit=True)
    assert limit is not None
    jump = between(made, stop, where(made), share(rng, 40, 80))
    after, _ = waiting.at(jump).settled()
    if after.account.position(made.symbol) is None or not after.account.orders:
        return None
    return Draft(
        {
            "p": made.data,
            "stop": price(stop, made.symbol),
            "limit": price(limit, made.symbol),
            "jump": price(jump, made.symbol),
        },
        {"still": "open"},
        {"stop-limit-fills": told(limit, made), "stop-guaranteed": told(stop, made)},
    )


@question("stop-kept", SKILL, "stop-value", "stops", "stop-useless", "liq-price-is-fill")
def stop_kept(setting: Setting, rng: Random) -> Draft | None:
    """What a stop before the liquidation price keeps of the margin, against being liquidated."""
    made = opened(setting, rng, leverage=rng.choice((4, 5, 8, 10)))
    trigger, wallet = where(made), isolated_wallet(made)
    held = made.figures.position
    stop = between(made, held.entry_price, trigger, share(rng, 50, 90))
    struck = made.at(made.contract.round_price(trigger, up=held.side is Side.SHORT))
    after, events = struck.settled()
    if len(events) != 2 or after.account.positions:
        return None
    kept = wallet + unrealised_pnl(held.side, held.quantity, held.entry_price, stop)
    left = after.account.wallet - (made.account.wallet - wallet)
    at_trigger = wallet + unrealised_pnl(held.side, held.quantity, held.entry_price, trigger)
    return Draft(
        {
            "p": made.data,
            "stop": price(stop, made.symbol),
            "liquidation": price(trigger, made.symbol),
            "kept": money(kept),
            "left": money(left),
        },
        option(money(kept - left)),
        {
            "stop-useless": option(money(Decimal(0))),
            "liq-price-is-fill": option(money(kept - at_trigger)),
        },
    )


@question("mark-pnl", SKILL, "price-roles", "three-prices", "last-price-liq", "index-is-futures")
def mark_pnl(setting: Setting, rng: Random) -> Draft:
    """Which price the PnL on the card goes by."""
    made = opened(setting, rng)
    near = moved(made, rng.choice((1, -1)) * share(rng, 2, 4))
    steps = [Decimal(each) / 1000 for each in rng.sample(range(-6, 7, 2), 3)]
    mark, last, index = (made.contract.round_price(near * (1 + each), up=False) for each in steps)
    after = quoted(made, mark, last, index)
    held = after.figures.position
    by_last, by_index = (
        unrealised_pnl(held.side, held.quantity, held.entry_price, each) for each in (last, index)
    )
    return Draft(
        {"p": after.data, "last": price(last, made.symbol), "index": price(index, made.symbol)},
        option(signed(after.figures.pnl)),
        {"last-price-liq": option(signed(by_last)), "index-is-futures": option(signed(by_index))},
        after.why("pnl"),
    )


@question(
    "own-stop",
    SKILL,
    "stop-value",
    "stops",
    "lev-multiplies-pnl",
    "stop-useless",
    "pnl-on-margin",
    own=True,
)
def own_stop(setting: Setting, rng: Random) -> Draft | None:
    """What a stop on the learner's own position would realise."""
    held = one_of_own(setting, rng, lambda each: each.liquidation.status == "price")
    if held is None:
        return None
    position, figures = held.figures.position, held.figures
    stop = between(held, figures.mark, where(held), share(rng, 15, 60))
    pnl = unrealised_pnl(position.side, position.quantity, position.entry_price, stop)
    leverage = figures.settings.leverage
    wrong = {
        "lev-multiplies-pnl": option(signed(pnl * leverage)),
        "pnl-on-margin": option(signed(pnl / leverage)),
    }
    if position.isolated_wallet is not None:
        wrong = {"stop-useless": option(signed(-position.isolated_wallet)), **wrong}
    data = {"p": held.data, "stop": price(stop, held.symbol)}
    return Draft(data, option(signed(pnl)), wrong, held.at(stop).why("pnl"))


PRICES = (which_liquidates, stop_jump, stop_limit_jump, stop_kept, mark_pnl, own_stop)
