"""`/duel @name`: an invitation in a group, and what becomes of it."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.commands.challenge_words import StakeKind
from bot.core.command import Command
from bot.core.params import ChoiceKind, Typed, param
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.core.words import Lexicon
from bot.services.challenges.duels import Duels, Invitation, Taken, meant
from bot.services.challenges.lifecycle import NoSuchTape
from bot.services.challenges.rules import LEAST_BALANCE, MOST_BALANCE, USUAL_BALANCE, USUAL_CAP, Pace
from bot.services.school.nights import name_of
from bot.services.turn import BotTurn

_MENTION = re.compile(r"@([a-z0-9_.]{2,32})|<@!?([0-9]{5,20})>")
_IDS = re.compile(r"by-([0-9a-f]{12})-([a-z2-7]{12})")  # never to be taken for a number
PACE = ChoiceKind(
    "duel-pace",
    {"tape": Pace.OWN, "live": Pace.LIVE},
    {"tape": N_("The same hidden tape"), "live": N_("The live market")},
)
DEED = ChoiceKind("duel-deed", {each: each for each in ("accept", "decline")})


@dataclass(frozen=True, slots=True)
class MentionKind(Typed):
    """Somebody by the platform's mention: `@name`, or `<@123>` as Discord writes it."""

    name: str = "mention"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _MENTION.fullmatch(word.casefold())
        return (found[1] or found[2]) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return f"<@{value}>" if str(value).isdigit() else f"@{value}"


@dataclass(frozen=True, slots=True)
class InvitationKind(Typed):
    """An invitation as its buttons carry it: who made it, and its own id."""

    name: str = "invitation"
    free: bool = False

    def read(self, word: str, lexicon: Lexicon) -> object | None:
        found = _IDS.fullmatch(word)
        return (found[1], found[2]) if found else None

    def read_bare(self, number: Decimal, lexicon: Lexicon) -> object | None:
        return None

    def show(self, value: Any) -> str:
        return "-".join(("by", *value))


@dataclass(frozen=True, slots=True, kw_only=True)
class DuelWords:
    """What `/duel` takes."""

    who: str | None = param(
        MentionKind(), N_("Whom, such as @name; anybody if you name nobody"), default=None
    )
    pace: Pace | None = param(PACE, N_("On a hidden tape or in the live market"), default=None)
    balance: Decimal | None = param(StakeKind(), N_("Start balance in USDT, such as 10000"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedWords:
    """What a button of an invitation carries."""

    deed: str = param(DEED, N_("What to do"))
    duel: tuple[str, str] = param(InvitationKind(), N_("Which invitation"))


class DuelCommands:
    """Handlers of duels."""

    def __init__(self, duels: Duels) -> None:
        self._duels = duels

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            Command(
                name="duel",
                acts=True,
                summary=N_("In a group: challenge one person, on the same tape or market"),
                handler=self.duel,
                arguments=DuelWords,
                topic="compete",
                examples=("duel @bob", "duel @bob live 10000", "duel"),
            ),
            Command(
                name="duelling",
                acts=True,
                summary=N_("Accept or decline a duel"),
                handler=self.deed,
                arguments=DeedWords,
                listed=False,
            ),
        )

    async def duel(self, turn: BotTurn, words: DuelWords) -> Answer:
        """Invite somebody."""
        balance = USUAL_BALANCE if words.balance is None else words.balance
        if turn.request.chat.private:
            return _refused("group")
        if not LEAST_BALANCE <= balance <= MOST_BALANCE:
            return _refused("balance", least=LEAST_BALANCE, most=MOST_BALANCE)
        if words.who and meant(words.who, turn.request):
            return _refused("yourself")
        made = await self._duels.invite(turn, words.who or "", words.pace or Pace.OWN, balance)
        if made is None:
            return _refused("many")
        place = InvitationKind().show(made.place)
        accept = Button(N_("Accept"), f"duelling accept {place}", style=Style.GO, anyone=True)
        decline = Button(N_("Decline"), f"duelling decline {place}", style=Style.STOP, anyone=True)
        return Answer("duel", {"what": "invited", **_data(made)}, ((accept, decline),))

    async def deed(self, turn: BotTurn, words: DeedWords) -> Answer:
        """Accept, decline, or take back."""
        if words.deed == "decline":
            taken, found = await self._duels.decline(turn, words.duel)
        else:
            try:
                taken, found, _ = await self._duels.accept(turn, words.duel)
            except NoSuchTape:
                return _refused("tape")
        if found is None or taken in {Taken.GONE, Taken.OWN, Taken.NOT_YOU}:
            return _refused(taken.value)
        go = Button(N_("Play in private"), "challenge", anyone=True, deep=True)
        buttons = ((go,),) if taken is Taken.BEGUN else ()
        return Answer(
            "duel", {"what": taken.value, **_data(found), "other": {"name": name_of(turn)}}, buttons
        )


def _data(it: Invitation) -> dict[str, Any]:
    return {
        "host": {"name": it.host_name},
        "invited": {"name": "" if it.invited.isdigit() else it.invited},
        "named": bool(it.invited),
        "pace": it.pace.value,
        "balance": it.balance,
        "cap": USUAL_CAP,
        "until": it.until.isoformat(),
    }


def _refused(why: str, **figures: Decimal) -> Answer:
    return Answer("duel_refused", {"why": why, **figures}, ok=False, private=True)
