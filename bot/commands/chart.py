"""Charts: candles with a position's prices, equity over time, and how one price takes another position along."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.commands.cards import base_of
from bot.commands.kinds import SIDE, SWITCH, SYMBOL, TEXT
from bot.commands.legs import named
from bot.commands.pictured import pictured
from bot.core.command import Command, Visibility
from bot.core.params import ChoiceKind, SymbolKind, param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.core.words import Lexicon
from bot.services.case import NotThere
from bot.services.examiner import Examiner, account_asked
from bot.services.pictures.equity import equity_of
from bot.services.pictures.levels import position_levels
from bot.services.pictures.planned import planned
from bot.services.pictures.price_path import Bars, alone, bars_data, bars_of, width_of
from bot.services.pictures.sweep import contagion_data
from bot.services.turn import BotTurn
from engine.account import MarginAccount
from engine.margin import account_figures
from engine.position import PositionKey, Side

SPANS = {
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
USUAL = "4h"
EQUITY, CONTAGION = "equity", "contagion"
SPAN = ChoiceKind(
    "chart-span", {each: each for each in SPANS}, aliases={"24h": "1d", "day": "1d", "week": "7d"}
)
VIEW = ChoiceKind(
    "view",
    {EQUITY: EQUITY, CONTAGION: CONTAGION},
    {EQUITY: N_("Equity over time"), CONTAGION: N_("Contagion: how one price takes another along")},
)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MoverKind(SymbolKind):
    """Another contract, whose price moves: `by=eth`, or `by eth`."""

    name: str = "mover"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        said = word.removeprefix("by=")
        return None if said == word else SYMBOL.read(said, lexicon)

    def show(self, value: Any) -> str:
        return f"by={SYMBOL.show(value)}"


MOVER = MoverKind()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartWords:
    """What `/chart` takes; buttons add which preview, and that the new chart takes the old one's place."""

    symbol: str | None = param(
        SYMBOL, N_("Which contract; that of a position if you name none"), default=None
    )
    span: str | None = param(SPAN, N_("How far back: 1h, 4h, 1d, 7d or 30d"), default=None)
    view: str | None = param(VIEW, N_("Another picture: equity or contagion"), default=None)
    by: str | None = param(MOVER, N_("For contagion: the contract that moves"), default=None)
    side: Side | None = param(SIDE, N_("Which leg, where both are open"), default=None)
    preview: str | None = param(TEXT, N_("Of which preview"), default=None, hidden=True)
    here: bool | None = param(SWITCH, N_("In place of the chart before"), default=None, hidden=True)


class ChartCommands:
    """The handler of `/chart`; it only looks, and waits for no lock unless it is about a preview."""

    def __init__(self, examiner: Examiner) -> None:
        self._examiner = examiner
        self._chart: Command[BotTurn] = Command(
            name="chart",
            summary=N_("Candles with your entry, liquidation and stop; or equity, or contagion"),
            handler=self.chart,
            arguments=ChartWords,
            visibility=Visibility.PRIVATE,
            topic="look",
            examples=("chart btc 4h", "chart equity", "chart contagion btc by eth"),
        )

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (self._chart,)

    async def chart(self, turn: BotTurn, words: ChartWords) -> Answer:
        """A picture with the same figures in words."""
        if words.view == EQUITY:
            return await self._equity(turn)
        if words.view == CONTAGION or words.by is not None:
            return await self._contagion(turn, words)
        return await self._candles(turn, words)

    async def _candles(self, turn: BotTurn, words: ChartWords) -> Answer:
        account = await _active(turn)
        state, key = account.state, _key(account.state, words)
        if words.preview is not None:
            shown = await planned(turn, words.preview)
            if shown is None:
                return Answer("preview_gone", ok=False)
            state, key = shown
        symbol = key[0] if key is not None else words.symbol or turn.market.tradable[0]
        span, now = words.span or USUAL, turn.market.time
        length = SPANS[span]
        bars = await bars_of(
            self._examiner.candles(turn.unit, account, {symbol}, now - length, now + _MINUTE), symbol, length
        )
        data: dict[str, Any] = {
            "symbol": symbol,
            "base": base_of(symbol),
            "span": span,
            "mark": turn.market.quote(symbol).mark,
            "planned": words.preview is not None,
            "path": _path_data(bars, now - length, width_of(length), turn.market.quote(symbol).mark),
            "position": None if key is None else position_levels(state, key, turn.market),
        }
        buttons = self._buttons(words, symbol, span, state, key)
        answer = Answer("chart", data, buttons, fresh=not words.here)
        if not bars and key is None:
            return answer
        bars = bars or alone(now, data["mark"])
        levels = data["position"] or {"levels": [{"kind": "mark", "price": data["mark"]}], "band": None}
        drawn = {
            "symbol": symbol,
            "base": data["base"],
            "span": span,
            "bars": bars_data(bars),
            "levels": levels["levels"],
            "band": levels["band"],
        }
        return await pictured(turn, answer, "candles", drawn)

    def _buttons(
        self,
        words: ChartWords,
        symbol: str,
        span: str,
        state: MarginAccount,
        key: PositionKey | None,
    ) -> tuple[tuple[Button, ...], ...]:
        spans = [
            Button("{span}", self._line(words, symbol=symbol, span=each, here=True), {"span": each})
            for each in SPANS
            if each != span
        ]
        if key is None or words.preview is not None:
            return (tuple(spans),)
        name = named(state, state.positions[key])[0]
        more = [
            Button(N_("Why this price?"), f"why liquidation {name}"),
            Button(N_("Positions"), "positions"),
        ]
        for other in _others(state, key)[:1]:
            line = f"chart contagion {SYMBOL.show(symbol)} by={SYMBOL.show(other)}"
            more.append(Button(N_("If {coin} moves"), line, {"coin": base_of(other)}))
        return (tuple(spans), tuple(more))

    def _line(self, words: ChartWords, **changed: Any) -> str:
        return self._chart.line(
            {each.name: getattr(words, each.name) for each in self._chart.params} | changed
        )

    async def _equity(self, turn: BotTurn) -> Answer:
        account = await _active(turn)
        found = await equity_of(turn.unit, account, self._examiner, turn.market)
        figures = account_figures(account.state, turn.market)
        data: dict[str, Any] = {"equity": figures.equity, "wallet": figures.wallet, "curve": None}
        buttons = ((Button(N_("Portfolio"), "portfolio"), Button(N_("History"), "history")),)
        answer = Answer("chart_equity", data, buttons, fresh=True)
        if found is None:
            return answer
        values = [Decimal(value) for _, value in found["points"]]
        kinds = [each["kind"] for each in found["marks"]]
        data["curve"] = {
            "since": found["points"][0][0],
            "highest": max(values),
            "lowest": min(values),
            "deposits": kinds.count("deposit"),
            "fundings": kinds.count("funding"),
            "liquidations": kinds.count("liquidation"),
        }
        return await pictured(turn, replace(answer, data=data), "equity", found)

    async def _contagion(self, turn: BotTurn, words: ChartWords) -> Answer:
        state = (await _active(turn)).state
        key = _key(state, words)
        others = () if key is None else _others(state, key)
        other = words.by or next(iter(others), None)
        if key is None or state.positions[key].isolated_wallet is not None or other not in others:
            data = {
                "base": None if key is None else base_of(key[0]),
                "cross": key is not None and state.positions[key].isolated_wallet is None,
            }
            return Answer("chart_no_contagion", data, ((Button(N_("Positions"), "positions"),),), ok=False)
        found = await asyncio.to_thread(contagion_data, state, key, str(other), turn.market)
        data = {name: value for name, value in found.items() if name != "points"}
        drawn = {name: value for name, value in found.items() if name != "rows"}
        back = [
            Button(N_("{coin}: chart"), f"chart {SYMBOL.show(each)}", {"coin": base_of(each)})
            for each in (key[0], str(other))
        ]
        answer = Answer("chart_contagion", data, rows_of(back, 2), fresh=True)
        return await pictured(turn, answer, "contagion", drawn)


async def _active(turn: BotTurn) -> Any:
    """The active account, without its lock; that of somebody who has just come is theirs alone anyway."""
    try:
        return (await account_asked(turn))[0]
    except NotThere:
        return await turn.account()


def _key(state: MarginAccount, words: ChartWords) -> PositionKey | None:
    """The position that is meant: of the contract and the leg that were named, else the first one."""
    found = [
        each.key
        for each in state.in_order()
        if words.symbol in {None, each.symbol} and words.side in {None, each.side}
    ]
    return found[0] if found else None


def _others(state: MarginAccount, key: PositionKey) -> tuple[str, ...]:
    """The other contracts whose prices move a cross position's liquidation price."""
    if state.positions[key].isolated_wallet is not None:
        return ()
    held = [each.symbol for each in state.in_order() if each.isolated_wallet is None]
    return tuple(dict.fromkeys(each for each in held if each != key[0]))


def _path_data(bars: Bars, begin: datetime, width: int, mark: Decimal) -> dict[str, Any] | None:
    """What candles say in words: where they begin and how far they went; None without any."""
    if not bars:
        return None
    first = bars[0]
    return {
        "since": first[0].isoformat(),
        "whole": first[0] <= begin + width * _MINUTE,
        "change": mark / first[1].open - 1,
        "high": max(each.high for _, each in bars),
        "low": min(each.low for _, each in bars),
    }
