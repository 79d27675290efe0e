"""One person on two platforms: `/link` joins them by a one-time code, `/unlink` parts them."""

from dataclasses import dataclass
from typing import Any

from bot.commands.asking import fresh, only_private, stamped
from bot.commands.kinds import TEXT
from bot.commands.learn_words import LINE
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.services.people.linking import LASTS, MOST_TRIES, NAMES, Linking, Offer, Refused
from bot.services.people.parting import Parting
from bot.services.turn import BotTurn

MINUTES = int(LASTS.total_seconds() // 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWords:
    """What `/link` takes."""

    code: str | None = param(
        LINE, N_("The code that /link showed you on the other platform; none to get one"), default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StampWords:
    """When the button was made."""

    stamp: str = param(TEXT, N_("When the button was made"))


class LinkCommands:
    """Handlers of `/link` and `/unlink`."""

    def __init__(self, linking: Linking, parting: Parting) -> None:
        self._linking = linking
        self._parting = parting

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="link",
                summary=N_("Be one person on Telegram and Discord, by a one-time code"),
                handler=self.link,
                arguments=LinkWords,
                visibility=private,
                topic="more",
                examples=("link", "link ABC-DEF-GHJ"),
            ),
            Command(
                name="linkyes",
                acts=True,
                summary=N_("Join the two"),
                handler=self.join,
                visibility=private,
                listed=False,
            ),
            Command(
                name="unlink",
                summary=N_("Part this platform from your others, and begin anew here"),
                handler=self.unlink,
                visibility=private,
                topic="more",
            ),
            Command(
                name="unlinkyes",
                acts=True,
                summary=N_("Begin anew here"),
                handler=self.part,
                arguments=StampWords,
                visibility=private,
                listed=False,
            ),
        )

    async def link(self, turn: BotTurn, words: LinkWords) -> Answer:
        """Show a code, or look at one that is said."""
        if not turn.request.chat.private:
            return only_private("link")
        if words.code is not None:
            return self._looked_at(await self._linking.present(turn, words.code))
        made = await self._linking.code(turn)
        if made is None:
            return Answer("link", {"what": "about"}, ((Button(N_("Show a code"), "link"),),))
        data = {"what": "code", "code": made.text, "minutes": MINUTES, "until": made.until.isoformat()}
        return Answer("link", data)

    def _looked_at(self, found: Offer | Refused) -> Answer:
        if isinstance(found, Refused):
            return _refused(found)
        names = [NAMES[each] for each in found.platforms]
        data = {"what": "offer", "names": names, "open": found.open_items, "until": found.until.isoformat()}
        yes = Button(N_("Join them"), "linkyes", style=Style.GO, once=True)
        return Answer("link", data, ((yes, Button(N_("Cancel"), "cancel")),))

    async def join(self, turn: BotTurn, _: Any) -> Answer:
        """Join, once it was offered and confirmed."""
        found = await self._linking.join(turn)
        if isinstance(found, Refused):
            return _refused(found)
        ways = (Button(N_("Portfolio"), "portfolio"), Button(N_("Progress"), "progress"))
        return Answer("link", {"what": "joined", "names": [NAMES[each] for each in found]}, (ways,))

    async def unlink(self, turn: BotTurn, _: Any) -> Answer:
        """Ask whether this platform is to begin anew."""
        others = await self._parting.others(turn)
        if not others:
            return Answer("unlink", {"what": "only", "names": []}, ok=False)
        data = {"what": "ask", "names": [NAMES[each] for each in others]}
        yes = Button(N_("Begin anew here"), stamped("unlinkyes", turn), style=Style.STOP, once=True)
        return Answer("unlink", data, ((yes, Button(N_("Cancel"), "cancel")),))

    async def part(self, turn: BotTurn, words: StampWords) -> Answer:
        """Begin anew on this platform."""
        if not fresh(words.stamp, turn):
            return await self.unlink(turn, None)
        if not await self._parting.leave(turn):
            return Answer("unlink", {"what": "only", "names": []}, ok=False)
        return Answer("unlink", {"what": "parted", "names": []}, ((Button(N_("What can I do?"), "help"),),))


def _refused(why: Refused) -> Answer:
    data = {
        "what": why.why.value,
        "left": why.left,
        "most": MOST_TRIES,
        "until": None if why.until is None else why.until.isoformat(),
        "names": [] if why.platform is None else [NAMES[why.platform]],
        "name": why.name,
    }
    return Answer("link", data, ok=False)
