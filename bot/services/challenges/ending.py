"""The end of a challenge: figures become final, accounts are put aside, everybody is told. Each step may be done again."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.clock import Clock
from bot.core.identity import new_id
from bot.core.reply import plain
from bot.services.challenges.badges import Badge, award
from bot.services.challenges.lifecycle import put_aside
from bot.services.challenges.rules import Pace, Rules
from bot.services.challenges.score import UNRANKED, ranked
from bot.services.challenges.stage import called_off, changed, ended_for, figures_final, rules_of
from bot.services.challenges.tallies import Reels, final, finished
from bot.services.replays import Replays
from bot.storage import UnitOfWork, VersionConflict, challenges, outbox
from bot.storage.accounts import Account
from bot.storage.challenges import Challenge, Member
from bot.storage.tables import NO_ONE

TOLD_AT_ONCE = 200
ATTEMPTS = 4
LATE = timedelta(minutes=1)
"""A live challenge that ends later than this ends when it does, not when it should have: prices were missing till then."""

Sealed = Callable[[UnitOfWork, Challenge], Awaitable[str]]
"""The hash of the log of all members' actions, once their figures are final."""


class Endings:
    """Ends challenges. `sealed` makes the hash that is published at the end; `report` hears of what went wrong."""

    def __init__(
        self,
        unit: Callable[[], UnitOfWork],
        reels: Reels,
        replays: Replays,
        clock: Clock,
        sealed: Sealed,
        report: Callable[[Exception], object],
    ) -> None:
        self._unit = unit
        self._reels = reels
        self._replays = replays
        self._clock = clock
        self._sealed = sealed
        self._report = report

    async def through(self, unit: UnitOfWork, account: Account, now: datetime) -> None:
        """A member's own tape has been played to its end: their figures are final (bot.services.replays.Ended)."""
        member = await challenges.member_of_account(unit, account.id)
        challenge = None if member is None else await challenges.find(unit, member.challenge_id)
        if member is not None and challenge is not None and not ended_for(member):
            await self._final(unit, challenge, member, now)

    async def end(self, challenge: Challenge) -> Challenge:
        """Bring a challenge whose time has come to where only its chat has to be told; the challenge after it.

        Killed at any moment, it goes on where it was: members one by one, then what they are told, then the challenge.
        """
        if figures_final(challenge):
            return challenge
        challenge = await self._begun(challenge)
        async with self._unit() as unit:
            members = await challenges.members_of(unit, challenge.id)
        for each in members:
            await self._surely(challenge, each)
        return await self._told(challenge)

    async def _begun(self, challenge: Challenge) -> Challenge:
        """Nobody trades from here on; when that is, is stored once."""
        if challenge.body["ending"]:
            return challenge
        now = self._clock.now()
        async with self._unit() as unit:
            late = rules_of(challenge).pace is Pace.LIVE and now - challenge.ends_at > LATE
            early = now < challenge.ends_at
            after = changed(challenge, ending=True)
            after = replace(after, ends_at=now) if late or early else after
            challenges.save(unit, after)
        return after

    async def _surely(self, challenge: Challenge, member: Member) -> None:
        """One member; what cannot be done must not keep the others from their end."""
        for _ in range(ATTEMPTS):
            try:
                await self._member(challenge, member)
            except VersionConflict:  # somebody acted at this moment
                continue
            except Exception as fault:  # noqa: BLE001 - as above
                self._report(fault)
            return

    async def _member(self, challenge: Challenge, member: Member) -> None:
        rules = rules_of(challenge)
        if rules.pace is Pace.OWN and not ended_for(member) and not called_off(challenge):
            await self._replays.play_out(member.account_id)
        async with self._unit() as unit:
            now = self._clock.now()
            current = await challenges.member_of_account(unit, member.account_id) or member
            if rules.pace is Pace.OWN:
                await self._replays.give_up(unit, member.account_id, now)
            else:
                await put_aside(unit, member.account_id, now)
            if not ended_for(current) and not called_off(challenge):
                await self._final(unit, challenge, current, now)

    async def _final(self, unit: UnitOfWork, challenge: Challenge, member: Member, now: datetime) -> None:
        """Store the exact figures of somebody who trades no more; the provisional ones, where these cannot be had."""
        rules = rules_of(challenge)
        done = member
        try:
            tally = await final(unit, challenge, member, self._reels)
            done = finished(member, tally, rules.balance, self._end_of(challenge, rules))
            challenges.set_figures(unit, done)
        except Exception as fault:  # noqa: BLE001 - one life that cannot be told must not keep the others from their end
            self._report(fault)
        challenges.set_status(unit, replace(done, finished_at=now))

    def _end_of(self, challenge: Challenge, rules: Rules) -> datetime:
        return challenge.ends_at if rules.pace is Pace.LIVE else self._reels.reel(rules).tape.end

    async def _told(self, challenge: Challenge) -> Challenge:
        """Tell every member their own result, then store that all of this is done."""
        async with self._unit() as unit:
            members = [
                each for each in await challenges.members_of(unit, challenge.id) if each.left_at is None
            ]
        ranks = ranked([each.score for each in members])
        told = list(zip(members, ranks, strict=True))
        told = [each for each in told if each[0].person_id != NO_ONE]
        many = sum(each is not None for each in ranks)
        for start in range(0, len(told), TOLD_AT_ONCE):
            async with self._unit() as unit:
                for member, rank in told[start : start + TOLD_AT_ONCE]:
                    now = self._clock.now()
                    earned = () if called_off(challenge) else await award(unit, challenge, member, now)
                    self._tell(unit, challenge, member, rank, many, earned)
        async with self._unit() as unit:
            sealed = None if called_off(challenge) else await self._sealed(unit, challenge)
            after = changed(challenge, closing=self._clock.now().isoformat(), actions_hash=sealed)
            challenges.save(unit, after)
        return after

    def _tell(
        self,
        unit: UnitOfWork,
        challenge: Challenge,
        member: Member,
        rank: int | None,
        many: int,
        earned: Sequence[Badge],
    ) -> None:
        rules, now = rules_of(challenge), self._clock.now()
        data = {
            "id": challenge.id,
            "name": rules.name,
            "duel": challenge.kind != challenges.CHALLENGE,
            "called_off": called_off(challenge),
            "start": rules.balance,
            "equity": member.equity,
            "result": member.equity - rules.balance,
            "drawdown": member.drawdown,
            "liquidations": member.liquidations,
            "score": None if member.score == UNRANKED else member.score,
            "rank": rank,
            "of": many,
            "badges": [each.value for each in earned],
            "banner": {},
        }
        key = f"challenge_result:{member.account_id}"
        outbox.post(
            unit, outbox.Notice(new_id(), member.person_id, "challenge_result", plain(data), now, key)
        )
