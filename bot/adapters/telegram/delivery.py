"""Sending: what Telegram asks to wait is waited for, what the network drops is sent again."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, NetworkError, TelegramError

from bot.adapters.telegram import limits
from bot.adapters.telegram.backoff import Backoff
from bot.adapters.telegram.errors import Flood
from bot.adapters.telegram.raw_bot import RawBot
from bot.adapters.telegram.render import Page
from bot.core.limits import cut

ATTEMPTS = 8
_NO_PREVIEW = {"is_disabled": True}
_UNCHANGED = "not modified"
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")


class Delivery:
    """Sends pages, edits and alerts. A chat that Telegram asked to leave alone is left alone until then."""

    def __init__(self, bot: RawBot, backoff: Backoff) -> None:
        self._bot = bot
        self._backoff = backoff
        self._until: dict[int, float] = {}

    def wait_of(self, chat: int) -> float:
        """The seconds until a chat may be written to again."""
        until = self._until.get(chat)
        left = 0.0 if until is None else until - time.monotonic()
        if left <= 0:
            self._until.pop(chat, None)
        return max(0.0, left)

    async def send(
        self,
        chat: int,
        page: Page,
        *,
        thread: int | None = None,
        said: int | None = None,
        patient: bool = True,
        silent: bool = False,
    ) -> None:
        """Send a new message, in a topic and as the answer to a message where these are given; `silent`: no sound.

        Raises Forbidden, BadRequest and, after several attempts or at once without patience, Flood or NetworkError.
        """
        attempts = ATTEMPTS if patient else 1
        answered = None if said is None else {"message_id": said, "allow_sending_without_reply": True}

        async def sent(to: int) -> None:
            await self._bot.call(
                "sendMessage",
                chat_id=to,
                text=page.html,
                parse_mode=ParseMode.HTML.value,
                link_preview_options=_NO_PREVIEW,
                disable_notification=silent or None,
                message_thread_id=thread,
                reply_parameters=answered,
                reply_markup=page.keyboard,
            )

        try:
            await self._tried(chat, sent, attempts)
        except ChatMigrated as moved:
            await self._tried(moved.new_chat_id, sent, attempts)

    async def edit(self, chat: int, message: int, page: Page) -> bool:
        """Put a page in place of a message; False where that message is gone. Raises as `send` does."""

        async def edited(to: int) -> None:
            await self._bot.call(
                "editMessageText",
                chat_id=to,
                message_id=message,
                text=page.html,
                parse_mode=ParseMode.HTML.value,
                link_preview_options=_NO_PREVIEW,
                reply_markup=page.keyboard,
            )

        try:
            await self._tried(chat, edited, ATTEMPTS)
        except BadRequest as refused:
            reason = refused.message.lower()
            if _UNCHANGED in reason:
                return True
            if reason.startswith(_GONE):
                return False
            raise
        return True

    async def answer_press(self, query: str, text: str | None = None, url: str | None = None) -> bool:
        """Stop a pressed button's spinner, with an alert or a link where given; False where it is too late."""
        shown = None if text is None else cut(text, limits.ALERT, limits.length)
        for attempt in range(ATTEMPTS):
            try:
                await self._bot.answer_callback_query(query, shown, show_alert=shown is not None, url=url)
            except Flood as flood:
                await asyncio.sleep(flood.seconds)
            except BadRequest:
                return False
            except NetworkError:
                await asyncio.sleep(self._backoff.delay(attempt))
            else:
                return True
        return False

    async def typing(self, chat: int, thread: int | None) -> None:
        """Show that an answer is being made, until cancelled; whether it is shown is of no consequence."""
        while True:
            try:
                await self._bot.send_chat_action(chat, ChatAction.TYPING, message_thread_id=thread)
            except TelegramError:
                return
            await asyncio.sleep(limits.TYPING_LASTS)

    async def _tried(self, chat: int, act: Callable[[int], Awaitable[None]], attempts: int) -> None:
        for attempt in range(attempts):
            wait = self.wait_of(chat)
            if wait:
                await asyncio.sleep(wait)
            last = attempt == attempts - 1
            try:
                await act(chat)
            except Flood as flood:
                self._until[chat] = time.monotonic() + flood.seconds
                if last:
                    raise
            except BadRequest:
                raise
            except NetworkError:
                if last:
                    raise
                await asyncio.sleep(self._backoff.delay(attempt))
            else:
                return
