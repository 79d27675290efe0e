"""The terminal front: lines in, text, JSON or cards out."""

from bot.adapters.console.app import ConsoleFront
from bot.adapters.console.control import Control
from bot.adapters.console.faces import at_terminal
from bot.adapters.console.messages import MESSAGES
from bot.adapters.console.options import ConsoleOptions, add_arguments, from_namespace

__all__ = [
    "MESSAGES",
    "ConsoleFront",
    "ConsoleOptions",
    "Control",
    "add_arguments",
    "at_terminal",
    "from_namespace",
]
