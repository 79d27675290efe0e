"""Margin, leverage and margin mode of positions and contracts."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from bot.commands.cards import base_of, liquidation_data, position_data
from bot.commands.kinds import AMOUNT, LEVERAGE, MODE, MOVE, SIDE, SYMBOL
from bot.commands.legs import named
from bot.commands.results import confirm_row, done_answer
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.orders import Done, NothingOpen, Orders
from bot.services.plans import Plan
from bot.services.turn import BotTurn
from engine.intents import ChangeMargin
from engine.margin import account_figures, position_figures
from engine.position import MarginMode, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginWords:
    """What `/margin` takes."""

    move: int = param(MOVE, N_("Add to the position's margin, or take out"))
    amount: Decimal = param(AMOUNT, N_("How much, in USDT"))
    symbol: str | None = param(
        SYMBOL, N_("Which isolated position; the only one if you name none"), default=None
    )
    side: Side | None = param(SIDE, N_("Which leg, where both are open"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverageWords:
    """What `/leverage` takes."""

    symbol: str = param(SYMBOL, N_("Which contract, such as btc"))
    leverage: int = param(LEVERAGE, N_("Leverage, such as 5x"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeWords:
    """What `/mode` takes."""

    symbol: str = param(SYMBOL, N_("Which contract, such as btc"))
    mode: MarginMode = param(MODE, N_("Isolated or cross margin"))


class MarginCommands:
    """Handlers of what changes a position without trading it."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="margin",
                summary=N_("Add margin to an isolated position, or take some out"),
                handler=self.margin,
                arguments=MarginWords,
                visibility=private,
                topic="trade",
                form=True,
                moves_money=True,
                examples=("margin add 50 btc", "margin remove 20 btc"),
            ),
            Command(
                name="leverage",
                acts=True,
                summary=N_("Set the leverage of a contract"),
                handler=self.leverage,
                arguments=LeverageWords,
                visibility=private,
                topic="trade",
                examples=("leverage btc 5x",),
            ),
            Command(
                name="mode",
                acts=True,
                summary=N_("Set the margin mode of a contract: isolated or cross"),
                handler=self.mode,
                arguments=ModeWords,
                visibility=private,
                topic="trade",
                examples=("mode btc isolated", "mode eth cross"),
            ),
        )

    async def margin(self, turn: BotTurn, words: MarginWords) -> Answer:
        """Preview a move of margin, or carry it out at once if previews are off."""
        account = await turn.account()
        isolated = [
            each
            for each in account.state.in_order()
            if each.isolated_wallet is not None
            and words.symbol in {None, each.symbol}
            and words.side in {None, each.side}
        ]
        verb = "add" if words.move > 0 else "remove"
        start = f"margin {verb} {AMOUNT.show(words.amount)}"
        if len(isolated) > 1:
            buttons = [
                Button(label, f"{start} {name}", values)
                for name, label, values in map(partial(named, account.state), isolated)
            ]
            return Answer("ask_position", {"what": "margin"}, rows_of(buttons))
        if words.symbol is None and not isolated:
            raise NothingOpen
        symbol = words.symbol or isolated[0].symbol
        side = isolated[0].side if isolated else words.side
        intent = ChangeMargin(symbol, words.amount * words.move, side)
        if not turn.previews:
            return await done_answer(turn, await self._orders.carry_out(turn, "margin", (intent,)))
        line = " ".join((start, SYMBOL.show(symbol), *([words.side.value] if words.side else [])))
        plan = Plan.of("margin", line, (intent,), account.state, turn.market)
        preview = await self._orders.keep(turn, plan)
        name = named(account.state, isolated[0])[0] if isolated else SYMBOL.show(symbol)
        why = Button(N_("Why this price?"), f"why liquidation {name}")
        data = await self._margin_data(turn, intent)
        return Answer("preview_margin", data).with_buttons((*confirm_row(preview), why))

    async def _margin_data(self, turn: BotTurn, intent: ChangeMargin) -> dict[str, Any]:
        state = (await turn.account()).state
        _, after = await self._orders.trial(turn, (intent,))
        held = next((each for each in state.legs(intent.symbol) if intent.side in {None, each.side}), None)
        if held is None:
            raise NothingOpen
        figures = account_figures(after, turn.market)
        return {
            "reason": None,
            "base": base_of(intent.symbol),
            "symbol": intent.symbol,
            "amount": abs(intent.amount),
            "adds": intent.amount > 0,
            "before": liquidation_data(position_figures(state, held.key, turn.market)),
            "after": liquidation_data(position_figures(after, held.key, turn.market)),
            "margin_before": held.isolated_wallet,
            "margin": after.positions[held.key].isolated_wallet,
            "available": figures.available,
        }

    async def leverage(self, turn: BotTurn, words: LeverageWords) -> Answer:
        """Set the leverage of a contract."""
        done = await self._orders.change_leverage(turn, words.symbol, words.leverage)
        return await self._settings(turn, words.symbol, "leverage", done)

    async def mode(self, turn: BotTurn, words: ModeWords) -> Answer:
        """Set the margin mode of a contract."""
        done = await self._orders.change_mode(turn, words.symbol, words.mode)
        return await self._settings(turn, words.symbol, "mode", done)

    async def _settings(self, turn: BotTurn, symbol: str, what: str, done: Done) -> Answer:
        settings = done.after.settings_of(symbol)
        held = done.after.position(symbol)
        contract = turn.market.contract(symbol)
        data = {
            "what": what,
            "symbol": symbol,
            "base": base_of(symbol),
            "changed": bool(done.events),
            "leverage": settings.leverage,
            "mode": settings.mode,
            "most": contract.max_leverage,
            "most_notional": contract.max_notional(settings.leverage),
            "open": held is not None,
            "position": position_data(position_figures(done.after, held.key, turn.market)) if held else None,
        }
        why = (Button(N_("Why this price?"), f"why liquidation {SYMBOL.show(symbol)}"),) if held else ()
        return Answer("symbol_settings", data).with_buttons(why)
