"""Cross or isolated: what the account tells by itself, what is asked, and the answer with its reasons.

Nothing is kept of the interview: its answers travel in the lines of its buttons.
"""

from dataclasses import dataclass

from bot.market import load_levels
from bot.services.portfolio import closed_trades
from bot.services.resting import stop_of
from bot.services.school.both_books import Book, Example, book, example
from bot.services.school.correlation import Hourly, Together, hourly, together
from bot.services.school.criteria import (
    EXPERIENCED,
    SKILLED,
    Experience,
    Facts,
    Leaning,
    Night,
    Reason,
    Shape,
    State,
    Style,
    Turn,
    Watch,
    leaning,
    reasons,
    turns,
)
from bot.services.school.mastery import from_kept
from bot.services.swings import Swings, swings, usual
from bot.services.turn import BotTurn
from bot.storage import beliefs
from engine.margin import account_figures
from engine.position import MarginMode, Side

WILD = 1.5
"""A market is wild whose day swings so many times as far as is usual for the contract (ours)."""
CANCELS = 0.3
"""Positions hedge each other where a long and a short cancel this share of their swings (ours)."""
FIRST = "BTCUSDT"
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Weather:
    """How far a symbol's price swung in a day and how far is usual, fractions; measured over so many hours."""

    symbol: str
    swing: float
    usual: float
    hours: float

    @property
    def state(self) -> State:
        return State.WILD if self.swing >= WILD * self.usual else State.CALM


@dataclass(frozen=True, slots=True)
class Told:
    """What need not be asked: trades closed, skills mastered, and the state of the market where it could be measured.

    `moves`: how the prices of the open positions swing; None where no contract has a price.
    """

    trades: int
    skills: int
    weather: Weather | None
    moves: Swings | None

    @property
    def experience(self) -> Experience | None:
        return Experience.PRO if self.trades >= EXPERIENCED or self.skills >= SKILLED else None


@dataclass(frozen=True, slots=True)
class Said:
    """The answers of the learner; None: not answered."""

    experience: Experience | None = None
    style: Style | None = None
    watch: Watch | None = None
    night: Night | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Both:
    """The account in both modes; `isolated` is None where its money cannot fund that. `hours` as in Swings."""

    isolated: Book | None
    cross: Book
    example: Example
    hours: float | None


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer: facts, reasons, the leaning and what would change it; `both` and `together` where positions are open."""

    facts: Facts
    reasons: tuple[Reason, ...]
    leaning: Leaning
    turns: tuple[Turn, ...]
    both: Both | None
    together: Together | None
    stops: int
    positions: int


async def told(turn: BotTurn) -> Told:
    """What the account and the kept prices tell. Raises nothing that a stale price would."""
    account = await turn.account()
    trades = await closed_trades(turn.unit, account.id)
    skills = len(from_kept(await beliefs.of_person(turn.unit, turn.person_id)).mastered)
    held = sorted(account.state.positions.values(), key=lambda each: -each.quantity * each.entry_price)
    tradable = turn.market.tradable
    first = FIRST if FIRST in tradable else next(iter(tradable), None)
    symbol = held[0].symbol if held else first
    if symbol is None:
        return Told(trades, skills, None, None)
    symbols = {each.symbol for each in held} or {symbol}
    now = await swings(turn.unit, account.market, symbols, turn.market.time)
    if now.hours is None:
        return Told(trades, skills, None, now)
    often = usual((symbol,), load_levels()).deviation(symbol, DAY)
    return Told(trades, skills, Weather(symbol, now.deviation(symbol, DAY), often, now.hours), now)


async def advise(turn: BotTurn, known: Told, said: Said) -> Advice:
    """Weigh all that is known. Raises UnknownSymbol or PriceStale."""
    account = await turn.account()
    state, market = account.state, turn.market
    figures = account_figures(state, market)
    symbols = {symbol for symbol, _ in state.positions}
    both: Both | None = None
    found: Together | None = None
    if symbols:
        often = usual(tuple(sorted(symbols)), load_levels())
        apart = Hourly(0, None)
        if len(figures.positions) > 1:
            apart = await hourly(turn.unit, account.market, symbols, market.time)
            found = together(figures.positions, apart, often)
        tale = example(figures.positions, apart.swings or often)
        books = {mode: book(state, mode, market, known.moves or often, tale) for mode in MarginMode}
        whole = books[MarginMode.CROSS]
        assert whole is not None
        both = Both(
            books[MarginMode.ISOLATED], whole, tale, None if known.moves is None else known.moves.hours
        )
    facts = Facts(
        equity=figures.equity,
        trades=known.trades,
        skills=known.skills,
        shape=shape_of({each.position.side for each in figures.positions}, len(figures.positions), found),
        measured=found is not None and found.measured,
        leverages=tuple(each.settings.leverage for each in figures.positions),
        experience=said.experience or known.experience,
        style=said.style,
        watch=said.watch,
        night=said.night,
        state=said.state or (None if known.weather is None else known.weather.state),
    )
    return Advice(
        facts,
        reasons(facts),
        leaning(facts),
        turns(facts),
        both,
        found,
        sum(stop_of(state, *key) is not None for key in state.positions),
        len(figures.positions),
    )


def shape_of(sides: set[Side], count: int, found: Together | None) -> Shape:
    """What positions are together, by their sides, their number and how they swing."""
    if found is None:
        return Shape.ONE if count else Shape.NONE
    if len(sides) > 1 and found.offset >= CANCELS:
        return Shape.HEDGE
    return Shape.ALIKE if found.bets < (1 + count) / 2 else Shape.DIVERSE
