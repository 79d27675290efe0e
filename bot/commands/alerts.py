"""Price alerts: set one, list them, drop one."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.commands.alert_words import ACT, DIRECTION, LEVEL, Level
from bot.commands.cards import base_of
from bot.commands.kinds import SYMBOL, TEXT
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.attention import Manner, Subject, listener
from bot.services.markets import MAIN_MARKET
from bot.services.price_alerts import MOST, PriceAlert, PriceAlerts
from bot.services.turn import BotTurn
from engine.market import MarketSnapshot

OFFERED_MOVES = tuple(Decimal(each) / 100 for each in (-5, -2, 2, 5))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertWords:
    """What `/alert` takes."""

    symbol: str | None = param(SYMBOL, N_("Which contract, such as btc"), default=None)
    direction: bool | None = param(DIRECTION, N_("Whether it falls or rises there"), default=None)
    level: Level | None = param(LEVEL, N_("At which mark price, such as 60000"), default=None)
    act: str | None = param(ACT, N_("List the alerts, or drop one by its number"), default=None)
    id: str | None = param(TEXT, N_("Which alert to drop"), default=None, hidden=True)


class AlertCommands:
    """Handlers of `/alert`."""

    def __init__(self, prices: PriceAlerts) -> None:
        self._prices = prices

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            Command(
                name="alert",
                acts=True,
                summary=N_("Tell me when a mark price is reached; list and drop alerts"),
                handler=self.alert,
                arguments=AlertWords,
                visibility=Visibility.PRIVATE,
                topic="look",
                examples=("alert btc < 60000", "alert eth above 3000", "alert btc 60000", "alert list"),
            ),
        )

    async def alert(self, turn: BotTurn, words: AlertWords) -> Answer:
        """Set an alert, or do what the words ask for with those that are set."""
        mine = await self._prices.of(turn)
        if words.act == "drop" or words.id is not None:
            return self._drop(turn, words, mine)
        if words.symbol is None or words.act == "list":
            return self._list(turn, mine)
        if (await turn.account()).market != MAIN_MARKET:
            return _answer("in-replay", words.symbol, ok=False)
        if words.level is None:
            return self._ask(turn, words.symbol, words.direction)
        return await self._set(turn, words.symbol, words.level, words.direction)

    async def _set(self, turn: BotTurn, symbol: str, level: Level, direction: bool | None) -> Answer:
        if direction is not None and level.above not in {None, direction}:
            return _answer("contradiction", symbol, ok=False, price=level.price)
        done = await self._prices.set(
            turn, symbol, level.price, level.above if direction is None else direction
        )
        alert = done.alert
        figures: dict[str, Any] = {"price": alert.price, "above": alert.above, "mark": done.mark}
        if done.what == "met":
            label = N_("When it falls to {price}") if alert.above else N_("When it rises to {price}")
            line = f"alert {SYMBOL.show(symbol)} {LEVEL.show(Level(alert.price, not alert.above))}"
            other = Button(label, line, {"price": f"{alert.price:f}"})
            row = () if alert.price == done.mark else (other,)
            return _answer("met", symbol, ok=False, **figures).with_buttons(row)
        if done.what != "set":
            ok = done.what == "known"
            return _answer(done.what, symbol, ok=ok, most=MOST, **figures).with_buttons(_all())
        told = (await listener(turn.unit, turn.person_id)).attention.manners[Subject.PRICE]
        drop = Button(N_("Drop it"), f"alert id={alert.id}")
        on = (Button(N_("Switch price alerts on"), "alerts price on"),) if told is Manner.OFF else ()
        return _answer("set", symbol, told=told, **figures).with_buttons((drop, *_all()), on)

    def _ask(self, turn: BotTurn, symbol: str, direction: bool | None) -> Answer:
        """Ask for the price; the next words of this person may be just that."""
        mark = turn.market.quote(symbol).mark
        name, contract = SYMBOL.show(symbol), turn.market.contract(symbol)
        said = [] if direction is None else [DIRECTION.show(direction)]
        turn.set_pending(" ".join(("alert", name, *said)))
        buttons = []
        for move in OFFERED_MOVES:
            price = (mark * (1 + move) / contract.tick).to_integral_value() * contract.tick
            if direction in {None, move > 0} and price > 0:
                label = N_("When it rises to {price}") if move > 0 else N_("When it falls to {price}")
                line = f"alert {name} {LEVEL.show(Level(price, move > 0))}"
                buttons.append(Button(label, line, {"price": f"{price.normalize():f}"}))
        return _answer("ask", symbol, mark=mark).with_buttons(*rows_of(buttons, 2))

    def _list(self, turn: BotTurn, mine: tuple[PriceAlert, ...]) -> Answer:
        rows = [_row(number, each, turn.market) for number, each in enumerate(mine, start=1)]
        buttons = [
            Button(N_("Drop {number}"), f"alert id={each.id}", {"number": str(number)})
            for number, each in enumerate(mine, start=1)
        ]
        data = {"rows": rows, "most": MOST}
        return Answer("alert_list", data, (*rows_of(buttons), (Button(N_("Alerts"), "alerts"),)))

    def _drop(self, turn: BotTurn, words: AlertWords, mine: tuple[PriceAlert, ...]) -> Answer:
        number = None if words.level is None else words.level.price
        found = [each for place, each in enumerate(mine, start=1) if place == number or each.id == words.id]
        if not found and number is None and words.id is None:
            return self._list(turn, mine)
        if not found:
            return Answer("alert", {"what": "none", "count": len(mine)}, (_all(),), ok=False)
        alert = found[0]
        self._prices.forget(turn.unit, alert)
        line = f"alert {SYMBOL.show(alert.symbol)} {LEVEL.show(Level(alert.price, alert.above))}"
        figures: dict[str, Any] = {"price": alert.price, "above": alert.above}
        back = Button(N_("Set it again"), line)
        return _answer("dropped", alert.symbol, **figures).with_buttons((back, *_all()))


def _all() -> tuple[Button, ...]:
    return (Button(N_("My price alerts"), "alert list"),)


def _answer(what: str, symbol: str, *, ok: bool = True, **figures: Any) -> Answer:
    return Answer("alert", {"what": what, "symbol": symbol, "base": base_of(symbol), **figures}, ok=ok)


def _row(number: int, alert: PriceAlert, market: MarketSnapshot) -> dict[str, Any]:
    known = alert.market == MAIN_MARKET and market.fresh(alert.symbol)
    mark = market.quote(alert.symbol).mark if known else None
    return {
        "number": number,
        "symbol": alert.symbol,
        "base": base_of(alert.symbol),
        "above": alert.above,
        "price": alert.price,
        "mark": mark,
        "distance": None if mark is None else abs(alert.price - mark) / mark,
        "created_at": alert.created_at.isoformat(),
    }
