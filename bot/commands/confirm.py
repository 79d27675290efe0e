"""The confirmation of previews: carried out once, renewed where what they showed no longer holds."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from bot.commands.kinds import TEXT
from bot.commands.results import done_answer
from bot.core.binder import Binder, Bound
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.reply import Answer
from bot.core.texts import N_
from bot.core.words import split_words
from bot.services.challenges.plan_cards import PlanMissing
from bot.services.orders import Done, Gone, Orders, Renewed
from bot.services.turn import BotTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewWords:
    """Which preview is meant."""

    preview: str = param(TEXT, N_("The preview's id"))


class ConfirmCommands:
    """Handlers of previews' buttons; `previewed` are the commands whose previews they confirm."""

    def __init__(self, orders: Orders, previewed: Iterable[Command[BotTurn]], binder: Binder) -> None:
        self._orders = orders
        self._previewed = {each.name: each for each in previewed}
        self._binder = binder

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="confirm",
                acts=True,
                summary=N_("Carry out a preview"),
                handler=self.confirm,
                arguments=PreviewWords,
                visibility=private,
                listed=False,
                moves_money=True,
            ),
            Command(
                name="drop",
                acts=True,
                summary=N_("Cancel a preview"),
                handler=self.drop,
                arguments=PreviewWords,
                visibility=private,
                listed=False,
            ),
        )

    async def confirm(self, turn: BotTurn, words: PreviewWords) -> Answer:
        """Carry out a preview, or show a new one, with the reason, where it no longer holds."""
        try:
            outcome = await self._orders.confirm(turn, words.preview)
        except PlanMissing as missing:
            turn.discard()
            return missing.answer(words.preview)
        match outcome:
            case Done():
                return await done_answer(turn, outcome)
            case Gone():
                return Answer("preview_gone", ok=False)
            case Renewed(reason, line):
                answer = await self._again(turn, line)
                return replace(answer, data={**answer.data, "reason": reason}, ok=False)
            case _:
                assert_never(outcome)

    async def _again(self, turn: BotTurn, line: str) -> Answer:
        turn.suggested = True
        name, *words = split_words(line)
        command = self._previewed[name]
        binding = self._binder.bind(command, words)
        if not isinstance(binding, Bound):
            return Answer("preview_gone", ok=False)
        return await command.handler(turn, command.build(binding.values))

    async def drop(self, turn: BotTurn, words: PreviewWords) -> Answer:
        """Cancel a preview."""
        dropped = await self._orders.withdraw(turn, words.preview)
        return Answer("cancelled", {"what": "preview"}) if dropped else Answer("preview_gone", ok=False)
