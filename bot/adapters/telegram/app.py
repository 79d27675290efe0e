"""The front's life: start, receive by polling or webhook, answer, stop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

from telegram import Update
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, TelegramError

from bot.adapters.telegram.backoff import Backoff
from bot.adapters.telegram.conversation import Conversation
from bot.adapters.telegram.delivery import Delivery
from bot.adapters.telegram.errors import BadToken, Flood, WebhookRefused
from bot.adapters.telegram.inbound import ALLOWED_UPDATES, chat_event, moved, person_of, translate
from bot.adapters.telegram.lanes import Lanes
from bot.adapters.telegram.menu import publish_menu
from bot.adapters.telegram.polling import Poller
from bot.adapters.telegram.raw_bot import RawBot
from bot.adapters.telegram.render import Page, pages
from bot.adapters.telegram.transport import AiohttpRequest
from bot.adapters.telegram.webhook import WebhookSettings, receive
from bot.core.chats import ChatEvents
from bot.core.identity import ChatRef, Identity, Platform
from bot.core.reply import Reply
from bot.core.router import Router
from bot.core.sender import MessageGone, Posted, RetryLater, Unreachable
from bot.telemetry import Telemetry

AT_ONCE = 64
WAITING = 1000
CONNECTIONS = 40
# Seconds until a notice that the network did not take is worth another try.
NOT_NOW = 5.0
_USUAL = Backoff()
# What Telegram says of chats that take no message at all.
_SHUT = ("chat not found", "not enough rights", "have no rights", "chat_write_forbidden", "topic_closed")


class TelegramFront:
    """Serves Telegram. `base_url` ends in `/bot`; without a `webhook` it polls. Raises BadToken for an empty token.

    `grace`: the seconds that what is under way has to finish when the front stops. `chats` hears of what becomes of groups.
    """

    platform = Platform.TELEGRAM

    def __init__(
        self,
        token: str,
        router: Router[Any],
        telemetry: Telemetry,
        *,
        base_url: str = "https://api.telegram.org/bot",
        base_file_url: str = "https://api.telegram.org/file/bot",
        webhook: WebhookSettings | None = None,
        backoff: Backoff = _USUAL,
        grace: float = 5.0,
        chats: ChatEvents | None = None,
    ) -> None:
        if not token.strip():
            raise BadToken
        self._bot = RawBot(
            token.strip(),
            base_url=base_url,
            base_file_url=base_file_url,
            request=AiohttpRequest(base_url),
            get_updates_request=AiohttpRequest(base_url, connections=1),
        )
        self._router = router
        self._telemetry = telemetry
        self._webhook = webhook
        self._backoff = backoff
        self._grace = grace
        self._chats = chats
        self._delivery = Delivery(self._bot, backoff, self._moved)
        self._lanes = Lanes(AT_ONCE, telemetry.incident)
        self._conversation: Conversation | None = None

    async def serve(self) -> None:
        """Receive and answer until cancelled; what is under way then may still finish.

        Raises BadToken or WebhookRefused; Telegram out of reach is waited for.
        """
        try:
            async with self._running():
                await (self._poll() if self._webhook is None else self._listen(self._webhook))
        except BadToken:
            self._telemetry.log.critical("telegram_token_refused", hint="check TELEGRAM_TOKEN")
            raise

    async def send(self, to: Identity, reply: Reply) -> None:
        """Send a reply to a person's private chat; raises Unreachable or RetryLater, anything else is a fault."""
        chat = int(to.user)
        with self._sending(chat):
            for number, page in enumerate(pages(reply, self._bot.username)):
                await self._delivery.send(chat, page, patient=number > 0, silent=reply.silent)

    async def post(self, chat: ChatRef, reply: Reply) -> Posted:
        """Send a message to a chat, in its topic; raises Unreachable or RetryLater."""
        number, thread = int(chat.chat), None if chat.thread is None else int(chat.thread)
        with self._sending(number):
            message = await self._delivery.send(number, self._one_page(reply), thread=thread, patient=False)
        return Posted(chat, str(message))

    async def edit(self, posted: Posted, reply: Reply) -> None:
        """Put a reply in place of a message; raises MessageGone, Unreachable or RetryLater."""
        chat = int(posted.chat.chat)
        with self._sending(chat):
            there = await self._delivery.edit(chat, int(posted.message), self._one_page(reply), patient=False)
        if not there:
            raise MessageGone

    async def is_admin(self, chat: ChatRef, who: Identity) -> bool:
        """Whether somebody administers a group; raises Unreachable or RetryLater."""
        with self._sending(int(chat.chat)):
            return await self._delivery.is_admin(int(chat.chat), int(who.user))

    async def _moved(self, old: int, new: int) -> None:
        """Telegram refused a message to a group that has become a supergroup; whatever is kept of it goes along."""
        if self._chats is not None:
            await self._chats.happened(moved(old, new))

    def _one_page(self, reply: Reply) -> Page:
        made = pages(reply, self._bot.username)
        return replace(made[0], keyboard=made[-1].keyboard)

    @contextmanager
    def _sending(self, chat: int) -> Iterator[None]:
        """Telegram's refusals as every front tells them; a chat that must be left alone is not asked."""
        wait = self._delivery.wait_of(chat) if self._conversation else NOT_NOW
        if wait:
            raise RetryLater(wait)
        try:
            yield
        except Flood as flood:
            raise RetryLater(flood.seconds) from None
        except (Forbidden, ChatMigrated):
            raise Unreachable from None
        except BadRequest as refused:
            if any(each in refused.message.lower() for each in _SHUT):
                raise Unreachable from None
            raise
        except NetworkError:
            raise RetryLater(NOT_NOW) from None

    async def webhook(self, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status for what was posted to the webhook's path; 503 while the front does not run."""
        if self._webhook is None or not self._webhook.proves(headers):
            return 403
        if self._conversation is None or len(self._lanes) >= WAITING:
            return 503
        return await receive(body, self._submit)

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        menu: asyncio.Task[None] | None = None
        try:
            await self._persistently(self._bot.initialize)
            self._conversation = Conversation(
                self._router, self._delivery, self._telemetry, self._bot.username
            )
            menu = asyncio.create_task(publish_menu(self._bot, self._router, self._telemetry, self._backoff))
            yield
        finally:
            self._up(False)
            if menu is not None:
                menu.cancel()
                await asyncio.gather(menu, return_exceptions=True)
            self._conversation = None
            await self._bot.shutdown()

    async def _poll(self) -> None:
        await self._persistently(lambda: self._bot.delete_webhook(drop_pending_updates=False))
        self._up(True)  # the first long poll may take most of a minute to come back
        poller = Poller(self._bot, self._lanes, self._submit, self._up, self._telemetry, self._backoff)
        try:
            await poller.run()
        finally:
            await self._lanes.close(self._grace)
            await poller.confirm()

    async def _listen(self, settings: WebhookSettings) -> None:
        await self._persistently(
            lambda: self._bot.set_webhook(
                settings.url,
                max_connections=CONNECTIONS,
                allowed_updates=list(ALLOWED_UPDATES),
                drop_pending_updates=False,
                secret_token=settings.secret,
            )
        )
        self._up(True)
        try:
            await asyncio.Event().wait()
        finally:
            await self._lanes.close(self._grace)

    async def _persistently(self, act: Callable[[], Awaitable[object]]) -> None:
        """Do what must be done at start, however long Telegram is out of reach."""
        attempt = 0
        while True:
            try:
                await act()
            except InvalidToken:
                raise BadToken from None
            except BadRequest as refused:
                raise WebhookRefused(refused.message) from None
            except TelegramError as fault:
                wait = fault.seconds if isinstance(fault, Flood) else self._backoff.delay(attempt)
                self._telemetry.log.warning(
                    "telegram_unreachable", kind=type(fault).__name__, wait=round(wait, 1)
                )
                await asyncio.sleep(wait)
                attempt += 1
            else:
                return

    def _submit(self, raw: dict[str, Any]) -> asyncio.Task[None] | None:
        """Line an update up to be answered; None where there is nothing to answer."""
        conversation, chats = self._conversation, self._chats
        try:
            update = Update.de_json(raw, self._bot)
            event = chat_event(update)
            incoming = translate(update, self._bot.bot)
        except Exception as fault:  # noqa: BLE001 - one update that cannot be read must not hold up the rest
            self._telemetry.incident(fault)
            return None
        if event is not None and chats is not None:
            key = f"chat {update.effective_chat.id}" if update.effective_chat else "nobody"
            return self._lanes.submit(update.update_id, key, lambda: chats.happened(event))
        if incoming is None or conversation is None:
            return None
        return self._lanes.submit(update.update_id, person_of(update), lambda: conversation.answer(incoming))

    def _up(self, up: bool) -> None:
        self._telemetry.fronts.labels(self.platform.value).set(up)
