"""Everything that can be said: the commands of all subjects, and the words that they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.commands.alerts import AlertCommands
from bot.commands.analysis import AnalysisCommands
from bot.commands.attention import AttentionCommands
from bot.commands.book import BookCommands
from bot.commands.challenge import ChallengeCommands
from bot.commands.challenge_after import ChallengeAfterCommands
from bot.commands.chart import ChartCommands
from bot.commands.choose import ChooseCommands
from bot.commands.community import community_commands
from bot.commands.confirm import ConfirmCommands
from bot.commands.costs import CostCommands
from bot.commands.duel import DuelCommands
from bot.commands.gate import GateCommands
from bot.commands.help import HelpCommands
from bot.commands.learn import LearnCommands
from bot.commands.margin import MarginCommands
from bot.commands.person import PersonCommands
from bot.commands.plan import PlanCommands
from bot.commands.portfolio import PortfolioCommands
from bot.commands.postmortem import PostMortemCommands
from bot.commands.practice import PracticeCommands
from bot.commands.privacy import people_commands
from bot.commands.quiznight import QuizNightCommands
from bot.commands.replay import ReplayCommands
from bot.commands.resting import RestingCommands
from bot.commands.season import SeasonCommands
from bot.commands.sleep import SleepCommands
from bot.commands.study import study_commands
from bot.commands.trade import TradeCommands
from bot.commands.what import WhatCommands
from bot.content.catalogue import Language
from bot.core.binder import Binder
from bot.core.command import Command, Registry
from bot.core.words import Lexicon
from bot.services.attention import Thresholds
from bot.services.challenges.assembly import Challenges
from bot.services.challenges.duels import Duels
from bot.services.challenges.limits import Limits
from bot.services.challenges.plan_cards import PlanCards
from bot.services.examiner import Examiner
from bot.services.groups.groups import Groups
from bot.services.groups.settings import cooled_until
from bot.services.orders import Orders
from bot.services.people.people import People
from bot.services.price_alerts import PriceAlerts
from bot.services.replays import Replays
from bot.services.school.curricula import Curricula
from bot.services.school.lessons import Lessons
from bot.services.school.practice import Practice
from bot.services.school.quiz_nights import QuizNights
from bot.services.school.school import School
from bot.services.turn import BotTurn
from engine.contracts import Contract


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What commands are made over; `prices` and `thresholds` hear of what people change in them.

    `languages` are codes with their own names.
    """

    balance: Decimal
    languages: dict[str, str]
    lexicon: Lexicon
    replays: Replays
    prices: PriceAlerts
    thresholds: Thresholds
    examiner: Examiner
    curricula: Curricula
    lessons: Lessons
    practice: Practice
    school: School
    quiz_nights: QuizNights
    people: People
    challenges: Challenges
    groups: Groups


def build_registry(
    parts: Parts, own_names: Mapping[str, Mapping[str, str]] | None = None
) -> Registry[BotTurn]:
    """All commands. `own_names`: what languages call them, by language and name. Raises RegistryFault."""
    plan_cards = PlanCards()
    orders = Orders(parts.balance, (parts.school.gate, Limits(cooled_until)), (plan_cards,))
    commands: list[Command[BotTurn]] = []
    trade = TradeCommands(orders).commands()
    margin = MarginCommands(orders).commands()
    portfolio = PortfolioCommands(orders).commands()
    resting = RestingCommands(orders).commands()
    book = BookCommands(orders).commands()
    previewed = (*trade, *resting, *book, *margin, *portfolio)

    async def administers(turn: BotTurn) -> bool:
        return await parts.quiz_nights.posting.is_admin(turn.request)

    gates = GateCommands(parts.school.gate, orders, administers)
    commands += PersonCommands(parts.languages, parts.balance, gates).commands()
    commands += people_commands(parts.people)
    commands += HelpCommands(lambda: commands).commands()
    commands += previewed
    commands += AnalysisCommands(orders).commands()
    commands += CostCommands().commands()
    commands += PlanCommands(plan_cards).commands()
    commands += ReplayCommands(parts.replays).commands()
    commands += PostMortemCommands(parts.examiner).commands()
    commands += ChartCommands(parts.examiner).commands()
    commands += LearnCommands(
        parts.lessons, parts.practice, Binder(parts.lexicon), lambda: commands
    ).commands()
    commands += WhatCommands(parts.curricula).commands()
    commands += PracticeCommands(parts.practice).commands()
    commands += AlertCommands(parts.prices).commands()
    commands += AttentionCommands(parts.thresholds).commands()
    commands += SleepCommands().commands()
    commands += study_commands(parts.school, gates)
    commands += QuizNightCommands(parts.quiz_nights.nights).commands()
    commands += ChallengeCommands(parts.challenges.contests).commands()
    commands += ChallengeAfterCommands(parts.challenges.contests, parts.school.quizzes).commands()
    commands += DuelCommands(Duels(parts.challenges.lifecycle)).commands()
    commands += SeasonCommands().commands()
    commands += community_commands(
        parts.groups, gates, parts.languages, parts.curricula, portfolio, parts.school.operates
    )
    commands += ChooseCommands().commands()
    commands += ConfirmCommands(orders, previewed, Binder(parts.lexicon)).commands()
    return Registry(commands, own_names)


def build_lexicon(
    contracts: Mapping[str, Contract], tradable: tuple[str, ...], languages: Mapping[str, Language]
) -> Lexicon:
    """All contracts by base and symbol, those with a price first, and the words of all languages."""
    symbols: dict[str, str] = {}
    for symbol in (*tradable, *(each for each in contracts if each not in tradable)):
        base = contracts[symbol].base.casefold()
        symbols |= {base: symbol, symbol.casefold(): symbol}
        symbols.setdefault(base.lstrip("0123456789"), symbol)
    words = {key: word for each in languages.values() for key, word in each.words.items()}
    for (kind, word), canonical in words.items():
        if kind == "symbol" and canonical in symbols:
            symbols.setdefault(word, symbols[canonical])
    return Lexicon(symbols, {symbol: each.max_leverage for symbol, each in contracts.items()}, words)
