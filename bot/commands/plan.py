"""The plan card of a challenge: three taps before a position is opened, and what became of earlier plans."""

from dataclasses import dataclass
from typing import Any

from bot.commands.cards import base_of
from bot.commands.kinds import SIDE, SYMBOL, TEXT
from bot.commands.results import confirm_row
from bot.core.command import Command, Visibility
from bot.core.params import ChoiceKind, param
from bot.core.reply import Answer
from bot.core.texts import N_
from bot.services.challenges.plan_cards import EXIT_LABELS, PlanCards, compared, competes
from bot.services.challenges.planned import Exit, Loss, Reason
from bot.services.turn import BotTurn
from engine.position import Side

SHOWN = 8
EXIT = ChoiceKind(
    "exit",
    {each.value: each for each in Exit},
    {each.value: label for each, label in EXIT_LABELS.items()},
)
LOSS = ChoiceKind(
    "accepted",
    {each.value: each for each in Loss},
    {
        "1%": N_("1 % of my equity"),
        "2%": N_("2 % of my equity"),
        "5%": N_("5 % of my equity"),
        "10%": N_("10 % of my equity"),
        "margin": N_("All its margin"),
    },
)
REASON = ChoiceKind(
    "reason",
    {each.value: each for each in Reason},
    {
        "trend": N_("It follows the trend"),
        "turn": N_("I expect a turn"),
        "hedge": N_("It hedges another position"),
        "trying": N_("To try something out"),
        "feeling": N_("A feeling"),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWords:
    """What a plan says."""

    symbol: str = param(SYMBOL, N_("Which contract, such as btc"))
    side: Side = param(SIDE, N_("Long or short"))
    exit: Exit = param(EXIT, N_("How you mean to get out"))
    loss: Loss = param(LOSS, N_("The most you accept to lose"))
    reason: Reason = param(REASON, N_("Why you open it"))
    preview: str | None = param(TEXT, N_("Of which preview"), default=None, hidden=True)


class PlanCommands:
    """Handlers of `/plan` and `/plans`."""

    def __init__(self, cards: PlanCards) -> None:
        self._cards = cards

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            Command(
                name="plan",
                acts=True,
                summary=N_("In a challenge: plan a position before you open it"),
                handler=self.plan,
                arguments=PlanWords,
                visibility=Visibility.PRIVATE,
                topic="compete",
                examples=("plan btc long stop 2% trend",),
            ),
            Command(
                name="plans",
                summary=N_("In a challenge: your plans beside what you did"),
                handler=self.plans,
                visibility=Visibility.PRIVATE,
                topic="compete",
            ),
        )

    async def plan(self, turn: BotTurn, words: PlanWords) -> Answer:
        """Keep a plan, and lead back to the order."""
        if not competes(await turn.account()):
            return Answer("plan_refused", ok=False)
        made = await self._cards.plan(turn, (words.symbol, words.side), words.exit, words.loss, words.reason)
        data = {
            "base": base_of(words.symbol),
            "side": words.side,
            "exit": made.exit.value,
            "loss": made.loss.value,
            "reason": made.reason.value,
            "accepted": made.accepted,
            "preview": words.preview is not None,
        }
        row = confirm_row(words.preview) if words.preview is not None else ()
        return Answer("plan_made", data).with_buttons(row)

    async def plans(self, turn: BotTurn, _: Any) -> Answer:
        """The latest plans, and what became of each."""
        account = await turn.account()
        if not competes(account):
            return Answer("plan_refused", ok=False)
        found = await compared(turn.unit, account, turn.now)
        closed = [each for each in found if each["way"] is not None]
        data = {
            "plans": list(found[:SHOWN]),
            "closed": len(closed),
            "kept": sum(bool(each["went_by"]) for each in closed),
        }
        return Answer("plans", data)
