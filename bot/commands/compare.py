"""Isolated and cross side by side along the same prices."""

import asyncio
from dataclasses import dataclass
from functools import partial

from bot.commands.analysis_cards import ladder_data
from bot.commands.cards import base_of
from bot.commands.kinds import LEVERAGE, SIDE, SIZE, SWITCH, SYMBOL
from bot.commands.legs import named
from bot.commands.pictured import picture_row, pictured
from bot.commands.what import ask_about
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.ladder import both_ways, both_ways_of, in_both_modes
from bot.services.last_day import last_day
from bot.services.orders import NothingOpen, Orders, OrderWords
from bot.services.pictures.sweep import BothAccounts, modes_data, opened
from bot.services.sizes import Size
from bot.services.turn import BotTurn
from engine.errors import NoPosition
from engine.intents import Open
from engine.position import PositionKey, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareWords:
    """What `/compare` takes."""

    symbol: str | None = param(
        SYMBOL, N_("Which contract; your only position if you name none"), default=None
    )
    side: Side | None = param(SIDE, N_("Long or short, for a position you do not hold"), default=None)
    leverage: int | None = param(LEVERAGE, N_("Leverage, such as 5x"), default=None)
    size: Size | None = param(SIZE, N_("Margin 500 or 2%, notional =5000, or coins 0.1btc"), default=None)
    picture: bool | None = param(SWITCH, N_("With a picture"), default=None, hidden=True)


class CompareCommands:
    """The handler of `/compare`; it only looks."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (
            Command(
                name="compare",
                summary=N_("Isolated and cross side by side along the same prices"),
                handler=self.compare,
                arguments=CompareWords,
                visibility=Visibility.PRIVATE,
                topic="learn",
                examples=("compare btc", "compare btc long 10x 500"),
            ),
        )

    async def compare(self, turn: BotTurn, words: CompareWords) -> Answer:
        """Both modes along the same prices."""
        state = (await turn.account()).state
        symbol, side = words.symbol, words.side
        held = [
            each for each in state.in_order() if symbol in {None, each.symbol} and side in {None, each.side}
        ]
        imagined = words.size is not None or words.leverage is not None
        if side is not None and symbol is not None and (imagined or not held):
            return await self._compare_order(
                turn, words, OrderWords(symbol, side, words.size, words.leverage)
            )
        if not held:
            raise NothingOpen if symbol is None else NoPosition(symbol=symbol)
        if len(held) > 1:
            buttons = [
                Button(label, f"compare {name}", values)
                for name, label, values in map(partial(named, state), held)
            ]
            return Answer("ask_position", {"what": "compare"}, rows_of(buttons))
        position = held[0]
        ladder = both_ways(state, position.key, turn.market)
        leverage = state.settings_of(position.symbol).leverage
        day = await last_day(turn, Open(position.symbol, position.side, position.quantity, leverage))
        name = named(state, position)[0]
        why = Button(N_("Why this price?"), f"why liquidation {name}")
        row = (why, *picture_row(f"compare {name}", words.picture), ask_about("card=compare"))
        answer = Answer("compare", ladder_data(ladder, turn.market, day, held=True), (row,))
        return await self._shown(turn, answer, words, in_both_modes(state, position.key), position.key)

    async def _compare_order(self, turn: BotTurn, words: CompareWords, order: OrderWords) -> Answer:
        state = (await turn.account()).state
        intent = await self._orders.open_intent(turn, order)
        ladder = both_ways_of(intent, state, turn.market)
        if ladder.isolated is None and ladder.cross is None:
            base = base_of(order.symbol)
            held = Button(N_("Compare what you hold"), f"compare {SYMBOL.show(order.symbol)}")
            return Answer("compare_reduces", {"base": base, "side": order.side}, ((held,),), ok=False)
        day = await last_day(turn, intent)
        said = [LEVERAGE.show(intent.leverage), *([] if words.size is None else [SIZE.show(words.size)])]
        line = " ".join((SYMBOL.show(order.symbol), SIDE.show(order.side), *said))
        row = (
            Button(N_("Preview this order"), f"open {line}"),
            *picture_row(f"compare {line}", words.picture),
            ask_about("card=compare"),
        )
        answer = Answer("compare", ladder_data(ladder, turn.market, day, held=False), (row,))
        return await self._shown(turn, answer, words, opened(intent, state, turn.market), ladder.key)

    async def _shown(
        self, turn: BotTurn, answer: Answer, words: CompareWords, both: BothAccounts, key: PositionKey
    ) -> Answer:
        """The card, with its picture where that was asked for."""
        if not words.picture:
            return answer
        data = await asyncio.to_thread(modes_data, both, key, turn.market)
        now = {"now": turn.market.quote(key[0]).mark, "imagined": False}
        return await pictured(turn, answer, "modes", data | now)
