"""What people do in challenges: begin one, come in, leave, look, finish; one turn at a time."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.challenges.lifecycle import Joined, Lifecycle, Wish
from bot.services.challenges.message import Board, Cards
from bot.services.challenges.rules import USUAL_BALANCE, Pace
from bot.services.challenges.stage import (
    Stage,
    called_off,
    changed,
    ended_for,
    entry_open,
    rules_of,
    stage_of,
)
from bot.services.challenges.standings import score_data
from bot.services.challenges.tallies import look
from bot.services.markets import MAIN_MARKET, Markets
from bot.services.replays import Replays
from bot.services.school.nights import name_of
from bot.services.school.posting import Posting
from bot.services.turn import BotTurn
from bot.storage import challenges, chat_people, chats
from bot.storage.challenges import CHALLENGE, Challenge, Member

WhyNot = Callable[[BotTurn], Awaitable[str | None]]
"""Why who asks may not start a game in this chat now; None: they may."""
TABLE, SCORE = "standings", "score"
MOST_MINE = 8
UNNAMED = "%Y-%m-%d %H:%M"
"""What a challenge without a name is called where one is chosen: when it starts, in UTC."""


class Said(StrEnum):
    """What came of an act."""

    CREATED = "created"
    CALLED_OFF = "called-off"
    RUNNING = "running"
    IN = "in"
    BACK = "back"
    ALREADY = "already"
    CLOSED = "closed"
    LEFT = "left"
    OVER = "over"
    NOT_INVITED = "not-invited"
    GONE = "gone"
    GONE_EARLY = "gone-early"
    SHOWN = "shown"
    HIDDEN = "hidden"
    FINISHED = "finished"
    THROUGH = "through"
    NOT_OWN_PACE = "not-own-pace"
    NOT_IN = "not-in"
    NOT_HOST = "not-host"
    NONE = "none"
    MAIN = "main"

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self in _DONE


_DONE = frozenset(
    {
        Said.CREATED,
        Said.CALLED_OFF,
        Said.IN,
        Said.BACK,
        Said.GONE,
        Said.GONE_EARLY,
        Said.SHOWN,
        Said.HIDDEN,
        Said.FINISHED,
        Said.MAIN,
    }
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A challenge as somebody finds it; `member` None: never took part."""

    challenge: Challenge
    member: Member | None
    now: datetime

    @property
    def stage(self) -> Stage:
        return stage_of(self.challenge, self.now)

    @property
    def begun(self) -> bool:
        return self.stage is not Stage.LOBBY

    @property
    def over(self) -> bool:
        return self.stage in {Stage.CLOSING, Stage.OVER}

    @property
    def by_hand(self) -> bool:
        """Whether everybody plays their own tape."""
        return rules_of(self.challenge).pace is Pace.OWN

    @property
    def through(self) -> bool:
        """Whether nothing is left to do for this person."""
        return self.over or self.member is None or ended_for(self.member)

    @property
    def playing(self) -> bool:
        return not self.through

    @property
    def has_table(self) -> bool:
        return self.begun and not called_off(self.challenge)

    @property
    def open(self) -> bool:
        """Whether one can join."""
        return entry_open(self.challenge, self.now)


class Contests:
    """Challenges as the people in a chat meet them."""

    def __init__(
        self,
        lifecycle: Lifecycle,
        cards: Cards,
        board: Board,
        replays: Replays,
        markets: Markets,
        posting: Posting,
        why_not: WhyNot,
    ) -> None:
        self.lifecycle = lifecycle
        self.why_not = why_not
        self._cards = cards
        self._board = board
        self._replays = replays
        self._markets = markets
        self._posting = posting

    @property
    def tapes(self) -> Sequence[str]:
        """The ids of all tapes."""
        return self.lifecycle.shelf.ids

    # Which one

    async def running(self, turn: BotTurn) -> Challenge | None:
        """The challenge that goes on in this chat."""
        return await challenges.running_in(turn.unit, turn.request.chat.key)

    async def seen(self, turn: BotTurn, which: str | None = None) -> Seen | None:
        """The challenge of that id, if it is one of this chat or of this person; without an id that of the chat, in
        private that of the account.
        """
        challenge = await self._named(turn, which)
        if challenge is None:
            return None
        here = challenge.chat_key == turn.request.chat.key
        member = await challenges.member(turn.unit, challenge.id, turn.person_id)
        invited = turn.person_id in challenge.body["invited"]
        if not here and member is None and not invited:
            return None
        if here and challenge.body["muted"] and challenge.ended_at is None:  # the bot is heard here again
            challenge = changed(challenge, muted=False)
            challenges.save(turn.unit, challenge)
        return Seen(challenge, member, turn.now)

    async def _named(self, turn: BotTurn, which: str | None) -> Challenge | None:
        if which is not None:
            return await challenges.find(turn.unit, which)
        if turn.request.chat.private:
            return await turn.challenge()
        return await self.running(turn) or await challenges.latest_in(turn.unit, turn.request.chat.key)

    async def mine(self, turn: BotTurn) -> list[tuple[Challenge, str]]:
        """The challenges that go on with somebody in them, the latest first, with their names."""
        found: list[tuple[Challenge, str]] = []
        for member in (await challenges.of_person(turn.unit, turn.person_id))[:MOST_MINE]:
            challenge = await challenges.find(turn.unit, member.challenge_id)
            gone = member.left_at is not None
            if challenge is not None and not gone and not Seen(challenge, member, turn.now).over:
                name = rules_of(challenge).name or challenge.starts_at.strftime(UNNAMED)
                found.append((challenge, name))
        return found

    # What is done

    async def create(self, turn: BotTurn, wish: Wish) -> Said:
        """Begin a challenge in this chat, with who asks as host and first member. Raises NoSuchTape."""
        chat, unit = turn.request.chat, turn.unit
        settings = await chats.find(unit, chat.platform, chat.chat)
        made = await self.lifecycle.create(
            unit,
            wish,
            kind=CHALLENGE,
            chat_key=chat.key,
            host_id=turn.person_id,
            language=(settings.language if settings else None) or turn.language,
            now=turn.now,
            thread=chat.thread,
        )
        if made is None:
            return Said.RUNNING
        turn.once = True
        await self._come_in(turn, made)
        return Said.CREATED

    async def join(self, turn: BotTurn, which: str | None = None) -> Said:
        """Take part in the challenge of this chat, or one that who asks was invited to."""
        seen = await self.seen(turn, which)
        if seen is None:
            return Said.NONE
        return Said((await self._come_in(turn, seen.challenge)).value)

    async def _come_in(self, turn: BotTurn, challenge: Challenge) -> Joined:
        joined = await self.lifecycle.join(turn.unit, challenge, turn.person_id, name_of(turn), turn.now)
        if joined in {Joined.IN, Joined.BACK}:
            turn.once = True
            if challenge.chat_key is not None:
                chat_people.took_part(turn.unit, challenge.chat_key, turn.person_id, turn.now)
        return joined

    async def leave(self, turn: BotTurn, seen: Seen) -> Said:
        """Leave a challenge."""
        if seen.member is None or seen.through:
            return Said.NOT_IN
        turn.once = True
        await self.lifecycle.leave(turn.unit, seen.challenge, seen.member, turn.now)
        return Said.GONE if seen.begun else Said.GONE_EARLY

    async def finish(self, turn: BotTurn, seen: Seen) -> Said:
        """Play one's own tape to its end."""
        run = (
            None if seen.member is None else await self._replays.of_account(turn.unit, seen.member.account_id)
        )
        if run is None:
            return Said.THROUGH
        turn.once = True
        await self._replays.finish(turn, run)
        return Said.FINISHED

    async def show(self, turn: BotTurn, seen: Seen, *, shown: bool) -> Said:
        """Be named in the table, or not."""
        if seen.member is None or seen.member.left_at is not None:
            return Said.NOT_IN
        await self.lifecycle.show(turn.unit, seen.member, shown=shown)
        return Said.SHOWN if shown else Said.HIDDEN

    async def may_call_off(self, turn: BotTurn) -> bool:
        """Whether who asks is the host of the chat's challenge, or an admin of the chat."""
        running = await self.running(turn)
        return running is not None and (
            running.host_id == turn.person_id or await self._posting.is_admin(turn.request)
        )

    async def call_off(self, turn: BotTurn) -> Said:
        """End the chat's challenge without a result, as its host or an admin wants."""
        running = await self.running(turn)
        if running is None:
            return Said.NONE
        turn.once = True
        done = await self.lifecycle.call_off(turn.unit, running, turn.now)
        return Said.CALLED_OFF if done else Said.OVER

    def turn_to(self, turn: BotTurn, seen: Seen | None) -> None:
        """Let the private chat speak of the account of a challenge, or (None) of the main account."""
        account = None if seen is None or seen.member is None else seen.member.account_id
        challenges.turn_to(turn.unit, turn.person_id, account, turn.now)

    # What is shown

    async def card(self, turn: BotTurn, seen: Seen, *, private: bool) -> Answer:
        """What a challenge is, and where who asks stands, if the answer is `private`."""
        fresh = self._markets.banner(MAIN_MARKET).get("kind") != "stale"
        live = rules_of(seen.challenge).pace is Pace.LIVE
        return await self._cards.own(
            turn.unit, seen.challenge, seen.member if private else None, turn.now, fresh=fresh or not live
        )

    def score(self, seen: Seen | None) -> Answer:
        """How the score is made, with the figures of who asks where there are any."""
        if seen is None:
            return Answer(SCORE, score_data(None, USUAL_BALANCE))
        return Answer(SCORE, score_data(seen.member, rules_of(seen.challenge).balance))

    async def table(self, turn: BotTurn, seen: Seen, *, private: bool) -> Answer:
        """The table, with the place of who asks if the answer is `private`; at one's own pace it is brought up to date
        first.
        """
        if seen.by_hand and seen.stage is Stage.RUNNING:
            await look(turn.unit, seen.challenge, self._markets.snapshot, turn.now)
        which = seen.challenge.id
        board = await self._board(turn.unit, seen.challenge, turn.person_id if private else None)
        picture = Button(N_("Picture"), f"tablepicture which={which}", anyone=True)
        score = Button(N_("How it is scored"), "score", anyone=True)
        proof = Button(N_("Proof"), f"proof which={which}", anyone=True)
        first = (picture,) if board["rows"] else ()
        last = (proof,) if board["final"] and not board["called_off"] else ()
        return Answer(TABLE, board).with_buttons((*first, score, *last))
