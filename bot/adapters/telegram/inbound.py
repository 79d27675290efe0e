"""Updates of Telegram, translated to requests."""

import re
from dataclasses import dataclass

from telegram import (
    CallbackQuery,
    Chat,
    ChatMember,
    ChatMemberRestricted,
    ChatMemberUpdated,
    Message,
    PollAnswer,
    Update,
    User,
)
from telegram.constants import ChatMemberStatus, ChatType

from bot.core.chats import ChatEvent, ChatJoined, ChatLost, ChatMoved
from bot.core.identity import ChatRef, Identity, Platform
from bot.core.poll import voted
from bot.core.request import Input, Pressed, Request, Said

# Edited messages are not asked for: what was said is said.
ALLOWED_UPDATES = (Update.MESSAGE, Update.CALLBACK_QUERY, Update.POLL_ANSWER, Update.MY_CHAT_MEMBER)

_COMMAND = re.compile(r"/([^\s@/]+)@(\w+)(?!\S)")
_GROUPS = frozenset({ChatType.GROUP, ChatType.SUPERGROUP})
_OUT = frozenset({ChatMemberStatus.LEFT, ChatMemberStatus.BANNED})


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed: the query to answer and, where it is still there, the message it sits on."""

    query: str
    message: int | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request and where its answer goes. `said` is the message that an answer in a group replies to.

    `vote`: it is one in a poll.
    """

    request: Request
    chat: int
    thread: int | None = None
    said: int | None = None
    press: Press | None = None
    vote: bool = False


def translate(update: Update, bot: User) -> Incoming | None:
    """The request that an update is, or None where nobody speaks to this bot."""
    if update.callback_query is not None:
        return _pressed(update, update.callback_query)
    if update.message is not None:
        return _said(update, update.message, bot)
    if update.poll_answer is not None:
        return _voted(update, update.poll_answer)
    return None


def chat_event(update: Update) -> ChatEvent | None:
    """What an update tells of a group: that the bot was let in, put out or muted, or that the group has another id."""
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    message = update.message
    if message is None or message.chat.type not in _GROUPS:
        return None
    if message.migrate_to_chat_id is not None:
        return moved(message.chat.id, message.migrate_to_chat_id)
    if message.migrate_from_chat_id is not None:
        return moved(message.migrate_from_chat_id, message.chat.id)
    return None


def moved(old: int, new: int) -> ChatMoved:
    """A group that has become a supergroup."""
    return ChatMoved(_group(old), _group(new))


def _membership(change: ChatMemberUpdated) -> ChatEvent | None:
    if change.chat.type not in _GROUPS:
        return None
    chat = _group(change.chat.id)
    return ChatJoined(chat) if _may_speak(change.new_chat_member) else ChatLost(chat)


def _may_speak(member: ChatMember) -> bool:
    muted = isinstance(member, ChatMemberRestricted) and not member.can_send_messages
    return member.status not in _OUT and not muted


def _group(chat: int) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(chat), private=False)


def person_of(update: Update) -> str:
    """Whose updates must stay in order: the person's, or the chat's where there is no person."""
    user, chat = update.effective_user, update.effective_chat
    return f"user {user.id}" if user else f"chat {chat.id}" if chat else "nobody"


def _said(update: Update, message: Message, bot: User) -> Incoming | None:
    user, text = message.from_user, message.text
    private = message.chat.type == ChatType.PRIVATE
    if user is None or user.is_bot or not text or not (private or message.chat.type in _GROUPS):
        return None
    text, called = _addressed_by_name(text, bot)
    if text is None:
        return None
    thread = message.message_thread_id if message.is_topic_message else None
    request = _request(
        update,
        user,
        message.chat,
        thread,
        Said(text, private or called or _replies_to(message, bot)),
        whispers=private,
    )
    return Incoming(request, message.chat.id, thread, None if private else message.message_id)


def _pressed(update: Update, query: CallbackQuery) -> Incoming:
    """A press; a message too old to be shown has only its chat and number, and is answered by a new one."""
    payload, message, user = query.data or "", query.message, query.from_user
    chat = message.chat if message is not None else Chat(user.id, ChatType.PRIVATE)
    thread = number = None
    if isinstance(message, Message) and message.is_accessible:
        number = message.message_id
        thread = message.message_thread_id if message.is_topic_message else None
    request = _request(update, user, chat, thread, Pressed(payload), whispers=True)
    return Incoming(request, chat.id, thread, press=Press(query.id, number))


def _voted(update: Update, vote: PollAnswer) -> Incoming | None:
    """A vote, which does not say in which chat: it is answered in private. None where it is taken back or a chat's."""
    user = vote.user
    if user is None or not vote.option_ids:
        return None
    chat = Chat(user.id, ChatType.PRIVATE)
    act = voted(vote.poll_id, vote.option_ids[0])
    return Incoming(_request(update, user, chat, None, act, whispers=True), user.id, vote=True)


def _request(
    update: Update, user: User, chat: Chat, thread: int | None, act: Input, *, whispers: bool
) -> Request:
    return Request(
        str(update.update_id),
        Identity(Platform.TELEGRAM, str(user.id)),
        ChatRef(
            Platform.TELEGRAM,
            str(chat.id),
            chat.type == ChatType.PRIVATE,
            None if thread is None else str(thread),
        ),
        act,
        user.full_name,
        user.language_code,
        whispers,
        handle=user.username or "",
    )


def _addressed_by_name(text: str, bot: User) -> tuple[str | None, bool]:
    """The text without this bot's name, and whether the name stood there; None for another bot's command."""
    name = (bot.username or "").casefold()
    command = _COMMAND.match(text)
    if command is not None:
        if command[2].casefold() != name:
            return None, False
        return f"/{command[1]}{text[command.end() :]}", True
    first, _, rest = text.partition(" ")
    if name and first.casefold() == f"@{name}":
        return rest.strip() or None, True
    return text, False


def _replies_to(message: Message, bot: User) -> bool:
    """Whether a message answers one of the bot's own; in a topic the topic's first message does not count."""
    earlier = message.reply_to_message
    return (
        earlier is not None
        and earlier.forum_topic_created is None
        and earlier.from_user is not None
        and earlier.from_user.id == bot.id
    )
