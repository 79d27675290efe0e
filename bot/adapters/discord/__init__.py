"""The Discord front: slash commands, buttons and forms in, embeds out."""

from bot.adapters.discord.app import DiscordFront
from bot.adapters.discord.errors import BadCommands, BadEndpoints, BadToken

__all__ = ["BadCommands", "BadEndpoints", "BadToken", "DiscordFront"]
