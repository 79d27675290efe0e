"""The composition root: everything is built here, once, and passed to whoever needs it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.charts.charts import Charts
from bot.charts.text import text_chart
from bot.content.catalogue import Language, load_languages
from bot.content.wording import CatalogueWording
from bot.core.binder import Binder
from bot.core.clock import Clock, ManualClock, SystemClock
from bot.core.router import Router
from bot.declared import Parts, build_lexicon, build_registry
from bot.market import FeedMetrics, FixedFeed, LiveFeed, ReplayFeed, SimulatedFeed, build_feed
from bot.services.alerts import Alerts
from bot.services.attention import Thresholds
from bot.services.challenges.assembly import Challenges, build_challenges
from bot.services.challenges.duels import INVITATION, expired
from bot.services.challenges.proof import KIND as PROOF
from bot.services.challenges.proof import ProofMaker
from bot.services.control import Control
from bot.services.describe import describe
from bot.services.examiner import Examiner
from bot.services.files import FileMakers
from bot.services.groups.class_file import KIND as CLASS_REPORT
from bot.services.groups.class_file import class_report_csv
from bot.services.groups.flood import Flood
from bot.services.groups.groups import Groups, build_groups
from bot.services.groups.settings import Starting
from bot.services.housekeeping import Housekeeping
from bot.services.markets import Markets
from bot.services.notifier import Notifier
from bot.services.past_prices import KeptPrices, TapePrices
from bot.services.people.people import People, build_people
from bot.services.pictures.maker import PictureMaker
from bot.services.pictures.wanted import CHART
from bot.services.postmortem import PostMortems
from bot.services.price_alerts import PriceAlerts
from bot.services.proposals import Proposer, Scan
from bot.services.recording import Past, Recording, read_past
from bot.services.replays import Replays
from bot.services.school.curricula import Curricula
from bot.services.school.gate import Gate
from bot.services.school.lessons import Lessons
from bot.services.school.practice import Practice
from bot.services.school.quiz_nights import QuizNights, build_quiz_nights
from bot.services.school.school import School, build_school
from bot.services.settlement import Settlement
from bot.services.tapes import Shelf
from bot.services.ticker import Ticker
from bot.services.turn import BotTurn, BotTurns
from bot.storage import Store
from bot.telemetry import Telemetry
from engine.contracts import Contract, load_contracts
from engine.market import MarketSnapshot

AnyFeed = FixedFeed | SimulatedFeed | ReplayFeed | LiveFeed


@dataclass(frozen=True, slots=True)
class Plan:
    """What a running bot is made of; the command line and the environment are translated to it."""

    database: str
    market: str = "simulated"
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    tape: str | None = None
    speed: Decimal = Decimal(1)
    seed: int | None = None
    spread: Decimal | None = None
    slippage: Decimal | None = None
    ws_url: str | None = None
    stale_after: timedelta | None = None
    balance: Decimal = Decimal(10_000)
    language: str = "en"
    allowed: frozenset[str] = frozenset()
    gate: bool = False  # whether leverage has to be learnt on the console, too
    admins: frozenset[str] = frozenset()  # of the bot, as platform:user
    flood: bool = False  # whether who asks too much is held up; never on the console
    watch: bool = False  # for many accounts: an index in memory instead of a scan at each tick
    start: datetime | None = None  # when a fixed or simulated market begins; empty: now


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot without its fronts."""

    store: Store
    feed: AnyFeed
    clock: Clock
    router: Router[BotTurn]
    wording: CatalogueWording
    notifier: Notifier
    settlement: Settlement
    ticker: Ticker
    postmortems: PostMortems
    recording: Recording
    replays: Replays
    lessons: Lessons
    housekeeping: Housekeeping
    school: School
    quiz_nights: QuizNights
    challenges: Challenges
    groups: Groups
    people: People
    control: Control
    telemetry: Telemetry
    charts: Charts

    async def live(self) -> None:
        """Follow the market and deliver notices until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.follow(), name="market")
            tasks.create_task(self.notifier.run(), name="notifier")
            tasks.create_task(self.housekeeping.run(), name="housekeeping")
            tasks.create_task(self.school.jobs.run(), name="jobs")
            tasks.create_task(self.quiz_nights.clock.run(), name="quiz nights")
            tasks.create_task(self.challenges.clock.run(), name="challenges")
            tasks.create_task(self.groups.posts.run(), name="posts to groups")
            tasks.create_task(self.replays.run(), name="replays")
            tasks.create_task(self.postmortems.run(), name="post-mortems")
            tasks.create_task(self.people.forgetting.run(), name="forgetting")

    async def follow(self) -> None:
        """Follow the market until cancelled; who calls delivers the notices."""
        await self.feed.run(self._tick)

    async def _tick(self, market: MarketSnapshot) -> None:
        try:
            if await self.ticker.tick(market):
                self.notifier.wake()
        except Exception as fault:  # noqa: BLE001 - the next tick settles what this one could not
            self.telemetry.incident(fault)


@asynccontextmanager
async def build(
    plan: Plan, telemetry: Telemetry, languages: Mapping[str, Language] | None = None
) -> AsyncIterator[Bot]:
    """Open the database, load contracts, texts and market, and put the bot together.

    `languages` are those of the catalogues, unless others are given.
    Raises StorageError, MarketError, ContentFault, RegistryFault or ContractError.
    """
    contracts = load_contracts()
    languages = load_languages() if languages is None else languages
    store, charts = await Store.open(plan.database), Charts()
    try:
        past = await read_past(store, SystemClock().now())
        feed = _feed(plan, contracts, past)
        bot = await _put_together(plan, store, feed, past, contracts, languages, telemetry, charts)
        yield bot
        await bot.people.forgetting.finish()
    finally:
        await charts.close()
        await store.close()


def _feed(plan: Plan, contracts: Mapping[str, Contract], past: Past) -> AnyFeed:
    """The main market, going on from what is recorded of it."""
    feed = build_feed(
        plan.market,
        contracts,
        prices=plan.prices,
        tape=plan.tape,
        speed=plan.speed,
        seed=secrets.randbits(32) if plan.seed is None else plan.seed,
        spread=plan.spread,
        slippage=plan.slippage,
        ws_url=plan.ws_url,
        stale_after=plan.stale_after,
        resume=past.latest,
        clock=None if plan.start is None else ManualClock(plan.start, running=True),
    )
    feed.restore(past.rates)
    return feed


async def _put_together(
    plan: Plan,
    store: Store,
    feed: AnyFeed,
    past: Past,
    contracts: Mapping[str, Contract],
    languages: Mapping[str, Language],
    telemetry: Telemetry,
    charts: Charts,
) -> Bot:
    """Everything over an open database and a market."""
    telemetry.registry.register(FeedMetrics(feed))
    clock: Clock = SystemClock() if isinstance(feed, ReplayFeed) else feed.clock
    shelf = Shelf(contracts)
    spoken_of = {**contracts, **shelf.aliases()}
    places = {
        symbol: max(0, -int(each.tick.normalize().as_tuple().exponent)) for symbol, each in spoken_of.items()
    }
    wording = CatalogueWording(languages, places, plan.language)
    lexicon = build_lexicon(spoken_of, feed.snapshot().tradable, languages)
    prices = PriceAlerts()
    names = {code: each.name for code, each in languages.items()}
    thresholds = Thresholds()
    markets = Markets(feed.snapshot, lambda: _banner(feed))
    recording = Recording(store, telemetry, past)
    notifier = Notifier(store, wording, clock, telemetry)
    alerts = Alerts(store, clock, telemetry, prices, thresholds)
    await alerts.load()
    proposer = await _proposer(plan, store, contracts, alerts, thresholds, telemetry)
    examiner = Examiner(TapePrices(shelf, KeptPrices(recording.keep)))
    postmortems = PostMortems(store, examiner, markets, clock, telemetry, notifier.wake)
    settlement = Settlement(store, clock, telemetry, proposer, alerts, postmortems.after, markets.banner)
    ticker = Ticker(recording, settlement, alerts)
    replays = Replays(
        store.unit,
        shelf,
        markets,
        settlement.settle_account,
        clock,
        plan.balance,
        wake=notifier.wake,
        report=telemetry.incident,
    )
    markets.load_through(replays.load_market)
    curricula = Curricula(tuple(languages))
    lessons = Lessons(curricula, contracts)
    practice = Practice(
        store.unit,
        markets,
        contracts,
        settlement.settle_account,
        clock,
        wake=notifier.wake,
        report=telemetry.incident,
    )
    school = build_school(
        store,
        clock,
        telemetry,
        curricula,
        gate=Gate(console=plan.gate),
        admins=plan.admins,
        wake=notifier.wake,
        jobs={INVITATION: expired},
    )
    quiz_nights = build_quiz_nights(
        store,
        wording,
        markets,
        clock,
        telemetry,
        curricula,
        school.quizzes.grading,
        allowed=plan.allowed,
    )
    starting = Starting(quiz_nights.posting)
    challenges = build_challenges(
        store,
        wording,
        markets,
        clock,
        telemetry,
        replays,
        settlement,
        quiz_nights.posting,
        starting.why_not,
        keep=recording.keep,
        wake=notifier.wake,
    )

    def games_changed() -> None:
        quiz_nights.clock.wake()
        challenges.clock.wake()

    groups = build_groups(
        store,
        wording,
        clock,
        telemetry,
        quiz_nights.posting,
        admins=plan.admins,
        allowed=plan.allowed,
        flood=Flood() if plan.flood else None,
        changed=games_changed,
    )
    people = build_people(
        store,
        clock,
        markets,
        plan.balance,
        thresholds,
        prices,
        changed=proposer.changed,
        left=replays.let_go,
        report=telemetry.incident,
    )
    registry = build_registry(
        Parts(
            balance=plan.balance,
            languages=names,
            lexicon=lexicon,
            replays=replays,
            prices=prices,
            thresholds=thresholds,
            examiner=examiner,
            curricula=curricula,
            lessons=lessons,
            practice=practice,
            school=school,
            quiz_nights=quiz_nights,
            people=people,
            challenges=challenges,
            groups=groups,
        ),
        {code: each.commands for code, each in languages.items()},
    )
    registry.check_texts({code: each.messages.gettext for code, each in languages.items()})
    await replays.load()
    await practice.load()
    turns = BotTurns(store, markets, clock, wording, plan.balance, proposer.changed)
    files = FileMakers(
        {
            CHART: PictureMaker(charts.draw, text_chart, wording, places),
            PROOF: ProofMaker(store.unit, challenges.reels, contracts),
            CLASS_REPORT: class_report_csv,
            **people.makers,
        },
        telemetry,
    )
    door = groups.door(registry.find)
    router = Router(registry, Binder(lexicon), turns, wording, describe, telemetry, plan.allowed, files, door)
    housekeeping = Housekeeping(store, clock, telemetry)
    control = Control(
        feed,
        ticker,
        postmortems,
        notifier,
        lexicon,
        school.jobs,
        quiz_nights.clock,
        challenges.clock,
        groups.posts,
    )
    return Bot(
        store,
        feed,
        clock,
        router,
        wording,
        notifier,
        settlement,
        ticker,
        postmortems,
        recording,
        replays,
        lessons,
        housekeeping,
        school,
        quiz_nights,
        challenges,
        groups,
        people,
        control,
        telemetry,
        charts,
    )


def _banner(feed: AnyFeed) -> dict[str, Any]:
    """The line above answers of the main market: that its prices are stale; `seconds` None before the first."""
    now = feed.clock.now()
    if not feed.stale(now):
        return {}
    age = feed.age(now)
    return {"kind": "stale", "seconds": None if age is None else int(age.total_seconds())}


async def _proposer(
    plan: Plan,
    store: Store,
    contracts: Mapping[str, Contract],
    alerts: Alerts,
    thresholds: Thresholds,
    telemetry: Telemetry,
) -> Proposer:
    """What finds the accounts that a tick concerns; NumPy is only loaded for the watch."""
    if not plan.watch:
        return Scan(store, alerts.concerns, telemetry.incident)
    from bot.services.watching import Watching

    watching = Watching(store, contracts, thresholds.of, lambda: alerts.anxious, telemetry.incident)
    thresholds.told = watching.threshold_changed
    await watching.load()
    return watching
