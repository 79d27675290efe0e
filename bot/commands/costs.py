"""`/costs`: what fees, funding and liquidations took, and what the prices gave."""

from typing import Any

from bot.core.command import Command, Visibility
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.costs import Costs, costs
from bot.services.turn import BotTurn
from engine.decimals import ZERO

LESSONS = {
    "fees": Button(N_("Lesson on fees"), "lesson fees"),
    "funding": Button(N_("Lesson on funding"), "lesson funding"),
    "liquidations": Button(N_("Lesson on liquidation"), "lesson after-liquidation"),
}
"""Where each cost is taught."""


class CostCommands:
    """The handler of `/costs`; it only looks."""

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (
            Command(
                name="costs",
                summary=N_("What fees, funding and liquidations took, and what prices gave"),
                handler=self.costs,
                visibility=Visibility.PRIVATE,
                topic="look",
            ),
        )

    async def costs(self, turn: BotTurn, _: Any) -> Answer:
        """The parts of the result so far."""
        account = await turn.account()
        found = await costs(turn.unit, account, turn.market)
        worst = _worst(found)
        buttons = [LESSONS[worst]] if worst else []
        buttons.append(Button(N_("History"), "history"))
        data = {
            "given": found.given,
            "equity": found.equity,
            "change": found.change,
            "fees": found.fees,
            "funding": found.funding,
            "received": found.funding_received,
            "liquidations": found.liquidations,
            "liquidated": found.liquidated,
            "closed": found.closed,
            "open": found.open,
            "covered": found.covered,
            "edge": found.edge,
            "trades": found.trades,
            "fee_each": -found.fees / found.trades if found.trades else ZERO,
            "worst": worst,
        }
        return Answer("costs", data, rows_of(buttons, 2))


def _worst(found: Costs) -> str | None:
    """Which cost took the most; None where none took anything."""
    taken = {name: getattr(found, name) for name in LESSONS}
    name = min(taken, key=lambda each: taken[each])
    return name if taken[name] < ZERO else None
