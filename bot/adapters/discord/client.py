"""The library's client as this bot uses it: no privileged intents, no message content, no members or messages kept."""

import asyncio
import sys
from collections.abc import Coroutine, Mapping
from typing import Any, Final

import discord
from discord import app_commands

from bot.adapters.discord.answering import Answering
from bot.adapters.discord.commands import WordingTranslator, app_command
from bot.adapters.discord.inbound import submitted
from bot.adapters.discord.limits import DEFER_AFTER_SECONDS
from bot.adapters.discord.sync import synchronise
from bot.core.chats import ChatEvent, ChatEvents, ChatJoined, ChatLost
from bot.core.identity import ChatRef, Platform
from bot.core.request import Called, Pressed
from bot.core.router import Router
from bot.telemetry import Telemetry

_WAIT_AT_MOST: Final = 60.0  # seconds the library itself may wait for a rate limit
_BUTTON: Final = discord.ComponentType.button.value


class FrontClient(discord.Client):
    """Answers slash commands, presses and forms through the router; `chats` hears of servers and channels that go."""

    def __init__(
        self,
        router: Router[Any],
        telemetry: Telemetry,
        *,
        patience: float = DEFER_AFTER_SECONDS,
        chats: ChatEvents | None = None,
    ) -> None:
        super().__init__(
            intents=discord.Intents(
                guilds=True
            ),  # without it nobody tells that a server or a channel is gone
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            guild_ready_timeout=0.0,
            max_ratelimit_timeout=_WAIT_AT_MOST,
        )
        self._router = router
        self._telemetry = telemetry
        self._chats = chats
        self._answering = Answering(router, telemetry, patience)
        self._busy: set[asyncio.Task[None]] = set()
        self.tree = CommandTree(self, telemetry)
        for each in router.registry.listed:
            self.tree.add_command(app_command(each, router, self.called))

    async def setup_hook(self) -> None:
        """Between the login and the first event: see that Discord has the commands of this version."""
        await self.tree.set_translator(WordingTranslator(self._router.wording))
        changed = await synchronise(self.tree)
        self._telemetry.log.info("discord_commands", changed=changed)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Hand on an event; one that comes while the client closes has no loop any more to run in."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def called(
        self, interaction: discord.Interaction[Any], command: str, values: Mapping[str, str]
    ) -> None:
        """Answer a slash command."""
        await self._watched(self._answering.answer(interaction, Called(command, values)))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer a press or a form; both are understood by what they carry alone."""
        data: Mapping[str, Any] = interaction.data or {}
        if interaction.type is discord.InteractionType.modal_submit:
            await self._watched(self._answering.answer(interaction, submitted(interaction)))
        elif interaction.type is discord.InteractionType.component and data.get("component_type") == _BUTTON:
            await self._watched(self._answering.answer(interaction, Pressed(str(data["custom_id"]))))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Invited to a server, perhaps again."""
        for each in guild.channels:
            await self._tell(ChatJoined(_channel(each.id)))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Put out of a server, or it is gone."""
        for each in guild.channels:
            await self._tell(ChatLost(_channel(each.id)))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is gone."""
        await self._tell(ChatLost(_channel(channel.id)))

    async def on_ready(self) -> None:
        """Connected anew."""
        self._served(up=True)

    async def on_resumed(self) -> None:
        """Connected again, with what was missed."""
        self._served(up=True)

    async def on_disconnect(self) -> None:
        """The gateway is gone; the library connects again by itself."""
        self._served(up=False)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """A fault outside any answer: counted and logged by its kind and place."""
        fault = sys.exception()
        if fault is not None:
            self._telemetry.incident(fault)

    async def finish(self, within: float) -> None:
        """Let the answers under way come to their end, for some seconds; what is left then is cancelled."""
        if self._busy:
            _, late = await asyncio.wait(self._busy, timeout=within)
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _watched(self, answering: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(answering)
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        await task

    async def _tell(self, event: ChatEvent) -> None:
        if self._chats is not None:
            await self._chats.happened(event)

    def _served(self, *, up: bool) -> None:
        self._telemetry.fronts.labels(Platform.DISCORD.value).set(int(up))
        self._telemetry.log.info("discord_connected" if up else "discord_disconnected")


def _channel(number: int) -> ChatRef:
    return ChatRef(Platform.DISCORD, str(number), private=False)


class CommandTree(app_commands.CommandTree[FrontClient]):
    """The slash commands; one that this version does not have any more is answered by the router too."""

    def __init__(self, client: FrontClient, telemetry: Telemetry) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
        )
        self._telemetry = telemetry

    async def on_error(
        self, interaction: discord.Interaction[FrontClient], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer a command that is unknown here; count anything else as a fault."""
        if isinstance(error, app_commands.CommandNotFound):
            if interaction.type is discord.InteractionType.application_command:
                await self.client.called(interaction, error.name, {})
        else:
            self._telemetry.incident(getattr(error, "original", error))
