"""The methods of the fake Bot API."""

import asyncio
from typing import Any

from tests.fakes import telegram_rules as rules
from tests.fakes.telegram_files import Upload, check_file
from tests.fakes.telegram_html import Refused
from tests.fakes.telegram_objects import Chat, Group, Person, Shown, changed, shown_of
from tests.fakes.telegram_world import Answered, TelegramWorld


class TelegramMethods(TelegramWorld):
    """Each method takes its checked parameters and returns its result or raises Refused."""

    def __init__(self, bot: Person) -> None:
        super().__init__(bot)
        self.menus: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.webhook: dict[str, Any] = {}
        self._poll = 0

    async def get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return self.bot.user() | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def get_updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refused(
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
                409,
            )
        if not 1 <= given.get("limit", 100) <= 100:
            raise Refused("Bad Request: limit must be 1 to 100")
        rules.check_allowed(given)
        if given.get("allowed_updates"):
            self.allowed = frozenset(given["allowed_updates"])
        self._poll += 1
        mine, offset = self._poll, given.get("offset", 0)
        while self.updates and offset > self.updates[0].get("update_id", 0):
            self.updates.popleft()
        try:
            async with asyncio.timeout(given.get("timeout", 0)), self.changed:
                self.changed.notify_all()
                await self.changed.wait_for(lambda: self.updates or self._poll != mine)
        except TimeoutError:
            pass
        if self._poll != mine:
            raise Refused(
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                409,
            )
        return list(self.updates)[: given.get("limit", 100)]

    async def set_webhook(self, given: dict[str, Any]) -> bool:
        rules.check_webhook(given)
        rules.check_allowed(given)
        self.allowed = frozenset(given.get("allowed_updates") or self.allowed)
        self.webhook = given
        if given.get("drop_pending_updates"):
            self.updates.clear()
        self.updates_came()
        return True

    async def delete_webhook(self, given: dict[str, Any]) -> bool:
        self.webhook = {}
        if given.get("drop_pending_updates"):
            self.updates.clear()
        return True

    async def get_webhook_info(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates),
        }

    async def send_message(self, given: dict[str, Any]) -> dict[str, Any]:
        return self._sent(given, rules.message_of(given, "message is too long"))

    async def send_photo(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["chat_id"] in self.without_photos:
            raise Refused("Bad Request: not enough rights to send photos to the chat")
        return self._sent(given, rules.caption_of(given), photo=check_file(given, "photo"))

    async def send_document(self, given: dict[str, Any]) -> dict[str, Any]:
        return self._sent(given, rules.caption_of(given), document=check_file(given, "document"))

    def _sent(self, given: dict[str, Any], body: dict[str, Any], **file: Upload) -> dict[str, Any]:
        chat = self._writable(given["chat_id"])
        thread = given.get("message_thread_id")
        if thread is not None and not (isinstance(chat, Group) and chat.topics):
            raise Refused("Bad Request: message thread not found")
        reply = given.get("reply_parameters", {})
        if reply and reply.keys() - {"message_id", "allow_sending_without_reply"}:
            raise Refused("Bad Request: can't parse reply parameters")
        number = self._book.next_message(chat.id)
        shown = shown_of(chat.id, number, body, thread, reply.get("message_id"), **file)
        return self._show(shown, chat)

    async def edit_message_text(self, given: dict[str, Any]) -> dict[str, Any]:
        body = rules.message_of(given, "MESSAGE_TOO_LONG")
        chat = self._writable(given["chat_id"])
        before = self._messages.get((chat.id, given["message_id"]))
        if before is None:
            raise Refused("Bad Request: message to edit not found")
        if before.photo is not None or before.document is not None:
            raise Refused("Bad Request: there is no text in the message to edit")
        after = changed(before, body)
        if (after.text, after.entities, after.rows) == (before.text, before.entities, before.rows):
            raise Refused(
                "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message"
            )
        return self._show(after, chat)

    async def answer_callback_query(self, given: dict[str, Any]) -> bool:
        query = given["callback_query_id"]
        if len(given.get("text", "")) > rules.MAX_ALERT:
            raise Refused("Bad Request: MESSAGE_TOO_LONG")
        if "url" in given:
            rules.check_url(given["url"])
        if query not in self._queries or self._queries[query] is not None:
            raise Refused("Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._queries[query] = Answered(given.get("text"), given.get("show_alert", False), given.get("url"))
        return True

    async def send_poll(self, given: dict[str, Any]) -> dict[str, Any]:
        rules.check_poll(given)
        chat = self._writable(given["chat_id"])
        if chat.id in self.without_polls:
            raise Refused("Bad Request: not enough rights to send polls to the chat")
        reply = given.get("reply_parameters", {})
        number = self._book.next_message(chat.id)
        rows = given.get("reply_markup", {}).get("inline_keyboard", [])
        shown = Shown(
            chat.id,
            number,
            given["question"],
            rows=tuple(tuple(row) for row in rows),
            thread=given.get("message_thread_id"),
            reply_to=reply.get("message_id"),
            poll=self._book.poll(given),
        )
        return self._show(shown, chat)

    async def get_chat_member(self, given: dict[str, Any]) -> dict[str, Any]:
        self._writable(given["chat_id"])
        who = self._chats.get(given["user_id"])
        if not isinstance(who, Person):
            raise Refused("Bad Request: user not found")
        if (given["chat_id"], who.id) in self.owners:
            return {"user": who.user(), "status": "creator", "is_anonymous": False}
        return {"user": who.user(), "status": "member"}

    async def send_chat_action(self, given: dict[str, Any]) -> bool:
        self._writable(given["chat_id"])
        if given["action"] not in rules.ACTIONS:
            raise Refused("Bad Request: wrong parameter action in request")
        return True

    async def set_my_commands(self, given: dict[str, Any]) -> bool:
        rules.check_commands(given)
        self.menus[_menu(given)] = given["commands"]
        return True

    async def get_my_commands(self, given: dict[str, Any]) -> list[dict[str, str]]:
        rules.check_menu(given)
        return self.menus.get(_menu(given), [])

    async def delete_my_commands(self, given: dict[str, Any]) -> bool:
        rules.check_menu(given)
        self.menus.pop(_menu(given), None)
        return True

    def _writable(self, number: int) -> Chat:
        chat = self._chats.get(number)
        if chat is None:
            raise Refused("Bad Request: chat not found")
        if number in self.blocked:
            raise Refused("Forbidden: bot was blocked by the user", 403)
        if isinstance(chat, Person) and number not in self._met:
            raise Refused("Forbidden: bot can't initiate conversation with a user", 403)
        return chat


def _menu(given: dict[str, Any]) -> tuple[str, str]:
    return given.get("scope", {"type": "default"})["type"], given.get("language_code", "")
