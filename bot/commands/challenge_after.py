"""Around the end of a challenge: its proof for everybody, one question for all, and the table as a picture."""

from dataclasses import dataclass, replace

from bot.commands.challenge_words import ChallengeKind
from bot.commands.quiz_cards import question_answer
from bot.commands.quiz_words import SKILL
from bot.content.skills import Skill
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.challenges.contests import Contests
from bot.services.challenges.proof import KIND, latest_of, proof_data
from bot.services.pictures.wanted import wanted
from bot.services.school.quizzes import NothingToAsk, Quizzes
from bot.services.turn import BotTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofWords:
    """Which challenge, where it is not the one of this chat or account."""

    which: str | None = param(ChallengeKind(), N_("Which challenge"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutWords:
    """What the question is about."""

    skill: Skill = param(SKILL, N_("Which skill"))


class ChallengeAfterCommands:
    """Handlers of what is asked after the end."""

    def __init__(self, contests: Contests, quizzes: Quizzes) -> None:
        self._contests = contests
        self._quizzes = quizzes

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        return (
            Command(
                name="proof",
                summary=N_("The file with which anybody can recompute a challenge that is over"),
                handler=self.proof,
                arguments=ProofWords,
                visibility=Visibility.PRIVATE,
                topic="compete",
            ),
            Command(
                name="challengequiz",
                summary=N_("A question about what happened in a challenge"),
                handler=self.ask,
                arguments=AboutWords,
                listed=False,
                acts=True,
            ),
            Command(
                name="tablepicture",
                summary=N_("The table of a challenge as a picture"),
                handler=self.picture,
                arguments=ProofWords,
                visibility=Visibility.PRIVATE,
                listed=False,
            ),
        )

    async def picture(self, turn: BotTurn, words: ProofWords) -> Answer:
        """The table once more, drawn; the text beside it has the same figures."""
        seen = await self._contests.seen(turn, words.which)
        if seen is None:
            return Answer("challenge_proof", {"state": "none", "name": ""}, ok=False)
        answer = await self._contests.table(turn, seen, private=True)
        rows = [
            {"place": each["rank"], "name": each["name"] or "–", "score": each["score"], "own": each["you"]}
            for each in answer.data["rows"]
        ]
        if not rows:
            return answer
        drawn = await wanted(turn, "standings", {"title": answer.data["name"], "rows": rows})
        return replace(answer, files=(drawn,), buttons=(), fresh=True)

    async def proof(self, turn: BotTurn, words: ProofWords) -> Answer:
        """The proof as a file, once the challenge is over; before, what is fixed already."""
        which = words.which
        if which is None:
            seen = await self._contests.seen(turn)
            which = await latest_of(turn.unit, turn.person_id) if seen is None else seen.challenge.id
        data = None if which is None else await proof_data(turn.unit, which)
        if data is None:
            return Answer("challenge_proof", {"state": "none", "name": ""}, ok=False)
        if data["state"] != "over":
            return Answer("challenge_proof", data, ok=False)
        table = (Button(N_("Table"), f"table {which}"),)
        return Answer("challenge_proof", data, (table,), files=({"kind": KIND, "challenge": which},))

    async def ask(self, turn: BotTurn, words: AboutWords) -> Answer:
        """A question for everybody in the chat, below the debrief, which stays as it is."""
        try:
            asked = await self._quizzes.next(turn, words.skill)
        except NothingToAsk:
            return Answer("quiz_none", {"what": "questions"}, ok=False)
        turn.set_pending(f"answer question={asked.id}")
        return replace(question_answer(asked, None, polled=asked.person_id is None), fresh=True)
