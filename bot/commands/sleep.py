"""Before going to bed: what may happen to open positions within some hours, and what would make it unlikely."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any, assert_never

from bot.commands.alert_words import DURATION
from bot.commands.cards import base_of, liquidation_data
from bot.commands.kinds import AMOUNT, SHARE, SYMBOL
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.markets import MAIN_MARKET
from bot.services.sleeping import SAFE, AddMargin, Night, Outlook, Reduce, Remedy, SetStop, outlook
from bot.services.swings import Swings, swings
from bot.services.turn import BotTurn
from engine.account import MarginAccount
from engine.position import PositionKey

SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(days=7)
USUAL = timedelta(hours=8)
OFFERED = (timedelta(hours=8), timedelta(days=1), timedelta(days=7))


@dataclass(frozen=True, slots=True, kw_only=True)
class SleepWords:
    """What `/sleep` takes."""

    duration: timedelta | None = param(
        DURATION, N_("For how long, such as 8h, 30m or 1d; 8 hours if left out"), default=None
    )


class SleepCommands:
    """Handlers of `/sleep`."""

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            Command(
                name="sleep",
                summary=N_("Before bed: how likely a liquidation is by morning, and what helps"),
                handler=self.sleep,
                arguments=SleepWords,
                visibility=Visibility.PRIVATE,
                topic="learn",
                examples=("sleep 8h", "sleep 1d"),
            ),
        )

    async def sleep(self, turn: BotTurn, words: SleepWords) -> Answer:
        """The chances of all open positions over a time."""
        span = USUAL if words.duration is None else words.duration
        minutes = int(span.total_seconds() // 60)
        until = turn.now + min(span, LONGEST)
        data: dict[str, Any] = {"minutes": minutes, "until": until.isoformat(), "what": "night"}
        if not SHORTEST <= span <= LONGEST:
            return Answer("sleep", {**data, "what": "range"}, (_spans(span),), ok=False)
        account = await turn.account()
        if account.market != MAIN_MARKET:
            return Answer("sleep", {**data, "what": "in-replay"}, ok=False)
        if not account.state.positions:
            orders = (Button(N_("Orders"), "orders"),) if account.state.orders else ()
            data |= {"what": "nothing", "orders": len(account.state.orders)}
            return Answer("sleep", data).with_buttons(orders)
        symbols = {each.symbol for each in account.state.positions.values()}
        moves = await swings(turn.unit, account.market, symbols, turn.now)
        found = outlook(account.state, turn.market, moves, span.total_seconds())
        data |= _data(found, account.state, moves)
        helps = [_button(each, account.state) for each in found.remedies if _offered(each)]
        return Answer("sleep", data, (*rows_of(helps, 2), _spans(span)))


def _data(found: Outlook, state: MarginAccount, moves: Swings) -> dict[str, Any]:
    chances = [
        each.chance for each in found.nights if each.stop is None and each.figures.position.isolated_wallet
    ]
    worst = max((*chances, found.cross or 0.0), default=0.0)
    return {
        "nights": [_night_data(each, state) for each in found.nights],
        "cross": None if found.cross is None else _chance(found.cross),
        "cross_symbols": len(
            {
                each.figures.position.symbol
                for each in found.nights
                if each.figures.position.isolated_wallet is None
            }
        ),
        "worst": _chance(worst),
        "safe": worst < SAFE,
        "limit": Decimal(str(SAFE)),
        "remedies": [_remedy_data(each, state) for each in found.remedies],
        "hours": None if moves.hours is None else round(moves.hours),
        "orders": sum(not each.closes for each in state.orders.values()),
    }


def _night_data(night: Night, state: MarginAccount) -> dict[str, Any]:
    held = night.figures.position
    return {
        **_which(held.key, state),
        "mode": held.mode,
        "leverage": night.figures.settings.leverage,
        "mark": night.figures.mark,
        **liquidation_data(night.figures),
        "chance": _chance(night.chance),
        "swing": _chance(night.swing),
        "stop": night.stop,
        "stop_chance": _chance(night.stop_chance),
    }


def _remedy_data(remedy: Remedy, state: MarginAccount) -> dict[str, Any]:
    data = {**_which(remedy.key, state), "chance": _chance(remedy.chance)}
    match remedy:
        case AddMargin(_, amount, available):
            return {
                **data,
                "what": "margin",
                "amount": amount,
                "available": available,
                "affordable": remedy.affordable,
            }
        case SetStop(_, price, result):
            return {**data, "what": "stop", "price": price, "result": result}
        case Reduce(_, share):
            return {**data, "what": "reduce", "share": share, "enough": remedy.chance < SAFE}
        case _:
            assert_never(remedy)


def _offered(remedy: Remedy) -> bool:
    return not isinstance(remedy, AddMargin) or remedy.affordable


def _button(remedy: Remedy, state: MarginAccount) -> Button:
    """A button that leads to the preview of what would help."""
    symbol, side = remedy.key
    name = SYMBOL.show(symbol) + (f" {side.value}" if len(state.legs(symbol)) > 1 else "")
    coin = {"coin": base_of(symbol)}
    match remedy:
        case AddMargin(_, amount):
            line, values = f"margin add {AMOUNT.show(amount)} {name}", {"amount": f"{amount:f}"}
            return Button(N_("{coin}: add {amount} USDT"), line, coin | values, suggested=True)
        case SetStop(_, price):
            line, values = f"sl {price.normalize():f} {name}", {"price": f"{price.normalize():f}"}
            return Button(N_("{coin}: stop at {price}"), line, coin | values, suggested=True)
        case Reduce(_, share):
            values = {"share": f"{share * 100:.0f}"}
            return Button(
                N_("{coin}: close {share} %"),
                f"close {name} {SHARE.show(share)}",
                coin | values,
                suggested=True,
            )
        case _:
            assert_never(remedy)


def _spans(asked: timedelta) -> tuple[Button, ...]:
    labels = (N_("8 hours"), N_("1 day"), N_("7 days"))
    return tuple(
        Button(label, f"sleep {DURATION.show(span)}")
        for label, span in zip(labels, OFFERED, strict=True)
        if span != asked
    )


def _which(key: PositionKey, state: MarginAccount) -> dict[str, Any]:
    symbol, side = key
    return {"symbol": symbol, "base": base_of(symbol), "side": side, "both": len(state.legs(symbol)) > 1}


def _chance(chance: float) -> Decimal:
    """A probability with four places, never shown smaller than it is."""
    return Decimal(chance).quantize(Decimal("0.0001"), ROUND_CEILING)
