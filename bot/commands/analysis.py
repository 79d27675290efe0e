"""Looking ahead: a calculator without an account, the most that fits, what if, funding."""

import asyncio
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.commands.analysis_cards import (
    funding_data,
    imagined_data,
    most_data,
    sum_data,
    why_data,
)
from bot.commands.compare import CompareCommands
from bot.commands.kinds import ENTRY, FIGURE, LEVERAGE, MODE, SIDE, SIZE, SWITCH, SYMBOL, WALLET
from bot.commands.legs import WHY, named
from bot.commands.pictured import picture_row, pictured
from bot.commands.scenario_words import SCENARIO
from bot.commands.twin import TwinCommands
from bot.commands.what import ask_about
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.analysis import calculate, explained, imagine, most
from bot.services.orders import Orders
from bot.services.pictures.imagined import drawable, imagined_modes
from bot.services.scenarios import Changes
from bot.services.sizes import Size
from bot.services.turn import BotTurn
from engine.errors import NoPosition
from engine.position import MarginMode, Side

LISTED = 8
MUCH = {
    "{coin}": N_("{coin}: why this much?"),
    "{coin} long": N_("{coin} long: why this much?"),
    "{coin} short": N_("{coin} short: why this much?"),
}
"""The label that asks for a position's funding by the label of the position."""
OF_SUM = ("bankruptcy", "maintenance", "margin-ratio", "break-even")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiqWords:
    """What `/liq` takes."""

    symbol: str = param(SYMBOL, N_("Which contract, such as btc"))
    side: Side = param(SIDE, N_("Long earns when the price rises, short when it falls"))
    leverage: int = param(LEVERAGE, N_("Leverage, such as 5x"))
    size: Size = param(SIZE, N_("Margin 500 or 2%, notional =5000, or coins 0.1btc"))
    mode: MarginMode | None = param(MODE, N_("Isolated or cross margin"), default=None)
    entry: Decimal | None = param(
        ENTRY, N_("Entry price, such as entry=50000; the mark price if left out"), default=None
    )
    wallet: Decimal | None = param(WALLET, N_("Wallet behind cross, such as wallet=1000"), default=None)
    figure: str | None = param(FIGURE, N_("Which figure to explain"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxWords:
    """What `/max` takes."""

    symbol: str = param(SYMBOL, N_("Which contract, such as btc"))
    leverage: int | None = param(LEVERAGE, N_("Leverage, such as 5x"), default=None)
    side: Side | None = param(SIDE, N_("Long or short; both if left out"), default=None)
    mode: MarginMode | None = param(MODE, N_("Isolated or cross margin"), default=None)
    why: bool | None = param(SWITCH, N_("With the sum behind it"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfWords:
    """What `/whatif` takes."""

    changes: Changes = param(SCENARIO, N_("Such as btc -10% eth=2000, add 200 btc, close eth"))
    why: str | None = param(SYMBOL, N_("Which liquidation price to explain"), default=None, hidden=True)
    leg: Side | None = param(SIDE, N_("Which leg, where both are open"), default=None, hidden=True)
    picture: bool | None = param(SWITCH, N_("With a picture"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingWords:
    """What `/funding` takes."""

    symbol: str | None = param(SYMBOL, N_("Which contract; those you hold if you name none"), default=None)
    why: bool | None = param(SWITCH, N_("With the sum behind it"), default=None, hidden=True)
    leg: Side | None = param(SIDE, N_("Which leg, where both are open"), default=None, hidden=True)


class AnalysisCommands:
    """Handlers that look ahead; none of them changes anything."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        private = Visibility.PRIVATE
        self._liq: Command[BotTurn] = Command(
            name="liq",
            summary=N_("Calculator: where would it be liquidated? Needs no account"),
            handler=self.liq,
            arguments=LiqWords,
            topic="learn",
            aliases=("calc",),
            examples=("liq btc long 10x 500 entry=50000", "liq btc short 20x 0.1btc entry=50000 wallet=1000"),
        )
        self._max: Command[BotTurn] = Command(
            name="max",
            summary=N_("The most you can open now, and what limits it"),
            handler=self.max,
            arguments=MaxWords,
            visibility=private,
            topic="learn",
            examples=("max btc 10x", "max eth short 5x cross"),
        )
        self._whatif: Command[BotTurn] = Command(
            name="whatif",
            summary=N_("What if prices jump, margin is added, a position is closed? Only looks"),
            handler=self.whatif,
            arguments=WhatIfWords,
            visibility=private,
            topic="learn",
            examples=(
                "whatif btc -10% eth -20%",
                "whatif btc=45000",
                "whatif add 200 btc",
                "whatif close eth",
            ),
        )
        self._funding: Command[BotTurn] = Command(
            name="funding",
            summary=N_("Funding: the rate, when it is due, what it costs or pays you"),
            handler=self.funding,
            arguments=FundingWords,
            visibility=private,
            topic="look",
            examples=("funding", "funding btc"),
        )

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            self._liq,
            self._max,
            self._whatif,
            self._funding,
            *CompareCommands(self._orders).commands(),
            *TwinCommands().commands(),
        )

    async def liq(self, turn: BotTurn, words: LiqWords) -> Answer:
        """Where a position would be liquidated, step by step, without looking at anybody's account."""
        found = calculate(
            turn.market,
            words.symbol,
            words.side,
            words.leverage,
            words.size,
            mode=words.mode,
            entry=words.entry,
            wallet=words.wallet,
        )
        chosen = found.shown
        figure = words.figure if words.figure in {"liquidation", *OF_SUM} else None
        derivation = explained(figure or "liquidation", chosen.account, found.market, words.symbol)
        if figure is not None:
            data = why_data(derivation, side=words.side, mode=chosen.mode, imagined=True)
            return Answer(
                "why", data, ((Button(N_("Back"), _line(self._liq, words, figure=None), anyone=True),),)
            )
        # The buttons ask again with the price of now, so that they explain what is shown.
        entry = chosen.figures.position.entry_price if chosen.figures else words.entry
        buttons = [
            Button(FIGURE.labels[each], _line(self._liq, words, figure=each, entry=entry), anyone=True)
            for each in OF_SUM
        ]
        if found.cross is not None and found.cross.refusal is None and found.isolated.refusal is None:
            other = MarginMode.ISOLATED if chosen.mode is MarginMode.CROSS else MarginMode.CROSS
            label = N_("Cross, step by step") if other is MarginMode.CROSS else N_("Isolated, step by step")
            buttons.append(Button(label, _line(self._liq, words, mode=other, entry=entry), anyone=True))
        return Answer("liq", sum_data(found, derivation), rows_of([*buttons, ask_about("card=liq")], 2))

    async def max(self, turn: BotTurn, words: MaxWords) -> Answer:
        """The most that can be opened on one side or both."""
        account = await turn.account()
        sides = tuple(Side) if words.side is None else (words.side,)
        found = [
            most(account.state, turn.market, words.symbol, side, words.leverage, words.mode) for side in sides
        ]
        if words.why:
            only = found[0]
            back = Button(N_("Back"), _line(self._max, words, why=None))
            return Answer(
                "why", why_data(only.derivation, side=only.side, mode=only.mode, imagined=False), ((back,),)
            )
        labels = {Side.LONG: N_("Why this much long?"), Side.SHORT: N_("Why this much short?")}
        buttons = [
            Button(labels[each.side], _line(self._max, words, side=each.side, why=True)) for each in found
        ]
        return Answer(
            "max", most_data(words.symbol, found, turn.market), rows_of([*buttons, ask_about("card=max")], 2)
        )

    async def whatif(self, turn: BotTurn, words: WhatIfWords) -> Answer:
        """The account before and after imagined changes."""
        account = await turn.account()
        found = imagine(account.state, turn.market, words.changes)
        if words.why is not None:
            legs = [each for each in found.account.legs(words.why) if words.leg in {None, each.side}]
            if not legs:
                raise NoPosition(symbol=words.why)
            held = legs[0]
            derivation = explained("liquidation", found.account, found.market, held.symbol, held.side)
            back = Button(N_("Back"), _line(self._whatif, words, why=None, leg=None))
            return Answer(
                "why", why_data(derivation, side=held.side, mode=held.mode, imagined=True), ((back,),)
            )
        buttons = [
            Button(WHY[label], _line(self._whatif, words, why=each.symbol, leg=each.side), values)
            for each in found.account.in_order()
            for _, label, values in (named(found.account, each),)
        ]
        drawn = drawable(account.state, found)
        if drawn is not None:
            buttons += picture_row(_line(self._whatif, words), words.picture)
        answer = Answer(
            "whatif",
            imagined_data(found, turn.market, words.changes),
            rows_of([*buttons, ask_about("card=whatif")], 2),
        )
        if drawn is None or not words.picture:
            return answer
        data = await asyncio.to_thread(imagined_modes, account.state, found, turn.market, drawn)
        both = {
            "base": data["base"],
            "symbol": data["symbol"],
            "now": data["now"],
            "modes": [{"mode": each["mode"], "price": each["liquidation"]} for each in data["curves"]],
        }
        answer = replace(answer, data={**answer.data, "both": both})
        return await pictured(turn, answer, "modes", data)

    async def funding(self, turn: BotTurn, words: FundingWords) -> Answer:
        """Rates, and what they mean for open positions."""
        state = (await turn.account()).state
        held = tuple(dict.fromkeys(each.symbol for each in state.in_order()))
        if words.why and words.symbol is not None:
            legs = [each for each in state.legs(words.symbol) if words.leg in {None, each.side}]
            if not legs:
                raise NoPosition(symbol=words.symbol)
            position = legs[0]
            derivation = explained("funding", state, turn.market, position.symbol, position.side)
            back = Button(N_("Back"), _line(self._funding, words, why=None, leg=None))
            return Answer(
                "why",
                why_data(derivation, side=position.side, mode=position.mode, imagined=False),
                ((back,),),
            )
        symbols = held if words.symbol is None else (words.symbol,)
        symbols = symbols or turn.market.tradable[:LISTED]
        buttons = [
            Button(MUCH[label], _line(self._funding, words, symbol=each, why=True, leg=leg.side), values)
            for each in symbols
            for leg in state.legs(each)
            for _, label, values in (named(state, leg),)
        ]
        data = {
            "rows": [funding_data(each, state, turn.market) for each in symbols],
            "market": turn.market.name,
        }
        return Answer("funding", data, rows_of([*buttons, ask_about("card=funding")], 2))


def _line(command: Command[BotTurn], words: Any, **changed: Any) -> str:
    """The words of a command as a line again, with some of them changed."""
    return command.line({each.name: getattr(words, each.name) for each in command.params} | changed)
