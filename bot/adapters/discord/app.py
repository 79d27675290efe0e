"""The Discord front's life: log in, serve, send to somebody, end cleanly."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import aiohttp
import discord

from bot.adapters.discord.client import FrontClient
from bot.adapters.discord.endpoints import apply_endpoints, check_endpoints
from bot.adapters.discord.errors import BadToken
from bot.adapters.discord.limits import DEFER_AFTER_SECONDS
from bot.adapters.discord.quiet import quiet_library
from bot.adapters.discord.render import Page, render
from bot.core.chats import ChatEvents
from bot.core.identity import ChatRef, Identity, Platform
from bot.core.reply import Reply
from bot.core.router import Router
from bot.core.sender import MessageGone, Posted, RetryLater, Unreachable
from bot.telemetry import Telemetry

_TOKEN: Final = re.compile(r"[!-~]+")
_REFUSED: Final = 4004  # the gateway's word for a token that it does not know
_BAD_RECIPIENT: Final = 50033
_NO_MESSAGE: Final = 10008
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
        chats: ChatEvents | None = None,
    ) -> None:
        check_endpoints(api_base, gateway_url)
        self._token = token.strip()
        self._router = router
        self._telemetry = telemetry
        self._endpoints = (api_base, gateway_url)
        self._patience = patience
        self._pause = pause
        self._chats = chats
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
        client = FrontClient(self._router, self._telemetry, patience=self._patience, chats=self._chats)
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
        with self._sending():
            channel = await client.create_dm(discord.Object(int(to.user)))
            for page in render(reply):
                await _send(channel, page, silent=reply.silent)

    async def post(self, chat: ChatRef, reply: Reply) -> Posted:
        """Send a message to a channel or thread; raises Unreachable or RetryLater."""
        with self._sending():
            message = await _send(self._channel(chat), _one_page(reply))
        return Posted(chat, str(message.id))

    async def edit(self, posted: Posted, reply: Reply) -> None:
        """Put a reply in place of a message; raises MessageGone, Unreachable or RetryLater."""
        page = _one_page(reply)
        with self._sending():
            message = self._channel(posted.chat).get_partial_message(int(posted.message))
            none = discord.AllowedMentions.none()  # an edit does not take the client's own
            await message.edit(embed=page.embed, view=page.view(), allowed_mentions=none)

    async def is_admin(self, chat: ChatRef, who: Identity) -> bool:
        """No: Discord says it with everything that a person does, and does not tell without."""
        return False

    def _channel(self, chat: ChatRef) -> discord.PartialMessageable:
        if self._client is None or not self._client.is_ready():
            raise RetryLater(_SOON)
        return self._client.get_partial_messageable(int(chat.thread or chat.chat))

    @contextmanager
    def _sending(self) -> Iterator[None]:
        """Discord's refusals as every front tells them."""
        try:
            yield
        except discord.NotFound as missing:
            if missing.code == _NO_MESSAGE:
                raise MessageGone from None
            raise Unreachable(self.platform) from None
        except discord.Forbidden:
            raise Unreachable(self.platform) from None
        except discord.RateLimited as limited:
            raise RetryLater(limited.retry_after) from None
        except discord.HTTPException as refused:
            if refused.code == _BAD_RECIPIENT:
                raise Unreachable(self.platform) from None
            if refused.status == _TOO_MANY or isinstance(refused, discord.DiscordServerError):
                raise RetryLater(_SOON) from None
            raise
        except (aiohttp.ClientError, OSError):
            raise RetryLater(_SOON) from None

    def _bad_token(self) -> BadToken:
        self._telemetry.log.error("bad_token", platform=self.platform.value, setting="DISCORD_TOKEN")
        return BadToken("Discord does not accept DISCORD_TOKEN")


def _one_page(reply: Reply) -> Page:
    made = render(reply)
    return replace(made[0], buttons=made[-1].buttons)


async def _send(channel: discord.abc.Messageable, page: Page, *, silent: bool = False) -> discord.Message:
    view = page.view()
    if view is None:
        return await channel.send(embed=page.embed, silent=silent)
    return await channel.send(embed=page.embed, view=view, silent=silent)
