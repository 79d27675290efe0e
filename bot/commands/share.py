"""`/share`: somebody's own card shown to a group, knowingly; nothing else shows a balance there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.core.command import Command
from bot.core.params import ChoiceKind, param
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.services.turn import BotTurn

CARD = ChoiceKind(
    "shared-card",
    {"positions": "positions", "portfolio": "portfolio"},
    {"positions": N_("Positions"), "portfolio": N_("Portfolio")},
    {"pos": "positions", "account": "portfolio"},
)
KNOWING = ChoiceKind("share-knowing", {"sure": True}, {"sure": N_("Yes, show it")})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareWords:
    """What `/share` takes."""

    card: str = param(CARD, N_("Which card: positions or portfolio"))
    sure: bool | None = param(KNOWING, N_("That everybody may see it"), default=None, hidden=True)


class ShareCommands:
    """The handler of `/share`; among `commands` are those whose answers may be shared."""

    def __init__(self, commands: Iterable[Command[BotTurn]]) -> None:
        self._cards = {each.name: each for each in commands if each.name in CARD.values}

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (
            Command(
                name="share",
                acts=True,
                summary=N_("In a group: show your positions or portfolio to everybody"),
                handler=self.share,
                arguments=ShareWords,
                topic="look",
                examples=("share positions", "share portfolio"),
            ),
        )

    async def share(self, turn: BotTurn, words: ShareWords) -> Answer:
        """Ask first; then show the card as it is now, without its buttons, which are the owner's."""
        if turn.request.chat.private:
            return Answer("share", {"what": "private", "card": words.card}, ok=False)
        if not words.sure:
            yes = Button(N_("Yes, show it"), f"share {words.card} sure=sure", style=Style.GO, once=True)
            return Answer("share", {"what": "asked", "card": words.card}, ((yes,),))
        card = self._cards[words.card]
        answer = await card.handler(turn, card.build({}))
        turn.once = True
        return replace(answer, buttons=(), private=False)
