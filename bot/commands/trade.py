"""Orders: open and close, each with its preview."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from bot.commands.cards import (
    base_of,
    fills_data,
    outcome_data,
    position_data,
)
from bot.commands.kinds import LEVERAGE, MODE, SHARE, SIDE, SIZE, SL, SYMBOL, TAG, TP
from bot.commands.legs import is_late, named
from bot.commands.results import confirm_row, done_answer
from bot.commands.warnings import Stop, warnings_of
from bot.commands.what import ask_about
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.services.orders import NothingOpen, Orders, OrderWords
from bot.services.plans import Plan
from bot.services.portfolio import closed_trades
from bot.services.resting import closing, result_at, stop_of
from bot.services.school import prediction
from bot.services.sizes import Size
from bot.services.turn import BotTurn
from engine.account import MarginAccount
from engine.intents import Open, Place
from engine.margin import account_figures
from engine.market import MarketSnapshot
from engine.position import MarginMode, Side
from engine.scenario import Outcome, both_modes

QUICK_SIZES = ("1%", "2%", "5%")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWords:
    """What `/open` takes, in any order."""

    symbol: str = param(SYMBOL, N_("Which contract, such as btc"))
    side: Side = param(SIDE, N_("Long earns when the price rises, short when it falls"))
    size: Size | None = param(SIZE, N_("Margin 500 or 2%, notional =5000, or coins 0.1btc"), default=None)
    leverage: int | None = param(LEVERAGE, N_("Leverage, such as 5x"), default=None)
    mode: MarginMode | None = param(MODE, N_("Isolated or cross margin"), default=None)
    tag: str | None = param(TAG, N_("Name of a strategy, such as #breakout"), default=None)
    tp: Decimal | None = param(TP, N_("Take-profit price, such as tp=55000"), default=None)
    sl: Decimal | None = param(SL, N_("Stop-loss price, such as sl=47000"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedWords:
    """An order whose size is still to be said."""

    symbol: str = param(SYMBOL, N_("Which contract, such as btc"))
    side: Side = param(SIDE, N_("Long earns when the price rises, short when it falls"))
    leverage: int = param(LEVERAGE, N_("Leverage, such as 5x"))
    mode: MarginMode = param(MODE, N_("Isolated or cross margin"))
    size: Size = param(SIZE, N_("Margin 500 or 2%, notional =5000, or coins 0.1btc"))
    tag: str | None = param(TAG, N_("Name of a strategy, such as #breakout"), default=None)
    tp: Decimal | None = param(TP, N_("Take-profit price, such as tp=55000"), default=None)
    sl: Decimal | None = param(SL, N_("Stop-loss price, such as sl=47000"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseWords:
    """What `/close` takes."""

    symbol: str | None = param(SYMBOL, N_("Which position; the only one if you name none"), default=None)
    share: Decimal | None = param(SHARE, N_("How much of it: 50%, half or all"), default=None)
    side: Side | None = param(SIDE, N_("Which leg, where both are open"), default=None)


class TradeCommands:
    """Handlers of orders; what they decide comes from `Orders`."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="open",
                summary=N_("Open a paper position, with a preview in both margin modes"),
                handler=self.open,
                arguments=OpenWords,
                visibility=private,
                topic="trade",
                moves_money=True,
                examples=(
                    "open btc long 5x isolated",
                    "open eth short 3x cross 2%",
                    "open sol long =1000",
                    "open btc long 5x sl=47000",
                ),
            ),
            Command(
                name="close",
                summary=N_("Close a position or a part of it"),
                handler=self.close,
                arguments=CloseWords,
                visibility=private,
                topic="trade",
                moves_money=True,
                examples=("close btc", "close btc half", "close all"),
            ),
            Command(
                name="sized",
                summary=N_("How much?"),
                handler=self.sized,
                arguments=SizedWords,
                visibility=private,
                form=True,
                listed=False,
            ),
        )

    async def open(self, turn: BotTurn, words: OpenWords) -> Answer:
        """Preview an order in both modes, or carry it out at once if previews are off."""
        order = OrderWords(words.symbol, words.side, words.size, words.leverage, words.mode)
        intent = await self._orders.open_intent(turn, order)
        intents: tuple[Open | Place, ...] = (intent, *await self._stops(turn, words))
        if not turn.previews:
            return await done_answer(turn, await self._orders.carry_out(turn, "open", intents, words.tag))
        return await self._preview_open(turn, intent, intents, words)

    async def _stops(self, turn: BotTurn, words: OpenWords) -> tuple[Place, ...]:
        """The stop-loss and the take-profit that an order brings along."""
        state = (await turn.account()).state
        return tuple(
            Place(closing(state, words.symbol, words.side, price, profit=profit))
            for price, profit in ((words.sl, False), (words.tp, True))
            if price is not None
        )

    async def sized(self, turn: BotTurn, words: SizedWords) -> Answer:
        """Preview an order whose size was asked for by a button."""
        turn.suggested = True
        whole = OpenWords(
            symbol=words.symbol,
            side=words.side,
            size=words.size,
            leverage=words.leverage,
            mode=words.mode,
            tag=words.tag,
            tp=words.tp,
            sl=words.sl,
        )
        return await self.open(turn, whole)

    async def _preview_open(
        self, turn: BotTurn, intent: Open, intents: tuple[Open | Place, ...], words: OpenWords
    ) -> Answer:
        account = await turn.account()
        both = both_modes(intent, account.state, turn.market)
        chosen = both.isolated if intent.mode is MarginMode.ISOLATED else both.cross
        other = both.cross if chosen is both.isolated else both.isolated
        if chosen.refusal is not None:
            raise chosen.refusal
        _, after = await self._orders.trial(turn, intents)
        figures = account_figures(account.state, turn.market)
        quote = turn.market.quote(intent.symbol)
        line = _open_line(intent, words)
        plan = Plan.of("open", line, intents, account.state, turn.market, words.tag)
        preview = await self._orders.keep(turn, plan)
        fills = fills_data(chosen.events)
        trades = await closed_trades(turn.unit, account.id)
        hides = await prediction.asks(turn, chosen.figures)
        data: dict[str, Any] = {
            "reason": None,
            "hidden": hides,
            "symbol": intent.symbol,
            "base": base_of(intent.symbol),
            "side": intent.side,
            "leverage": intent.leverage,
            "mode": intent.mode,
            "quantity": intent.quantity,
            "mark": quote.mark,
            "price": fills[-1]["price"] if "price" in fills[-1] else fills[0]["price"],
            "notional": intent.quantity * quote.mark,
            "fills": fills,
            "closes": chosen.closes,
            "flips": chosen.flips,
            "adds": any(row["what"] == "increased" for row in fills),
            "isolated": _shown(both.isolated, figures.equity, hides=hides),
            "cross": _shown(both.cross, figures.equity, hides=hides),
            "equity": figures.equity,
            "tag": words.tag,
            "sl": _ending(words.sl, chosen, figures.equity, turn.market),
            "tp": _ending(words.tp, chosen, figures.equity, turn.market),
            "warnings": warnings_of(
                intent, chosen, figures.equity, trades, _stop(after, intent, chosen, turn.market)
            ),
        }
        switch: tuple[Button, ...] = ()
        if other.refusal is None:
            to_cross = other.mode is MarginMode.CROSS
            label = N_("Cross instead") if to_cross else N_("Isolated instead")
            switch = (Button(label, _open_line(replace(intent, mode=other.mode), words), suggested=True),)
        rest = _open_line(intent, replace(words, size=None))
        sizes = [Button("{size}", f"{rest} {each}", {"size": each}, suggested=True) for each in QUICK_SIZES]
        sized = "sized" + rest.removeprefix("open")
        why = Button(N_("Why this price?"), f"why liquidation preview={preview}")
        look = () if hides else (Button(N_("Picture"), f"chart preview={preview}"),)
        if hides:
            turn.set_pending(f"guessprice preview={preview}")
            why = Button(N_("Show it"), f"guessprice preview={preview}")
        return Answer("preview_open", data).with_buttons(
            (Button(N_("Confirm"), f"confirm {preview}", style=Style.GO, once=True), *switch),
            (*sizes, Button(N_("Other size…"), sized)),
            (
                why,
                *look,
                ask_about("card=preview"),
                Button(N_("Cancel"), f"drop {preview}", style=Style.STOP),
            ),
        )

    async def close(self, turn: BotTurn, words: CloseWords) -> Answer:
        """Preview a close, or carry it out at once if previews are off."""
        account = await turn.account()
        symbol, share, side = words.symbol, words.share, words.side
        everything = symbol is None and side is None and share == 1
        held = [
            each
            for each in account.state.in_order()
            if symbol in {None, each.symbol} and side in {None, each.side}
        ]
        if not account.state.positions:
            raise NothingOpen
        if len(held) > 1 and not everything:
            part = f" {SHARE.show(share)}" if share is not None else ""
            buttons = [
                Button(label, f"close {name}{part}", values)
                for name, label, values in map(partial(named, account.state), held)
            ]
            if symbol is None and side is None:
                buttons.append(Button(N_("All"), "close all"))
            return Answer("ask_position", {"what": "close"}, rows_of(buttons))
        amount = Decimal(1) if share is None else share
        intents = await self._orders.close_intents(turn, symbol, amount, side)
        if not turn.previews:
            return await done_answer(turn, await self._orders.carry_out(turn, "close", intents))
        line = " ".join(
            (
                "close",
                *([SYMBOL.show(symbol)] if symbol else []),
                *([SHARE.show(share)] if share is not None else []),
                *([side.value] if side else []),
            )
        )
        events, after = await self._orders.trial(turn, intents)
        fills = fills_data(events)
        plan = Plan.of("close", line, intents, account.state, turn.market)
        preview = await self._orders.keep(turn, plan)
        data = {
            "reason": None,
            "fills": fills,
            "net": sum((row["net"] for row in fills), Decimal(0)),
            "before": [position_data(each) for each in account_figures(account.state, turn.market).positions],
            "equity": account_figures(after, turn.market).equity,
        }
        row = confirm_row(preview)
        if len(intents) == 1:
            closed = account.state.positions.get((intents[0].symbol, intents[0].side or Side.LONG))
            if closed is not None:
                row = (*row, Button(N_("Why this result?"), f"why pnl {named(account.state, closed)[0]}"))
        return Answer("preview_close", data).with_buttons(row)


def _open_line(intent: Open, words: OpenWords) -> str:
    """The order as a line; words without a size leave it out, so that another can be put after it."""
    parts = ["open", SYMBOL.show(intent.symbol), intent.side.value, f"{intent.leverage}x"]
    if intent.mode is not None:
        parts.append(intent.mode.value)
    if words.size is not None:
        parts.append(SIZE.show(words.size))
    if words.tag is not None:
        parts.append(TAG.show(words.tag))
    parts += [kind.show(price) for kind, price in ((TP, words.tp), (SL, words.sl)) if price is not None]
    return " ".join(parts)


def _shown(outcome: Outcome, equity: Decimal, *, hides: bool) -> dict[str, Any]:
    """An outcome without its liquidation price, where that is to be guessed first."""
    data = outcome_data(outcome, equity)
    return data | {"liquidation": None, "distance": None} if hides else data


def _ending(
    price: Decimal | None, chosen: Outcome, equity: Decimal, market: MarketSnapshot
) -> dict[str, Any] | None:
    """What a position comes to at its stop or its target, all fees taken off."""
    if price is None or chosen.figures is None:
        return None
    held = chosen.figures.position
    net = result_at(held, price, market.contract(held.symbol)) - chosen.fee
    return {"price": price, "net": net, "share": abs(net) / equity if equity > 0 else None}


def _stop(after: MarginAccount, intent: Open, chosen: Outcome, market: MarketSnapshot) -> Stop | None:
    """The stop that the position has once the order is carried out."""
    price = stop_of(after, intent.symbol, intent.side)
    if price is None or chosen.figures is None:
        return None
    loss = chosen.fee - result_at(chosen.figures.position, price, market.contract(intent.symbol))
    return Stop(price, loss, is_late(chosen.figures, price))
