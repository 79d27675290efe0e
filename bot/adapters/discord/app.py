"""The Discord front's life: log in, serve, send to somebody, end cleanly."""

import asyncio
import re
from typing import Any, Final

import aiohttp
import discord

from bot.adapters.discord.client import FrontClient
from bot.adapters.discord.endpoints import apply_endpoints, check_endpoints
from bot.adapters.discord.errors import BadToken
from bot.adapters.discord.limits import DEFER_AFTER_SECONDS
from bot.adapters.discord.quiet import quiet_library
from bot.adapters.discord.render import render
from bot.core.identity import Identity, Platform
from bot.core.reply import Reply
from bot.core.router import Router
from bot.core.sender import RetryLater, Unreachable
from bot.telemetry import Telemetry

_TOKEN: Final = re.compile(r"[!-~]+")
_REFUSED: Final = 4004  # the gateway's word for a token that it does not know
_BAD_RECIPIENT: Final = 50033
_TOO_MANY: Final = 429
_SOON: Final = 10.0  # seconds
_LONGEST_PAUSE: Final = 60.0  # seconds
_FAREWELL: Final = 5.0  # seconds that answers under way get at the end


class DiscordFront:
    """Serves one bot account. `patience`: seconds before an answer under way is announced by a defer. `pause`: seconds
    before a start without network is tried again; they double up to a minute.

    Raises BadEndpoints for one endpoint without the other.
    """

    def __init__(
        self,
        token: str,
        router: Router[Any],
        telemetry: Telemetry,
        *,
        api_base: str | None = None,
        gateway_url: str | None = None,
        patience: float = DEFER_AFTER_SECONDS,
        pause: float = 1.0,
    ) -> None:
        check_endpoints(api_base, gateway_url)
        self._token = token.strip()
        self._router = router
        self._telemetry = telemetry
        self._endpoints = (api_base, gateway_url)
        self._patience = patience
        self._pause = pause
        self._client: FrontClient | None = None

    @property
    def platform(self) -> Platform:
        """Discord."""
        return Platform.DISCORD

    async def serve(self) -> None:
        """Receive and answer until cancelled; a start without network is tried again. Raises BadToken or BadCommands."""
        if not _TOKEN.fullmatch(self._token):
            raise self._bad_token()
        apply_endpoints(*self._endpoints)
        pause = self._pause
        with quiet_library(self._telemetry):
            while True:
                try:
                    return await self._serve_once()
                except (aiohttp.ClientError, OSError, discord.DiscordServerError) as fault:
                    self._telemetry.log.warning(
                        "discord_out_of_reach", kind=type(fault).__name__, pause=pause
                    )
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def _serve_once(self) -> None:
        """One client's life; once it is connected, it connects again by itself."""
        client = FrontClient(self._router, self._telemetry, patience=self._patience)
        async with client:
            self._client = client
            try:
                await client.start(self._token)
            except discord.LoginFailure:
                raise self._bad_token() from None
            except discord.ConnectionClosed as closed:
                if closed.code == _REFUSED:
                    raise self._bad_token() from None
                raise
            finally:
                self._client = None
                self._telemetry.fronts.labels(self.platform.value).set(0)
                await client.finish(_FAREWELL)

    async def send(self, to: Identity, reply: Reply) -> None:
        """Send a reply to a person's direct chat; raises Unreachable or RetryLater."""
        client = self._client
        if client is None or not client.is_ready():
            raise RetryLater(_SOON)
        if not to.user.isdecimal():
            raise Unreachable(to.platform)
        try:
            channel = await client.create_dm(discord.Object(int(to.user)))
            for page in render(reply):
                view = page.view()
                if view is None:
                    await channel.send(embed=page.embed, silent=reply.silent)
                else:
                    await channel.send(embed=page.embed, view=view, silent=reply.silent)
        except (discord.Forbidden, discord.NotFound):
            raise Unreachable(to.platform) from None
        except discord.RateLimited as limited:
            raise RetryLater(limited.retry_after) from None
        except discord.HTTPException as refused:
            if refused.code == _BAD_RECIPIENT:
                raise Unreachable(to.platform) from None
            if refused.status == _TOO_MANY or isinstance(refused, discord.DiscordServerError):
                raise RetryLater(_SOON) from None
            raise
        except (aiohttp.ClientError, OSError):
            raise RetryLater(_SOON) from None

    def _bad_token(self) -> BadToken:
        self._telemetry.log.error("bad_token", platform=self.platform.value, setting="DISCORD_TOKEN")
        return BadToken("Discord does not accept DISCORD_TOKEN")
