"""Challenges put together: what people do in them, the clock that drives them, and what ends them."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.core.clock import Clock
from bot.core.wording import Wording
from bot.services.challenges.clock import ChallengeClock
from bot.services.challenges.contests import Contests, WhyNot
from bot.services.challenges.debrief import Debriefs
from bot.services.challenges.ending import Endings, Sealed
from bot.services.challenges.lifecycle import Lifecycle
from bot.services.challenges.message import Cards
from bot.services.challenges.proof import actions_hash
from bot.services.challenges.showing import Debrief, Showing
from bot.services.challenges.standings import standings_data
from bot.services.challenges.tallies import Reels
from bot.services.challenges.together import Together
from bot.services.markets import Markets
from bot.services.replays import Replays
from bot.services.school.posting import Posting
from bot.services.settlement import Settlement
from bot.storage import Store
from bot.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Challenges:
    """What commands, duels and the running bot need of challenges."""

    lifecycle: Lifecycle
    contests: Contests
    clock: ChallengeClock
    reels: Reels


def build_challenges(
    store: Store,
    wording: Wording,
    markets: Markets,
    clock: Clock,
    telemetry: Telemetry,
    replays: Replays,
    settlement: Settlement,
    posting: Posting,
    why_not: WhyNot,
    *,
    keep: Callable[[], Awaitable[None]],
    wake: Callable[[], object],
    debrief: Debrief | None = None,
    sealed: Sealed = actions_hash,
    chosen: Callable[[Sequence[str]], str] = secrets.choice,
) -> Challenges:
    """Challenges over an open database. `keep` stores the minutes of prices that are not stored yet, `wake` is called
    once there is something to deliver, `chosen` draws a tape.
    """
    report = telemetry.incident
    together = Together(store.unit, replays.shelf, markets, settlement, clock, wake=wake, report=report)
    markets.load_through(together.load_market)
    reels = Reels(replays.shelf, keep)
    endings = Endings(store.unit, reels, replays, clock, sealed, report)
    replays.end_through(endings.through)
    cards = Cards(standings_data)
    showing = Showing(store, wording, clock, telemetry, posting, cards, debrief or Debriefs(reels), wake=wake)
    driver = ChallengeClock(store, markets, clock, telemetry, together, endings, showing, wake=wake)
    lifecycle = Lifecycle(replays, together, markets, driver.wake, chosen)
    contests = Contests(lifecycle, cards, standings_data, replays, markets, posting, why_not)
    return Challenges(lifecycle, contests, driver, reels)
