"""What the learner has: prices, positions, portfolio, history."""

import re
from dataclasses import dataclass
from typing import Any

from bot.commands.cards import account_data, position_data, prices_data
from bot.commands.kinds import SWITCH, SYMBOL, TAG, TEXT
from bot.commands.legs import CHART, CLOSE, WHY, named
from bot.commands.pictured import picture_row, pictured
from bot.commands.practice import WAYS as PRACTICE_WAYS
from bot.commands.results import confirm_row
from bot.commands.what import ask_about
from bot.commands.why import WhyCommands
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.happenings import happening
from bot.services.markets import MAIN_MARKET
from bot.services.orders import RESET, Orders
from bot.services.pictures.money import money_data
from bot.services.plans import Plan
from bot.services.portfolio import page_of_history
from bot.services.school.practice import MARKET as PRACTICE_MARKET
from bot.services.strategies import Strategy, strategies
from bot.services.turn import BotTurn
from engine.margin import account_figures

PAGE = 8
LISTED = 12
_PLACE = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceWords:
    """What `/price` takes."""

    symbol: str | None = param(SYMBOL, N_("Which contract, such as btc; all if you name none"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryWords:
    """What `/history` takes."""

    tag: str | None = param(TAG, N_("The results of a strategy, such as #breakout"), default=None)
    before: str | None = param(TEXT, N_("Where the page starts"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioWords:
    """What `/portfolio` takes."""

    picture: bool | None = param(SWITCH, N_("With a picture"), default=None, hidden=True)


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
                arguments=PortfolioWords,
                visibility=private,
                topic="look",
                aliases=("account", "balance"),
            ),
            *WhyCommands(self._orders).commands(),
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
            buttons += [
                Button(WHY[coin], f"why liquidation {name}", values),
                Button(CLOSE[coin], f"close {name}", values),
                Button(CHART[coin], f"chart {name}", values),
            ]
        data = {
            "positions": [position_data(each) for each in figures.positions],
            "cross_ratio": figures.cross_ratio,
            "cross_balance": figures.cross_balance,
            "cross_maintenance": figures.cross_maintenance,
        }
        buttons.append(ask_about("card=positions"))
        return Answer("positions", data, rows_of(buttons, 3))

    async def portfolio(self, turn: BotTurn, words: PortfolioWords) -> Answer:
        """The account as a whole."""
        account = await turn.account()
        data = account_data(account_figures(account.state, turn.market))
        buttons = [Button(N_("Positions"), "positions"), Button(N_("History"), "history")]
        buttons.append(Button(N_("Why this equity?"), "why equity"))
        if data["has_cross"]:
            buttons.append(Button(N_("Why this ratio?"), "why margin-ratio"))
        buttons.append(Button(N_("Equity over time"), "chart equity"))
        buttons += [*picture_row("portfolio", words.picture), ask_about("card=portfolio")]
        answer = Answer("portfolio", data, rows_of(buttons, 2))
        return await pictured(turn, answer, "money", money_data(data)) if words.picture else answer

    async def history(self, turn: BotTurn, words: HistoryWords) -> Answer:
        """A page of what happened, newest first."""
        account = await turn.account()
        if words.tag is not None:
            return await self._strategy(turn, words.tag)
        before = int(words.before) if words.before and _PLACE.fullmatch(words.before) else None
        entries, older = await page_of_history(turn.unit, account.id, before, PAGE)
        data = {"entries": [happening(each, each.at) for each in entries], "first_page": before is None}
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
        """Ask for the confirmation of a fresh start; that of a replay or of practice goes with it."""
        account = await turn.account()
        if turn.challenge_account is not None:
            main = (Button(N_("Main account"), "main"),)
            return Answer("challenge_refused", {"code": "reset", "figures": {}}, ok=False).with_buttons(main)
        if account.market.startswith(PRACTICE_MARKET):
            return Answer("practice_reset", ok=False).with_buttons(PRACTICE_WAYS)
        if account.market != MAIN_MARKET:
            buttons = (Button(N_("End it"), "replay finish"), Button(N_("Where it stands"), "replay status"))
            return Answer("replay_refused", {"code": "reset"}, ok=False).with_buttons(buttons)
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
