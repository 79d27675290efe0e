"""All commands of the school that quiz, review, and open leverage step by step."""

from bot.commands.gate import GateCommands
from bot.commands.progress import ProgressCommands
from bot.commands.question_reports import ReportCommands
from bot.commands.quiz import QuizCommands
from bot.core.command import Command
from bot.services.school.school import School
from bot.services.turn import BotTurn


def study_commands(school: School, gates: GateCommands) -> tuple[Command[BotTurn], ...]:
    """The declarations."""
    return (
        *QuizCommands(school.quizzes).commands(),
        *ProgressCommands(school.quizzes, school.gate).commands(),
        *gates.commands(),
        *ReportCommands(school.operates).commands(),
    )
