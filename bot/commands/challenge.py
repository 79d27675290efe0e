"""Challenges of groups: begin one, take part, see where one stands, play one's tape to the end."""

from typing import Any

from bot.commands import challenge_wizard as wizard
from bot.commands.challenge_arguments import (
    ButtonWords,
    ChallengeWords,
    SureWords,
    TableWords,
    WhichWords,
    WishWords,
)
from bot.core.command import Command, Visibility
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button, Style
from bot.core.request import Pressed
from bot.core.texts import N_
from bot.core.turn import AlreadyAnswered
from bot.services.challenges.contests import Contests, Said, Seen
from bot.services.challenges.lifecycle import NoPrice, NoSuchTape
from bot.services.turn import BotTurn

_ASKED = frozenset({Said.CREATED, Said.CALLED_OFF})
"""What answers a question in the chat, whose message tells it."""
_SEEN = _ASKED | {Said.IN, Said.BACK}
"""What everybody sees in the living message, so that it need not be said."""


class ChallengeCommands:
    """Handlers of challenges."""

    def __init__(self, contests: Contests) -> None:
        self._contests = contests
        self._wizard: Command[BotTurn] = Command(
            name=wizard.WIZARD,
            summary=N_("Choose what a challenge is like"),
            handler=self.wizard,
            arguments=WishWords,
            listed=False,
            acts=True,
        )

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="challenge",
                summary=N_("In a group: the same start for all, ranked by surviving"),
                handler=self.challenge,
                arguments=ChallengeWords,
                topic="compete",
                acts=True,
                examples=(
                    "challenge",
                    "challenge create",
                    "challenge create tape together 10000 20x btc eth 2h",
                    "challenge create live 3d 5x entry=30m",
                ),
            ),
            self._wizard,
            Command(
                name="join",
                summary=N_("Take part in this chat's challenge, with an account of its own"),
                handler=self.join,
                arguments=WhichWords,
                topic="compete",
                acts=True,
            ),
            Command(
                name="leave",
                summary=N_("Leave a challenge"),
                handler=self.leave,
                arguments=SureWords,
                visibility=private,
                topic="compete",
                acts=True,
            ),
            Command(
                name="standings",
                summary=N_("The table of a challenge; hide or show takes your name out or in"),
                handler=self.standings,
                arguments=TableWords,
                topic="compete",
                acts=True,
                examples=("standings", "standings hide", "standings show"),
            ),
            Command(
                name="finish",
                summary=N_("In a challenge at your own pace: play the tape to its end"),
                handler=self.finish,
                arguments=SureWords,
                visibility=private,
                topic="compete",
                acts=True,
            ),
            Command(
                name="main",
                summary=N_("Back to your main account, in your private chat"),
                handler=self.main,
                visibility=private,
                topic="compete",
                acts=True,
            ),
            Command(
                name="score",
                summary=N_("How a challenge is scored, with your own figures"),
                handler=self.score,
                arguments=WhichWords,
                visibility=private,
                topic="compete",
            ),
            Command(
                name="enter",
                summary=N_("Turn to your account of a challenge"),
                handler=self.enter,
                arguments=ButtonWords,
                visibility=private,
                listed=False,
            ),
            Command(
                name="table",
                summary=N_("The table of a challenge"),
                handler=self.table,
                arguments=ButtonWords,
                visibility=private,
                listed=False,
            ),
        )

    # Beginning one

    async def challenge(self, turn: BotTurn, words: ChallengeWords) -> Answer:
        """Look at the challenge of this chat or account, begin one, or call it off."""
        wished = any(
            each is not None for each in (words.pace, words.tape, words.length, words.balance, words.cap)
        )
        if words.act == "create" or (words.act is None and wished):
            return await self._create(turn, words)
        if words.act == "cancel":
            return await self._call_off(turn, words)
        seen = await self._contests.seen(turn, words.which)
        if seen is None:
            return await self._none(turn)
        return await self._card(turn, seen, private=turn.request.chat.private)

    async def wizard(self, turn: BotTurn, words: WishWords) -> Answer:
        """The next question, or all that was chosen."""
        if turn.request.chat.private:
            return refused("group")
        asked = wizard.heard(words, self._line(words), ask=True)
        question = wizard.question(asked)
        if question is not None:
            turn.set_pending(wizard.line_of(asked))
            return question
        try:
            return wizard.summary(asked, wizard.wish_of(asked, turn.now, turn.time_zone))
        except wizard.BadWish as bad:
            return refused(bad.code, **bad.figures)

    async def _create(self, turn: BotTurn, words: WishWords) -> Answer:
        if turn.request.chat.private:
            return refused("group")
        why = await self._contests.why_not(turn)
        if why is not None:
            return refused("may-not", why=why)
        running = await self._contests.running(turn)
        if running is not None:
            return refused("running")
        asked = wizard.heard(words, self._line(words), ask=False)
        question = wizard.question(asked)
        if question is not None:
            turn.set_pending(wizard.line_of(asked))
            return question
        try:
            wish = wizard.wish_of(asked, turn.now, turn.time_zone)
            said = await self._contests.create(turn, wish)
        except wizard.BadWish as bad:
            return refused(bad.code, **bad.figures)
        except NoPrice as missing:
            return refused("coin", coin=missing.symbol.removesuffix("USDT"))
        except NoSuchTape:
            return refused("no-tape", most=len(self._contests.tapes))
        return self._said(turn, said)

    async def _call_off(self, turn: BotTurn, words: ChallengeWords) -> Answer:
        if not await self._contests.may_call_off(turn):
            said = Said.NOT_HOST if await self._contests.running(turn) is not None else Said.NONE
            return self._said(turn, said)
        if not words.sure:
            yes = Button(N_("Call it off"), "challenge cancel sure=yes", style=Style.STOP, once=True)
            return Answer("challenge_sure", {"what": "cancel"}, ((yes,),))
        return self._said(turn, await self._contests.call_off(turn))

    # Taking part

    async def join(self, turn: BotTurn, words: WhichWords) -> Answer:
        """Take part in the challenge of this chat."""
        return self._said(turn, await self._contests.join(turn, words.which))

    async def leave(self, turn: BotTurn, words: SureWords) -> Answer:
        """Leave: at once before the start, after a question later."""
        seen = await self._contests.seen(turn, words.which)
        if seen is None or seen.member is None or seen.member.left_at is not None or seen.over:
            return self._said(turn, Said.NOT_IN)
        if seen.through:
            return self._said(turn, Said.THROUGH)
        if seen.begun and not words.sure:
            line = f"leave which={seen.challenge.id} sure=yes"
            yes = Button(N_("Leave for good"), line, style=Style.STOP, once=True)
            return Answer("challenge_sure", {"what": "leave"}, ((yes,),))
        return self._said(turn, await self._contests.leave(turn, seen))

    async def finish(self, turn: BotTurn, words: SureWords) -> Answer:
        """Play one's tape to its end, with what is open, once for each update."""
        before = await turn.answered(None)
        if before is not None:
            raise AlreadyAnswered(before)
        seen = await self._contests.seen(turn, words.which)
        if seen is None or seen.member is None or seen.member.left_at is not None:
            return self._said(turn, Said.NOT_IN)
        if not seen.by_hand:
            return self._said(turn, Said.NOT_OWN_PACE)
        if seen.through:
            return self._said(turn, Said.THROUGH)
        if not words.sure:
            line = f"finish which={seen.challenge.id} sure=yes"
            yes = Button(N_("Play it to the end"), line, style=Style.STOP, once=True)
            go_on = Button(N_("Go on"), f"enter {seen.challenge.id}", style=Style.GO)
            return Answer("challenge_sure", {"what": "finish"}, ((yes, go_on),))
        return self._said(turn, await self._contests.finish(turn, seen))

    async def enter(self, turn: BotTurn, words: ButtonWords) -> Answer:
        """From here on the private chat speaks of the account of that challenge."""
        seen = await self._contests.seen(turn, words.which)
        if seen is None or seen.member is None or seen.member.left_at is not None:
            return self._said(turn, Said.NOT_IN)
        if not seen.through:
            self._contests.turn_to(turn, seen)
        return await self._card(turn, seen, private=True)

    async def main(self, turn: BotTurn, _: Any) -> Answer:
        """From here on the private chat speaks of the main account."""
        self._contests.turn_to(turn, None)
        buttons = (Button(N_("Portfolio"), "portfolio"), Button(N_("Challenges"), "challenge"))
        return Answer("challenge_said", {"said": Said.MAIN.value}, (buttons,))

    # Looking

    async def standings(self, turn: BotTurn, words: TableWords) -> Answer:
        """The table, or whether one is named in it."""
        seen = await self._contests.seen(turn, words.which)
        if seen is None:
            return await self._none(turn)
        if words.shown is not None:
            return self._said(turn, await self._contests.show(turn, seen, shown=words.shown))
        return await self._contests.table(turn, seen, private=turn.request.chat.private)

    async def score(self, turn: BotTurn, words: WhichWords) -> Answer:
        """How the score is made."""
        return self._contests.score(await self._contests.seen(turn, words.which))

    async def table(self, turn: BotTurn, words: ButtonWords) -> Answer:
        """The table for one person."""
        seen = await self._contests.seen(turn, words.which)
        if seen is None:
            return await self._none(turn)
        return await self._contests.table(turn, seen, private=True)

    async def _card(self, turn: BotTurn, seen: Seen, *, private: bool) -> Answer:
        """What a challenge is, with what can be done now: by anybody in a group, in private by who asks."""
        answer = await self._contests.card(turn, seen, private=private)
        which = seen.challenge.id
        table = (Button(N_("Table"), f"table {which}", anyone=True),) if seen.has_table else ()
        score = Button(N_("How it is scored"), "score", anyone=True)
        if private:
            main = (Button(N_("Main account"), "main"),) if seen.playing and turn.request.chat.private else ()
            first = _controls(seen) if seen.playing else ()
            return answer.with_buttons(first, (*table, score, *main))
        join = Button(N_("Join"), f"join which={which}", style=Style.GO, anyone=True)
        mine = Button(N_("My account"), f"enter {which}", anyone=True)
        again = Button(N_("Begin one"), wizard.WIZARD, style=Style.GO)
        if seen.over:
            return answer.with_buttons((*table, score), (again,))
        return answer.with_buttons((join, mine) if seen.open else (mine,), (*table, score))

    async def _none(self, turn: BotTurn) -> Answer:
        """There is no challenge here: what there is instead."""
        mine = [] if not turn.request.chat.private else await self._contests.mine(turn)
        buttons = [Button("{name}", f"enter {each.id}", {"name": name}) for each, name in mine]
        private = turn.request.chat.private
        if not private:
            buttons.append(Button(N_("Begin one"), wizard.WIZARD, style=Style.GO))
        data = {"private": private, "mine": len(mine)}
        return Answer("challenge_none", data, rows_of(buttons, 1), ok=bool(mine))

    def _line(self, words: WishWords) -> str:
        """The words as one line that reads the same again."""
        values = {each.name: getattr(words, each.name) for each in self._wizard.params}
        return self._wizard.line(values).partition(" ")[2]

    def _said(self, turn: BotTurn, said: Said) -> Answer:
        """What only the one who acted is told; nothing where the living message tells it and nobody can be whispered to."""
        request = turn.request
        pressed = isinstance(request.input, Pressed)
        if said in _SEEN and not pressed and not request.whispers and not request.chat.private:
            return Answer("unsaid")
        whispered = (pressed or request.whispers) and not request.chat.private
        asked = pressed and said in _ASKED
        return Answer("challenge_said", {"said": said.value}, ok=said.ok, private=whispered and not asked)


def _controls(seen: Seen) -> tuple[Button, ...]:
    """What somebody who plays can do with their account."""
    trade = Button(N_("Open a position"), "open", style=Style.GO)
    look = Button(N_("Portfolio"), "portfolio")
    if not seen.begun:
        return (look,)
    if seen.by_hand:
        end = Button(N_("Finish"), f"finish which={seen.challenge.id}")
        return (trade, look, Button(N_("The tape"), "replay status"), end)
    return (trade, look)


def refused(code: str, **figures: Any) -> Answer:
    """The answer to a challenge that cannot be."""
    return Answer("challenge_refused", {"code": code, "figures": figures}, ok=False)
