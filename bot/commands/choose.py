"""Cross or isolated? A short interview by buttons, and an answer that weighs the learner's own facts."""

from dataclasses import asdict, dataclass
from typing import Any

from bot.commands.choose_cards import advice_data
from bot.commands.kinds import TEXT
from bot.core.command import Command, Visibility
from bot.core.params import ChoiceKind, param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.school.choosing import Said, Told, advise, told
from bot.services.school.criteria import Experience, Night, State, Style, Watch
from bot.services.turn import BotTurn

COMMAND = "choose"

EXPERIENCE = ChoiceKind(
    "experience",
    {each.value: each for each in Experience},
    {"new": N_("New to it"), "pro": N_("I know it well")},
    {"beginner": "new", "novice": "new", "experienced": "pro", "expert": "pro"},
)
STYLE = ChoiceKind(
    "style",
    {each.value: each for each in Style},
    {"hold": N_("Weeks or longer"), "swing": N_("Some days"), "day": N_("Within a day")},
    {"holding": "hold", "swings": "swing", "intraday": "day", "scalp": "day"},
)
WATCH = ChoiceKind(
    "watch",
    {each.value: each for each in Watch},
    {
        "always": N_("Nearly all the time"),
        "often": N_("A few times a day"),
        "rarely": N_("Once a day or less"),
    },
    {"constantly": "always", "sometimes": "often", "seldom": "rarely", "daily": "rarely"},
)
NIGHT = ChoiceKind(
    "night",
    {each.value: each for each in Night},
    {
        "open": N_("They stay open"),
        "stops": N_("Open, each with a stop"),
        "closed": N_("I close them before"),
    },
    {"stop": "stops", "close": "closed"},
)
STATE = ChoiceKind(
    "market-state",
    {each.value: each for each in State},
    {"calm": N_("Calm"), "wild": N_("Wild")},
    {"quiet": "calm", "stable": "calm", "volatile": "wild"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseWords:
    """What `/choose` takes: answers given at once; buttons carry them along. `skip`: initials of what is left out."""

    experience: Experience | None = param(EXPERIENCE, N_("How well you know futures"), default=None)
    style: Style | None = param(STYLE, N_("How long you mean to hold a position"), default=None)
    watch: Watch | None = param(WATCH, N_("How often you look at your positions"), default=None)
    night: Night | None = param(NIGHT, N_("What becomes of your positions while you sleep"), default=None)
    market: State | None = param(STATE, N_("How the market is at the moment"), default=None)
    skip: str | None = param(TEXT, N_("Which questions to leave out"), default=None, hidden=True)


QUESTIONS = ("experience", "style", "watch", "night", "market")


class ChooseCommands:
    """The handler of `/choose`; it only looks and never offers an order."""

    def __init__(self) -> None:
        self._command: Command[BotTurn] = Command(
            name=COMMAND,
            summary=N_("Cross or isolated? Reasons for and against, from your own account and habits"),
            handler=self.choose,
            arguments=ChooseWords,
            visibility=Visibility.PRIVATE,
            topic="learn",
            examples=("choose", "choose swing rarely open"),
        )

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (self._command,)

    async def choose(self, turn: BotTurn, words: ChooseWords) -> Answer:
        """The next question that is open, or the answer once there is none."""
        known = await told(turn)
        asked = _asked(words, known)
        for place, name in enumerate(asked):
            if _open(words, name):
                return self._question(words, asked, place)
        said = Said(words.experience, words.style, words.watch, words.night, words.market)
        advice = await advise(turn, known, said)
        skipped = sum(getattr(words, each) is None for each in asked)
        last = (*self._back(words, asked, len(asked)), Button(N_("Ask me again"), COMMAND))
        look = (Button(N_("Both modes, price by price"), "compare"),) if advice.positions else ()
        return Answer("choose", advice_data(advice, known, said, skipped)).with_buttons(last, look)

    def _question(self, words: ChooseWords, asked: tuple[str, ...], place: int) -> Answer:
        name = asked[place]
        kind = next(each.kind for each in self._command.params if each.name == name)
        assert isinstance(kind, ChoiceKind)
        choices = [
            Button(kind.labels[word], self._line(words, name, value)) for word, value in kind.values.items()
        ]
        skip = Button(N_("Skip"), self._line(words, "skip", (words.skip or "") + name[0]))
        data = {"question": name, "number": place + 1, "total": len(asked)}
        return Answer("choose_question", data).with_buttons(
            *rows_of(choices, 2), (*self._back(words, asked, place), skip)
        )

    def _back(self, words: ChooseWords, asked: tuple[str, ...], place: int) -> tuple[Button, ...]:
        """To the question before, as if it had not been answered yet."""
        if place == 0:
            return ()
        name = asked[place - 1]
        left = "".join(each for each in words.skip or "" if each != name[0]) or None
        values = {**asdict(words), name: None, "skip": left}
        return (Button(N_("Back"), self._command.line(values)),)

    def _line(self, words: ChooseWords, name: str, value: Any) -> str:
        return self._command.line({**asdict(words), name: value})


def _asked(words: ChooseWords, known: Told) -> tuple[str, ...]:
    """The questions of this interview: what is told already is left out, unless somebody answers it anyway."""
    needless = {"experience": known.experience is not None, "market": known.weather is not None}
    return tuple(each for each in QUESTIONS if not needless.get(each) or not _open(words, each))


def _open(words: ChooseWords, name: str) -> bool:
    return getattr(words, name) is None and name[0] not in (words.skip or "")
