"""A living message in a group: posted, changed, gone, refused; and who administers the group."""

import pytest

from bot.adapters.telegram import TelegramFront
from bot.core.identity import ChatRef, Identity, Platform
from bot.core.reply import Answer, Button, Reply
from bot.core.sender import MessageGone, Posted, RetryLater, Unreachable
from tests.adapters.telegram.conftest import Run
from tests.fakes.plain_wording import PlainWording
from tests.fakes.telegram_objects import Group
from tests.fakes.telegram_server import TelegramServer

pytestmark = pytest.mark.timeout(20)


def chat_of(room: Group, thread: int | None = None) -> ChatRef:
    return ChatRef(
        Platform.TELEGRAM, str(room.id), private=False, thread=None if thread is None else str(thread)
    )


async def served(server: TelegramServer) -> None:
    """Wait until the front serves: by then it has asked for no webhook."""
    await server.until(lambda: bool(server.asked("deleteWebhook")))


def card(count: int, *, lines: int = 1) -> Reply:
    button = Button("Join", "night join", anyone=True, payload="1|||night join")
    page = f"<h1>Night {count}</h1>" + f"<p>{'x' * 1000}</p>" * lines
    return PlainWording().word(Answer("night", {"html": page}, ((button,),)), "en", "UTC")


async def test_a_message_is_posted_and_changed(server: TelegramServer, front: TelegramFront) -> None:
    room = server.group("Room")
    await served(server)
    posted = await front.post(chat_of(room), card(1))
    await front.edit(posted, card(2))
    await front.edit(posted, card(2))  # Telegram says that nothing changed, which is as well
    first, second = server.shown(room)
    assert (first.text[:7], second.text[:7], second.id) == ("Night 1", "Night 2", first.id)
    assert second.labels == (("Join",),)
    server.requests.clear()


async def test_it_stays_in_its_topic(server: TelegramServer, front: TelegramFront) -> None:
    forum = server.group("Forum", topics=True)
    await served(server)
    await front.post(chat_of(forum, 7), card(1))
    assert server.shown(forum)[0].thread == 7


async def test_what_does_not_fit_one_message_is_cut_but_keeps_its_buttons(
    server: TelegramServer, front: TelegramFront
) -> None:
    room = server.group("Room")
    await served(server)
    await front.post(chat_of(room), card(1, lines=6))
    assert [each.labels for each in server.shown(room)] == [(("Join",),)]


async def test_a_deleted_message_is_gone(server: TelegramServer, run: Run) -> None:
    room = server.group("Room")
    async with run() as front:
        await served(server)
        posted = await front.post(chat_of(room), card(1))
        server.erase(server.shown(room)[0])
        with pytest.raises(MessageGone):
            await front.edit(posted, card(2))


async def test_a_flood_is_waited_for_by_who_posts(server: TelegramServer, run: Run) -> None:
    room = server.group("Room")
    async with run() as front:
        await served(server)
        server.flood("sendMessage", 7)
        with pytest.raises(RetryLater) as later:
            await front.post(chat_of(room), card(1))
        assert later.value.seconds == 7
        with pytest.raises(RetryLater):
            await front.edit(Posted(chat_of(room), "1"), card(1))
    assert len(server.asked("editMessageText")) == 0


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (403, "Forbidden: bot was kicked from the group chat"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: chat not found"),
    ],
)
async def test_a_group_that_is_shut_is_unreachable(
    server: TelegramServer, run: Run, status: int, description: str
) -> None:
    room = server.group("Room")
    async with run() as front:
        await served(server)
        server.fail("sendMessage", status, description)
        with pytest.raises(Unreachable):
            await front.post(chat_of(room), card(1))


async def test_telegram_says_who_administers_a_group(server: TelegramServer, front: TelegramFront) -> None:
    room, ann, ben = server.group("Room"), server.person("Ann"), server.person("Ben")
    await served(server)
    server.owners.add((room.id, ann.id))
    found = [
        await front.is_admin(chat_of(room), Identity(Platform.TELEGRAM, str(each.id))) for each in (ann, ben)
    ]
    assert found == [True, False]


async def test_a_front_that_does_not_run_posts_later(server: TelegramServer, run: Run) -> None:
    room = server.group("Room")
    async with run() as front:
        pass
    with pytest.raises(RetryLater):
        await front.post(chat_of(room), card(1))
