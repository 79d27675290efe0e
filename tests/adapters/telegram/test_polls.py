"""Questions as Telegram's own quiz polls: sent, noted, voted in, and asked with buttons where a poll cannot carry them."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

import pytest

from bot.adapters.telegram.quiz_polls import carries
from bot.core.command import Command
from bot.core.params import TextKind, param
from bot.core.poll import Poll
from bot.core.reply import Answer, Button
from tests.adapters.telegram.conftest import Run
from tests.fakes.small_bot import SmallBot
from tests.fakes.telegram_objects import Shown
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.turns import MemoryTurn

pytestmark = pytest.mark.timeout(20)
TEXT = TextKind()


@dataclass(frozen=True, slots=True)
class Polled:
    question: str = param(TEXT, "Which question", hidden=True)
    poll: str = param(TEXT, "Which poll", hidden=True)


@dataclass(frozen=True, slots=True)
class Voted:
    poll: str = param(TEXT, "Which poll", hidden=True)
    choice: str = param(TEXT, "Which option", hidden=True)


@dataclass
class QuizBot(SmallBot):
    """Asks one question; `notes` are the polls that show it, `votes` what was chosen."""

    why: str = "Because it is so."
    options: tuple[str, ...] = ("one", "two", "three")
    notes: dict[str, str] = field(default_factory=dict)
    votes: list[tuple[str, str]] = field(default_factory=list)

    def commands(self) -> Iterable[Command[MemoryTurn]]:
        yield from super().commands()
        yield Command(name="quiz", summary="A question", handler=self._quiz)
        for name, arguments, handler in (("polled", Polled, self._polled), ("voted", Voted, self._voted)):
            yield Command(name=name, summary=name, handler=handler, arguments=arguments, listed=False)

    async def _quiz(self, turn: MemoryTurn, _: object) -> Answer:
        items = "".join(f"<li>{each}</li>" for each in self.options)
        page = f"<p>How many?</p><ol>{items}</ol><footer>{self.why}</footer>"
        button = Button("{number}", "answer 1", {"number": "1"})
        return Answer("quiz_question", {"html": page, "right": 1}, ((button,),), poll="q1")

    async def _polled(self, turn: MemoryTurn, given: Polled) -> Answer:
        turn.facts["noted"] = given.poll
        self.notes[given.poll] = given.question
        return Answer("Noted")

    async def _voted(self, turn: MemoryTurn, given: Voted) -> Answer:
        turn.facts["votes"] = turn.facts.get("votes", 0) + 1
        self.votes.append((self.notes.get(given.poll, "unknown"), given.choice))
        return Answer("Verdict", {"choice": given.choice})


@pytest.fixture
def bot() -> QuizBot:
    return QuizBot()


@pytest.fixture
async def asked(server: TelegramServer, run: Run) -> AsyncIterator[Shown]:
    """The question as a group sees it."""
    async with run():
        room = server.group("Room")
        server.say(server.person("Host"), "/quiz", room)
        yield await server.message(room)
        assert server.refused == []


async def test_a_question_in_a_group_is_a_quiz_poll_with_known_voters(
    server: TelegramServer, asked: Shown, bot: QuizBot
) -> None:
    sent = server.asked("sendPoll")[0]
    assert (sent["question"], sent["explanation"], sent["correct_option_ids"]) == (
        "How many?",
        "Because it is so.",
        [1],
    )
    assert [each["text"] for each in sent["options"]] == ["one", "two", "three"]
    assert (sent["type"], sent["is_anonymous"]) == ("quiz", False)
    assert server.asked("sendMessage") == []
    assert asked.poll is not None
    await server.settled()
    assert bot.notes == {asked.poll["id"]: "q1"}


async def test_a_vote_is_graded_and_answered_in_private(
    server: TelegramServer, asked: Shown, bot: QuizBot
) -> None:
    ann = server.person("Ann")
    server.say(ann, "/start")
    await server.message(ann)
    server.vote(ann, asked, 2)
    assert "Verdict" in (await server.message(ann)).text
    assert bot.votes == [("q1", "2")]


async def test_the_same_vote_again_counts_once(server: TelegramServer, asked: Shown, bot: QuizBot) -> None:
    ann = server.person("Ann")
    server.say(ann, "/start")
    await server.message(ann)
    server.vote(ann, asked, 0)
    await server.message(ann)
    update = {"update_id": 500_500, "poll_answer": None}
    vote = {"poll_id": asked.poll["id"] if asked.poll else "", "user": ann.user(), "option_ids": [0]}
    for _ in range(2):
        server.queue({**update, "poll_answer": {**vote, "option_persistent_ids": ["0"]}})
    await server.message(ann)
    await server.settled()
    assert len(bot.votes) == 2  # the two updates of one number are one


async def test_a_vote_taken_back_is_no_answer(server: TelegramServer, asked: Shown, bot: QuizBot) -> None:
    ann = server.person("Ann")
    server.vote(ann, asked, None)
    await server.settled()
    assert bot.votes == []


async def test_a_voter_who_never_spoke_to_the_bot_is_graded_without_a_message(
    server: TelegramServer, run: Run, bot: QuizBot
) -> None:
    room, ann, ben = server.group("Room"), server.person("Ann"), server.person("Ben")
    async with run():
        server.say(ann, "/quiz", room)
        poll = await server.message(room)
        server.vote(ben, poll, 1)
        await server.settled()
    assert bot.votes == [("q1", "1")]
    assert server.shown(ben) == []


async def test_a_vote_after_a_restart_finds_its_question(
    server: TelegramServer, run: Run, bot: QuizBot
) -> None:
    room, ann = server.group("Room"), server.person("Ann")
    async with run():
        server.say(ann, "/start")
        await server.message(ann)
        server.say(ann, "/quiz", room)
        poll = await server.message(room)
        await server.settled()
    server.vote(ann, poll, 1)
    async with run():
        assert "Verdict" in (await server.message(ann)).text
    assert bot.votes == [("q1", "1")]


@pytest.mark.parametrize("why", ["w" * 201, "\n".join("abcd")])
async def test_what_a_poll_cannot_carry_is_asked_with_buttons(
    server: TelegramServer, run: Run, bot: QuizBot, why: str
) -> None:
    bot.why = why.replace("\n", "<br>")
    room, ann = server.group("Room"), server.person("Ann")
    async with run():
        server.say(ann, "/quiz", room)
        card = await server.message(room)
    assert (card.poll, card.labels) == (None, (("1",),))
    assert server.refused == []


async def test_a_group_that_forbids_polls_is_asked_with_buttons(server: TelegramServer, run: Run) -> None:
    room, ann = server.group("Room"), server.person("Ann")
    server.without_polls.add(room.id)
    async with run():
        server.say(ann, "/quiz", room)
        card = await server.message(room)
    assert (card.poll, card.labels) == (None, (("1",),))


@pytest.mark.parametrize(
    ("poll", "fits"),
    [
        (Poll("q" * 300, ("a" * 100, "b"), 1, "e" * 200), True),
        (Poll("q" * 301, ("a", "b"), 1, ""), False),
        (Poll("🎲" * 151, ("a", "b"), 1, ""), False),
        (Poll("q", ("a" * 101, "b"), 1, ""), False),
        (Poll("q", ("a",), 0, ""), False),
        (Poll("q", tuple("abcdefghijklm"), 0, ""), False),
        (Poll("q", ("a", "a"), 0, ""), False),
        (Poll("q", ("a", "b"), 2, ""), False),
        (Poll("q", ("a", "b"), 0, "1\n2\n3"), True),
        (Poll("q", ("a", "b"), 0, "1\n2\n3\n4"), False),
    ],
)
def test_the_limits_of_a_poll(poll: Poll, fits: bool) -> None:
    assert carries(poll) is fits
