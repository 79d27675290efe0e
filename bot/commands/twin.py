"""The twin: the same fills in the other margin mode, beside the account as it is."""

from collections.abc import Sequence
from typing import Any

from bot.commands.cards import base_of, position_data
from bot.core.command import Command, Visibility
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.turn import BotTurn
from bot.services.twin import Ended, NotFilled, Twin, twin_of
from engine.margin import AccountFigures
from engine.position import MarginMode

LISTED = 6


class TwinCommands:
    """The handler of `/twin`; it only looks."""

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (
            Command(
                name="twin",
                summary=N_("Your same trades in the other margin mode: what would have become of them"),
                handler=self.twin,
                visibility=Visibility.PRIVATE,
                topic="learn",
            ),
        )

    async def twin(self, turn: BotTurn, _: Any) -> Answer:
        """Both accounts side by side, and where they parted."""
        found = await twin_of(turn)
        if found is None:
            return Answer("twin_empty").with_buttons((Button(N_("Open a first position"), "open"),))
        row = (
            Button(N_("History"), "history"),
            *((Button(N_("Isolated or cross"), "compare"),) if found.own.positions else ()),
        )
        return Answer("twin", _twin_data(found)).with_buttons(row)


def _twin_data(found: Twin) -> dict[str, Any]:
    other = None
    if found.mode is not None:
        other = MarginMode.CROSS if found.mode is MarginMode.ISOLATED else MarginMode.ISOLATED
    opens = [each for each in found.refused if each.opens]
    return {
        "mode": found.mode,
        "other_mode": other,
        "fills": found.fills,
        "since": found.since.isoformat(),
        "own": _account_data(found.own, found.ended),
        "other": _account_data(found.other, found.ended_other),
        "difference": found.other.equity - found.own.equity,
        "parted": _parted_data(found),
        "refused": [_refused_data(each) for each in opens[:LISTED]],
        "more_refused": max(0, len(opens) - LISTED),
        "not_closed": len(found.refused) - len(opens),
        "known_from": None if found.known_from is None else found.known_from.isoformat(),
        "whole": found.whole,
        "width": found.width,
    }


def _account_data(figures: AccountFigures, ended: Sequence[Ended]) -> dict[str, Any]:
    return {
        "wallet": figures.wallet,
        "equity": figures.equity,
        "positions": [position_data(each) for each in figures.positions],
        "liquidations": [_ended_data(each) for each in ended[-LISTED:]],
        "liquidated": len(ended),
    }


def _ended_data(each: Ended) -> dict[str, Any]:
    return {
        "at": each.at.isoformat(),
        "symbol": each.symbol,
        "base": base_of(each.symbol),
        "side": each.side,
        "mark": each.mark,
    }


def _refused_data(each: NotFilled) -> dict[str, Any]:
    return {
        "at": each.at.isoformat(),
        "symbol": each.symbol,
        "base": base_of(each.symbol),
        "side": each.side,
        "quantity": each.quantity,
        "price": each.price,
        "code": each.code,
    }


def _parted_data(found: Twin) -> dict[str, Any] | None:
    """What first went differently: `lost` only the twin was liquidated, `saved` only the account, `refused` a fill."""
    parted = found.parted
    if parted is None:
        return None
    if isinstance(parted, NotFilled):
        return {"what": "refused", **_refused_data(parted)}
    return {"what": "saved" if parted in found.ended else "lost", **_ended_data(parted)}
