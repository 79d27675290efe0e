"""What comes in from Discord, translated."""

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.core.identity import ChatRef, Identity, Platform
from bot.core.request import Called, Input, Request


def request_of(interaction: discord.Interaction[Any], said: Input) -> Request:
    """The request that an interaction is; its id makes it unique."""
    return Request(
        update=str(interaction.id),
        who=Identity(Platform.DISCORD, str(interaction.user.id)),
        chat=chat_of(interaction),
        input=said,
        name=interaction.user.display_name,
        language=str(interaction.locale),
        whispers=True,
        admin=None if interaction.guild_id is None else interaction.permissions.manage_guild,
        handle=interaction.user.name,
    )


def chat_of(interaction: discord.Interaction[Any]) -> ChatRef:
    """The channel it happened in; a thread counts as its channel. Only the bot's own direct chat is private."""
    private = interaction.guild_id is None and not interaction.context.private_channel
    channel = interaction.channel
    if isinstance(channel, discord.Thread):
        return ChatRef(Platform.DISCORD, str(channel.parent_id), private, str(channel.id))
    return ChatRef(Platform.DISCORD, str(channel.id if channel else interaction.user.id), private)


def submitted(interaction: discord.Interaction[Any]) -> Called:
    """A form that was sent: the command and preset that its id carries, and what was filled in."""
    data: Mapping[str, Any] = interaction.data or {}
    command, _, preset = str(data.get("custom_id", "")).partition(" ")
    return Called(command, dict(_values(data.get("components", ()))), preset)


def _values(components: Any) -> Iterator[tuple[str, str]]:
    """Name and value of each filled field, at whatever depth the form nests them."""
    for each in components:
        value = each.get("value") or next(iter(each.get("values") or ()), "")
        if "custom_id" in each and value.strip():
            yield each["custom_id"], value
        yield from _values(each.get("components") or ([each["component"]] if "component" in each else ()))
