"""What Telegram tells of a group: the bot is put out, muted or called back, or the group becomes a supergroup."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.telegram import TelegramFront
from bot.core.chats import ChatEvent, ChatJoined, ChatLost, ChatMoved
from bot.core.identity import ChatRef, Platform
from bot.core.reply import Answer, Reply
from bot.core.sender import MessageGone, Posted
from bot.services.school.night import Night
from bot.storage import quiz_nights
from tests.adapters.telegram.conftest import Run
from tests.adapters.telegram.test_quiz_night import running
from tests.fakes.plain_wording import PlainWording
from tests.fakes.telegram_objects import DATE, Group
from tests.fakes.telegram_server import TelegramServer

pytestmark = pytest.mark.timeout(60)
UPGRADED = "Bad Request: group chat was upgraded to a supergroup chat"


@dataclass
class Heard:
    """Implements ChatEvents: keeps what happened."""

    events: list[ChatEvent] = field(default_factory=list)

    async def happened(self, event: ChatEvent) -> None:
        self.events.append(event)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def front(run: Run, server: TelegramServer, heard: Heard) -> AsyncIterator[TelegramFront]:
    async with run(chats=heard) as made:
        await server.until(lambda: bool(server.asked("deleteWebhook")))
        yield made


def ref(room: Group) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(room.id), private=False)


def card() -> Reply:
    return PlainWording().word(Answer("night", {"html": "<p>Card</p>"}), "en", "UTC")


def tell(server: TelegramServer, room: Group, status: str, **more: Any) -> None:
    """Telegram tells that the bot's own standing in a group has changed."""
    bot, who = server.bot.user(), server.person("Admin").user()
    before, after = {"user": bot, "status": "member"}, {"user": bot, "status": status, **more}
    body = {"chat": room.chat(), "from": who, "date": DATE, "old_chat_member": before}
    server.queue(_update("my_chat_member", body | {"new_chat_member": after}))


def migrate(server: TelegramServer, room: Group, **field_: int) -> None:
    """The service message in one of the two chats."""
    body = {"message_id": 900, "chat": room.chat(), "from": server.person("Admin").user(), "date": DATE}
    server.queue(_update("message", body | field_))


_numbers = iter(range(7000, 8000))


def _update(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"update_id": next(_numbers), kind: body}


def restricted(*, speaks: bool) -> dict[str, Any]:
    names = (
        *("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos"),
        *("can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls"),
        *("can_send_other_messages", "can_add_web_page_previews", "can_change_info", "can_invite_users"),
        *("can_pin_messages", "can_manage_topics", "can_edit_tag", "can_react_to_messages"),
    )
    return dict.fromkeys(names, False) | {"can_send_messages": speaks, "is_member": True, "until_date": 0}


@pytest.mark.usefixtures("front")
async def test_it_hears_of_being_put_out_muted_and_called_back(server: TelegramServer, heard: Heard) -> None:
    room = server.group("Room")
    tell(server, room, "kicked", until_date=0)
    tell(server, room, "left")
    tell(server, room, "restricted", **restricted(speaks=False))
    tell(server, room, "restricted", **restricted(speaks=True))
    tell(server, room, "member")
    await server.until(lambda: len(heard.events) == 5)
    lost, joined = ChatLost(ref(room)), ChatJoined(ref(room))
    assert heard.events == [lost, lost, lost, joined, joined]


@pytest.mark.usefixtures("front")
async def test_a_person_who_blocks_the_bot_is_no_group(server: TelegramServer, heard: Heard) -> None:
    server.block(server.person("Ann"))
    await server.settled()
    assert heard.events == []


@pytest.mark.usefixtures("front")
async def test_both_messages_of_a_move_tell_the_same(server: TelegramServer, heard: Heard) -> None:
    old, new = server.group("Room"), Group(-1_002_000_000_001, "Room")
    migrate(server, old, migrate_to_chat_id=new.id)
    migrate(server, new, migrate_from_chat_id=old.id)
    await server.until(lambda: len(heard.events) == 2)
    assert set(heard.events) == {ChatMoved(ref(old), ref(new))}


async def test_a_refused_message_tells_of_the_move_and_arrives_in_the_new_chat(
    server: TelegramServer, front: TelegramFront, heard: Heard
) -> None:
    old, new = server.group("Room"), server.group("Grown room")
    server.fail("sendMessage", 400, UPGRADED, migrate_to_chat_id=new.id)
    await front.post(ref(old), card())
    assert (len(server.shown(old)), len(server.shown(new))) == (0, 1)
    assert heard.events == [ChatMoved(ref(old), ref(new))]


async def test_a_living_message_that_stayed_behind_is_gone(
    server: TelegramServer, front: TelegramFront, heard: Heard
) -> None:
    old, new = server.group("Room"), server.group("Grown room")
    server.fail("editMessageText", 400, UPGRADED, migrate_to_chat_id=new.id)
    with pytest.raises(MessageGone):
        await front.edit(Posted(ref(old), "5"), card())
    assert heard.events == [ChatMoved(ref(old), ref(new))]


async def test_a_quiz_night_goes_on_in_the_supergroup(server: TelegramServer, tmp_path: Path) -> None:
    """Nobody told the bot: it hears of the move when it changes its message."""
    old, new = server.group("Room"), server.group("Grown room")
    ann, ben = server.person("Ann"), server.person("Ben")
    async with running(server, old, f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}") as whole:
        server.say(ann, "/quiznight@marginalia_test_bot 1 20s", old)
        await server.settled()
        lobby = await whole.later(0)
        assert await whole.press(ben, "Join", lobby) == "You are in."
        server.fail("editMessageText", 400, UPGRADED, migrate_to_chat_id=new.id)
        server.fail("sendMessage", 400, UPGRADED, migrate_to_chat_id=new.id)
        await whole.later(61)
        whole.room = new
        question = await whole.later(1)
        assert question.text.startswith("Question 1 of 1")
        right = await whole.right()
        assert (await whole.press(ben, str(right), question) or "").startswith(f"Your answer: {right}.")
        async with whole.bot.store.unit() as unit:
            night = Night.of((await quiz_nights.running(unit))[0])
        assert (night.chat, night.message) == (ref(new), str(question.id))
        await whole.later(40)
        assert (await whole.later(20)).text.startswith("Quiz night · the result")
