"""Practice accounts in the chat: where one stands, prices to move, and the way back to the main account."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.commands.cards import account_data, base_of, prices_data
from bot.commands.kinds import SYMBOL
from bot.commands.learn_words import END, MOVES
from bot.content.formats import MINUS
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.core.turn import AlreadyAnswered
from bot.services.school.practice import Practice, Shift
from bot.services.turn import BotTurn
from engine.account import MarginAccount
from engine.margin import account_figures

OFFERED = (Decimal("-0.1"), Decimal("-0.05"), Decimal("0.05"), Decimal("0.1"))
MOST_COINS = 3
WAYS = (
    Button(N_("Go on with the lesson"), "next", style=Style.GO),
    Button(N_("End the practice"), "practice end", style=Style.STOP),
)
"""The ways out of a practice account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeWords:
    """What `/practice` takes."""

    moves: Any = param(MOVES, N_("Prices to move, such as btc 45000 or btc -5%; or end"), default=None)


class PracticeCommands:
    """The handler of `/practice`. It never asks for the turn's own account: prices move under that account's lock."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (
            Command(
                name="practice",
                summary=N_("Move the prices of a practice account, or end it"),
                handler=self.practice,
                arguments=PracticeWords,
                visibility=Visibility.PRIVATE,
                topic="learn",
                acts=True,
                examples=("practice btc 45000", "practice btc -5%", "practice end"),
            ),
        )

    async def practice(self, turn: BotTurn, words: PracticeWords) -> Answer:
        """Do what the words ask for, once for each update: a price that moved twice would have moved too far."""
        before = await turn.answered(None)
        if before is not None:
            raise AlreadyAnswered(before)
        if words.moves == END:
            return Answer("practice_ended", {"was": await self._practice.end(turn)}, (WAYS[:1],))
        shifts: tuple[Shift, ...] = words.moves or ()
        state = await self._practice.move(turn, shifts) if shifts else await self._practice.look(turn)
        if state is None:
            lessons = Button(N_("All lessons"), "learn")
            return Answer("practice_none", {}, ((lessons,),), ok=False)
        return self._card(turn, state, shifts)

    def _card(self, turn: BotTurn, state: MarginAccount, shifts: tuple[Shift, ...]) -> Answer:
        market = turn.market
        held = [each.symbol for each in state.in_order()]
        coins = list(dict.fromkeys((*held, *market.tradable)))[:MOST_COINS]
        data = {
            **account_data(account_figures(state, market)),
            "prices": prices_data(market, tuple(coins)),
            "moved": [base_of(each.symbol) for each in shifts],
            "orders": len(state.orders),
        }
        rows = tuple(tuple(_mover(symbol, each) for each in OFFERED) for symbol in coins)
        return Answer("practice", data).with_buttons(*rows, WAYS)


def _mover(symbol: str, fraction: Decimal) -> Button:
    percent = f"{'+' if fraction > 0 else MINUS}{abs(fraction) * 100:.0f}\N{NARROW NO-BREAK SPACE}%"
    line = f"practice {SYMBOL.show(symbol)} {fraction * 100:.0f}%"
    return Button("{coin} {percent}", line, {"coin": base_of(symbol), "percent": percent}, once=True)
