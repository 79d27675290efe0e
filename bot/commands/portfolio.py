"""What the learner has: prices, positions, portfolio, history, and why each figure is what it is."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.commands.cards import account_data, base_of, derivation_data, position_data, prices_data
from bot.commands.history import entry_data
from bot.commands.kinds import FIGURE, SIDE, SYMBOL, TAG, TEXT
from bot.commands.legs import named
from bot.commands.results import confirm_row
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.orders import RESET, Orders
from bot.services.plans import Plan
from bot.services.portfolio import page_of_history
from bot.services.strategies import Strategy, strategies
from bot.services.turn import BotTurn
from engine.account import MarginAccount
from engine.errors import NoPosition
from engine.explain import FIGURES, Derivation, explain
from engine.intents import Open
from engine.margin import account_figures
from engine.position import Side

PAGE = 8
LISTED = 12
_PLACE = re.compile(r"[0-9]{1,15}")
OF_POSITION = frozenset({"liquidation", "bankruptcy", "break-even", "maintenance", "initial", "pnl", "roe"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceWords:
    """What `/price` takes."""

    symbol: str | None = param(SYMBOL, N_("Which contract, such as btc; all if you name none"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyWords:
    """What `/why` takes."""

    figure: str = param(FIGURE, N_("Which figure to explain"))
    symbol: str | None = param(SYMBOL, N_("Of which position; the only one if you name none"), default=None)
    side: Side | None = param(SIDE, N_("Which leg, where both are open"), default=None)
    preview: str | None = param(TEXT, N_("Of which preview"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryWords:
    """What `/history` takes."""

    tag: str | None = param(TAG, N_("The results of a strategy, such as #breakout"), default=None)
    before: str | None = param(TEXT, N_("Where the page starts"), default=None, hidden=True)


ASKED = {
    "{coin}": (N_("{coin}: why this price?"), N_("Close {coin}")),
    "{coin} long": (N_("{coin} long: why this price?"), N_("Close {coin} long")),
    "{coin} short": (N_("{coin} short: why this price?"), N_("Close {coin} short")),
}
"""The labels of a position's buttons by the label of the position."""


class PortfolioCommands:
    """Handlers that only read, and `/reset`."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="price",
                summary=N_("Prices now: mark, last, index and funding"),
                handler=self.price,
                arguments=PriceWords,
                topic="look",
                examples=("price btc", "price"),
            ),
            Command(
                name="positions",
                summary=N_("Your open positions, each with its liquidation price"),
                handler=self.positions,
                visibility=private,
                topic="look",
                aliases=("pos",),
            ),
            Command(
                name="portfolio",
                summary=N_("Your paper account: wallet, equity, margin, what is free"),
                handler=self.portfolio,
                visibility=private,
                topic="look",
                aliases=("account", "balance"),
            ),
            Command(
                name="why",
                summary=N_("The sum behind a figure, step by step with your own numbers"),
                handler=self.why,
                arguments=WhyWords,
                visibility=private,
                topic="learn",
                examples=("why liquidation btc", "why margin-ratio", "why roe eth"),
            ),
            Command(
                name="history",
                summary=N_("What happened in your paper account"),
                handler=self.history,
                arguments=HistoryWords,
                visibility=private,
                topic="look",
                examples=("history #breakout",),
            ),
            Command(
                name="reset",
                summary=N_("Put this paper account aside and start again"),
                handler=self.reset,
                visibility=private,
                topic="more",
            ),
        )

    async def price(self, turn: BotTurn, words: PriceWords) -> Answer:
        """Prices of one contract, or of all that can be traded."""
        if words.symbol is not None:
            row = prices_data(turn.market, (words.symbol,))[0]
            contract = turn.market.contract(words.symbol)
            name = SYMBOL.show(words.symbol)
            data = {
                **row,
                "most_leverage": contract.max_leverage,
                "maintenance_rate": contract.brackets[0].rate,
                "market": turn.market.name,
            }
            buttons = (
                Button(N_("Long"), f"open {name} long", anyone=True),
                Button(N_("Short"), f"open {name} short", anyone=True),
            )
            return Answer("price", data, (buttons,))
        rows = prices_data(turn.market, turn.market.tradable[:LISTED])
        return Answer("prices", {"rows": rows, "market": turn.market.name})

    async def positions(self, turn: BotTurn, _: Any) -> Answer:
        """All open positions."""
        account = await turn.account()
        figures = account_figures(account.state, turn.market)
        if not figures.positions:
            return Answer("positions", {"positions": []}, ((Button(N_("Open a first position"), "open"),),))
        buttons = []
        for each in figures.positions:
            name, coin, values = named(account.state, each.position)
            why, close = ASKED[coin]
            buttons += [
                Button(why, f"why liquidation {name}", values),
                Button(close, f"close {name}", values),
            ]
        data = {
            "positions": [position_data(each) for each in figures.positions],
            "cross_ratio": figures.cross_ratio,
            "cross_balance": figures.cross_balance,
            "cross_maintenance": figures.cross_maintenance,
        }
        return Answer("positions", data, rows_of(buttons, 2))

    async def portfolio(self, turn: BotTurn, _: Any) -> Answer:
        """The account as a whole."""
        account = await turn.account()
        data = account_data(account_figures(account.state, turn.market))
        buttons = [Button(N_("Positions"), "positions"), Button(N_("History"), "history")]
        buttons.append(Button(N_("Why this equity?"), "why equity"))
        if data["has_cross"]:
            buttons.append(Button(N_("Why this ratio?"), "why margin-ratio"))
        return Answer("portfolio", data, rows_of(buttons, 2))

    async def why(self, turn: BotTurn, words: WhyWords) -> Answer:
        """The derivation of a figure."""
        account = await turn.account()
        state, intent = account.state, await self._orders.previewed(turn, words.preview)
        symbol = words.symbol or (intent.symbol if intent else None)
        if words.figure == "order-cost" and intent is None:
            return Answer("why_needs_order", ok=False)
        if intent is not None and words.figure != "order-cost":
            _, state = await self._orders.trial(turn, (intent,))
        if symbol is None and words.figure in OF_POSITION and len(state.positions) > 1:
            buttons = [
                Button(label, f"why {words.figure} {name}", values)
                for name, label, values in map(partial(named, state), state.in_order())
            ]
            return Answer("ask_position", {"what": "why"}, rows_of(buttons))
        side = words.side or (intent.side if intent else None)
        if symbol is None and words.figure == "margin-ratio" and len(state.positions) == 1:
            symbol = state.in_order()[0].symbol
        try:
            derivation = explain(words.figure, state, turn.market, symbol, intent, _leg(state, symbol, side))
        except NoPosition:
            return Answer("why_needs_position", {"base": base_of(symbol or "")}, ok=False)
        return Answer(
            "why",
            self._why_data(derivation, state, intent, side),
            self._other_figures(derivation, words.preview, words.side),
            fresh=intent is not None,  # the preview stays, to be confirmed
        )

    def _why_data(
        self, derivation: Derivation, state: MarginAccount, intent: Open | None, side: Side | None
    ) -> dict[str, Any]:
        legs = state.legs(derivation.symbol) if derivation.symbol else ()
        held = next((each for each in legs if side in {None, each.side}), legs[0] if legs else None)
        return {
            **derivation_data(derivation),
            "side": intent.side if intent else held.side if held else None,
            "mode": held.mode if held else None,
            "leverage": state.settings_of(held.symbol).leverage if held else None,
            "previewed": intent is not None,
        }

    def _other_figures(
        self, derivation: Derivation, preview: str | None, side: Side | None
    ) -> tuple[tuple[Button, ...], ...]:
        name = f" {SYMBOL.show(derivation.symbol)}" if derivation.symbol else ""
        if name and side is not None:
            name = f"{name} {side.value}"
        of_one = OF_POSITION | {"margin-ratio"}
        if preview is not None:
            name, of_one = f" preview={preview}", of_one | {"order-cost"}
        shown = [each for each in FIGURES if each != derivation.figure and bool(name) == (each in of_one)]
        shown = [each for each in shown if each != "order-cost" or preview is not None]
        return rows_of([Button(FIGURE.labels[each], f"why {each}{name}") for each in shown], 3)

    async def history(self, turn: BotTurn, words: HistoryWords) -> Answer:
        """A page of what happened, newest first."""
        account = await turn.account()
        if words.tag is not None:
            return await self._strategy(turn, words.tag)
        before = int(words.before) if words.before and _PLACE.fullmatch(words.before) else None
        entries, older = await page_of_history(turn.unit, account.id, before, PAGE)
        data = {"entries": [entry_data(each) for each in entries], "first_page": before is None}
        buttons = (Button(N_("Older"), f"history before={older}"),) if older is not None else ()
        return Answer("history", data).with_buttons(buttons)

    async def _strategy(self, turn: BotTurn, tag: str) -> Answer:
        """The results of the trades that are kept under a tag."""
        account = await turn.account()
        found = await strategies(turn.unit, account.id)
        it = found.get(tag) or Strategy(tag)
        data = {
            "tag": tag,
            "trades": it.trades,
            "open": it.open,
            "won": it.won,
            "realised": it.realised,
            "fees": it.fees,
            "funding": it.funding,
            "net": it.net,
            "average": it.average,
        }
        others = [
            Button("{tag}", f"history #{each}", {"tag": f"#{each}"}) for each in sorted(found) if each != tag
        ]
        return Answer("strategy", data, rows_of([*others[:11], Button(N_("History"), "history")]))

    async def reset(self, turn: BotTurn, _: Any) -> Answer:
        """Ask for the confirmation of a fresh start."""
        account = await turn.account()
        plan = Plan(RESET, RESET, (), account.state.version)
        preview = await self._orders.keep(turn, plan)
        figures = account_figures(account.state, turn.market)
        data = {
            "reason": None,
            "equity": figures.equity,
            "positions": len(figures.positions),
            "balance": self._orders.balance,
        }
        return Answer("reset", data).with_buttons(confirm_row(preview))


def _leg(state: MarginAccount, symbol: str | None, side: Side | None) -> Side | None:
    """The leg to explain; the side of an order says nothing where its position is on the other one."""
    return side if symbol is not None and (symbol, side) in state.positions else None
