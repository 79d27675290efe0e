"""What is kept of people: told, handed over, forgotten."""

from typing import Any

from bot.commands.asking import fresh, only_private, stamped
from bot.commands.link import LinkCommands, StampWords
from bot.core.command import Command, Visibility
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.services.people.export import Exports
from bot.services.people.forgetting import Forgetting
from bot.services.people.people import People
from bot.services.turn import BotTurn


class PrivacyCommands:
    """Handlers of `/privacy`, `/export` and `/forget`."""

    def __init__(self, exports: Exports, forgetting: Forgetting) -> None:
        self._exports = exports
        self._forgetting = forgetting

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="privacy",
                summary=N_("What is kept about you, and what is not"),
                handler=self.privacy,
                topic="more",
            ),
            Command(
                name="export",
                summary=N_("All that is kept about you, as files"),
                handler=self.export,
                visibility=private,
                topic="more",
            ),
            Command(
                name="forget",
                summary=N_("Have everything about you deleted"),
                handler=self.forget,
                visibility=private,
                topic="more",
            ),
            Command(
                name="forgetyes",
                acts=True,
                summary=N_("Delete everything about me"),
                handler=self.forgotten,
                arguments=StampWords,
                visibility=private,
                listed=False,
            ),
        )

    async def privacy(self, turn: BotTurn, _: Any) -> Answer:
        """What is kept."""
        deep = not turn.request.chat.private
        ways = (
            Button(N_("My data"), "export", deep=deep),
            Button(N_("Forget me…"), "forget", deep=deep),
        )
        return Answer("privacy", buttons=(ways,))

    async def export(self, turn: BotTurn, _: Any) -> Answer:
        """All of it, as files."""
        if not turn.request.chat.private:
            return only_private("export")
        wanted = await self._exports.wanted(turn.unit, turn.person_id)
        return Answer("export", {"parts": len(wanted) - 1}, files=wanted)

    async def forget(self, turn: BotTurn, _: Any) -> Answer:
        """Say what goes and what stays, and ask."""
        yes = Button(
            N_("Delete everything about me"), stamped("forgetyes", turn), style=Style.STOP, once=True
        )
        save = Button(N_("My data"), "export")
        return Answer("forget", {"what": "ask"}, ((yes,), (save, Button(N_("Cancel"), "cancel"))))

    async def forgotten(self, turn: BotTurn, words: StampWords) -> Answer:
        """Forget who asks; nothing in the answer says who that was."""
        if not fresh(words.stamp, turn):
            return await self.forget(turn, None)
        await self._forgetting.forget(turn)
        return Answer("forget", {"what": "done"})


def people_commands(people: People) -> tuple[Command[BotTurn], ...]:
    """All commands on what is kept of people."""
    return (
        *PrivacyCommands(people.exports, people.forgetting).commands(),
        *LinkCommands(people.linking, people.parting).commands(),
    )
