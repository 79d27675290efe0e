"""All commands about groups: their settings, what they know, cards shown to all, and what operators do."""

from collections.abc import Callable, Iterable, Mapping

from bot.commands.classreport import ClassReportCommands
from bot.commands.gate import GateCommands
from bot.commands.group import GroupCommands
from bot.commands.operator import OperatorCommands
from bot.commands.share import ShareCommands
from bot.core.command import Command
from bot.services.groups.groups import Groups
from bot.services.school.curricula import Curricula
from bot.services.turn import BotTurn


def community_commands(
    groups: Groups,
    gates: GateCommands,
    languages: Mapping[str, str],
    curricula: Curricula,
    portfolio: Iterable[Command[BotTurn]],
    operates: Callable[[BotTurn], bool],
) -> tuple[Command[BotTurn], ...]:
    """The declarations; `operates` tells the operators of the bot, `languages` are codes with their own names.

    Among `portfolio` are the commands whose cards can be shared.
    """

    async def administers(turn: BotTurn) -> bool:
        return await groups.posting.is_admin(turn.request)

    operators = OperatorCommands(groups.operating, operates)
    return (
        *GroupCommands(administers, gates, languages, operators.panel).commands(),
        *ClassReportCommands(groups.posting, curricula).commands(),
        *ShareCommands(portfolio).commands(),
        *operators.commands(),
    )
