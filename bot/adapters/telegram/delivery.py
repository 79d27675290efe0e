"""Sending: what Telegram asks to wait is waited for, what the network drops is sent again."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import InputFile
from telegram.constants import ChatAction, ChatMemberStatus, ParseMode, PollType
from telegram.error import BadRequest, ChatMigrated, NetworkError, TelegramError

from bot.adapters.telegram import limits
from bot.adapters.telegram.backoff import Backoff
from bot.adapters.telegram.errors import Flood
from bot.adapters.telegram.raw_bot import RawBot
from bot.adapters.telegram.render import Page
from bot.core.limits import cut
from bot.core.poll import Poll
from bot.core.reply import PNG, Attachment

ATTEMPTS = 8
_NO_PREVIEW = {"is_disabled": True}
_UNCHANGED = "not modified"
_ADMINS = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})
# The last one: a picture's message has a caption alone, and stays as it is.
_GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
)


Moved = Callable[[int, int], Awaitable[None]]
"""Hears that a group has another id from now on."""


class Delivery:
    """Sends pages, edits and alerts. A chat that Telegram asked to leave alone is left alone until then."""

    def __init__(self, bot: RawBot, backoff: Backoff, moved: Moved | None = None) -> None:
        self._bot = bot
        self._backoff = backoff
        self._moved = moved
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
    ) -> int:
        """Send a new message, in a topic and as the answer to a message where these are given; `silent`: no sound.

        Returns the message's number. Raises Forbidden, BadRequest and, after several attempts or at once without patience, Flood or NetworkError.
        """
        body = {
            "text": page.html,
            "parse_mode": ParseMode.HTML.value,
            "link_preview_options": _NO_PREVIEW,
            "disable_notification": silent or None,
            "reply_markup": page.keyboard,
        }
        sent = await self._sent("sendMessage", chat, body, thread, said, patient=patient)
        return int(sent["message_id"])

    async def send_file(
        self,
        chat: int,
        file: Attachment,
        caption: Page | None = None,
        *,
        thread: int | None = None,
        said: int | None = None,
    ) -> bool:
        """Send a picture or a document, with a page of at most limits.CAPTION as its caption.

        False for one that is too large, or that this chat does not take. Raises as `send` does otherwise.
        """
        photo = file.media == PNG and len(file.content) <= limits.PHOTO_BYTES
        if len(file.content) > limits.DOCUMENT_BYTES:
            return False
        upload = InputFile(file.content, filename=file.name)
        upload.mimetype = file.media
        body: dict[str, Any] = {"photo" if photo else "document": upload}
        if caption is not None:
            body |= {"caption": caption.html, "parse_mode": ParseMode.HTML.value}
            body["reply_markup"] = caption.keyboard
        try:
            await self._sent("sendPhoto" if photo else "sendDocument", chat, body, thread, said)
        except BadRequest:  # a group can forbid pictures
            return False
        return True

    async def send_poll(
        self, chat: int, poll: Poll, *, thread: int | None = None, said: int | None = None
    ) -> str:
        """Send a quiz poll whose votes are told to the bot; returns its id. Raises as `send` does."""
        body = {
            "question": poll.question,
            "options": [{"text": each} for each in poll.options],
            "type": PollType.QUIZ.value,
            "is_anonymous": False,
            "correct_option_ids": [poll.right],
            "explanation": poll.explanation or None,
        }
        sent = await self._sent("sendPoll", chat, body, thread, said)
        return str(sent["poll"]["id"])

    async def is_admin(self, chat: int, user: int) -> bool:
        """Whether somebody administers a group. Raises TelegramError."""
        member = await self._bot.call("getChatMember", chat_id=chat, user_id=user)
        return member.get("status") in _ADMINS

    async def edit(self, chat: int, message: int, page: Page, *, patient: bool = True) -> bool:
        """Put a page in place of a message; False where that message is gone. Raises as `send` does."""

        async def edited(to: int) -> Any:
            return await self._bot.call(
                "editMessageText",
                chat_id=to,
                message_id=message,
                text=page.html,
                parse_mode=ParseMode.HTML.value,
                link_preview_options=_NO_PREVIEW,
                reply_markup=page.keyboard,
            )

        try:
            await self._tried(chat, edited, ATTEMPTS if patient else 1)
        except BadRequest as refused:
            reason = refused.message.lower()
            if _UNCHANGED in reason:
                return True
            if reason.startswith(_GONE):
                return False
            raise
        except ChatMigrated as gone:  # its messages stayed behind
            await self._told(chat, gone)
            return False
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

    async def _sent(
        self,
        method: str,
        chat: int,
        body: dict[str, Any],
        thread: int | None,
        said: int | None,
        *,
        patient: bool = True,
    ) -> Any:
        """The message that a method sent to a chat, or to what became of that chat."""
        attempts = ATTEMPTS if patient else 1
        answered = None if said is None else {"message_id": said, "allow_sending_without_reply": True}
        place = {"message_thread_id": thread, "reply_parameters": answered}

        async def sent(to: int) -> Any:
            return await self._bot.call(method, chat_id=to, **body, **place)

        try:
            return await self._tried(chat, sent, attempts)
        except ChatMigrated as gone:
            await self._told(chat, gone)
            return await self._tried(gone.new_chat_id, sent, attempts)

    async def _told(self, chat: int, gone: ChatMigrated) -> None:
        if self._moved is not None:
            await self._moved(chat, gone.new_chat_id)

    async def _tried(self, chat: int, act: Callable[[int], Awaitable[Any]], attempts: int) -> Any:
        for attempt in range(attempts):
            wait = self.wait_of(chat)
            if wait:
                await asyncio.sleep(wait)
            last = attempt == attempts - 1
            try:
                return await act(chat)
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
        raise AssertionError("no attempt was made")
