"""A living message in a channel: posted, changed, gone, refused; who may manage a server; presses without words."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from bot.core.command import Command
from bot.core.identity import ChatRef, Platform
from bot.core.reply import Answer, Button, Reply
from bot.core.sender import MessageGone, Posted, RetryLater, Unreachable
from tests.fakes.discord_payloads import Person, Place, snowflake
from tests.fakes.discord_run import DiscordBot, serving
from tests.fakes.discord_server import DiscordServer
from tests.fakes.plain_wording import PlainWording
from tests.fakes.turns import MemoryTurn

BUTTON = Button("Quiet", "quiet", anyone=True, payload="1|||quiet")


def chat_of(room: Place) -> ChatRef:
    return ChatRef(Platform.DISCORD, str(room.id), private=False)


def card(number: int, *, lines: int = 1, buttons: tuple[Button, ...] = (BUTTON,)) -> Reply:
    page = f"<h1>Night {number}</h1>" + f"<p>{'x' * 1000}</p>" * lines
    rows = (buttons,) if buttons else ()
    return PlainWording().word(Answer("night", {"html": page}, rows), "en", "UTC")


@dataclass
class QuietBot(DiscordBot):
    """Answers a press with nothing to say; `admins` are what the requests said of who acted."""

    admins: list[bool | None] = field(default_factory=list)

    def commands(self) -> Iterable[Command[MemoryTurn]]:
        yield from super().commands()
        yield Command(name="quiet", summary="Say nothing", handler=self._quiet)

    async def _quiet(self, turn: MemoryTurn, _: object) -> Answer:
        self.admins.append(turn.request.admin)
        return Answer("unsaid", {"html": ""}, private=True)


@pytest.fixture
def bot() -> QuietBot:
    made = QuietBot()
    made.gate.set()
    return made


async def test_a_message_is_posted_and_changed(server: DiscordServer, bot: QuietBot, room: Place) -> None:
    async with serving(server, bot) as front:
        posted = await front.post(chat_of(room), card(1))
        (shown,) = server.sent_to(room.id)
        assert (posted.message, shown.edits) == (str(shown.id), 0)
        assert list(shown.buttons) == ["Quiet"]
        await front.edit(posted, card(2, buttons=()))
    assert shown.text.startswith("Night 2")
    assert (shown.edits, shown.buttons) == (1, {})


async def test_what_does_not_fit_one_message_is_cut_but_keeps_its_buttons(
    server: DiscordServer, bot: QuietBot, room: Place
) -> None:
    async with serving(server, bot) as front:
        await front.post(chat_of(room), card(1, lines=6))
    (shown,) = server.sent_to(room.id)
    assert list(shown.buttons) == ["Quiet"]


async def test_a_thread_is_posted_to_itself(server: DiscordServer, bot: QuietBot, room: Place) -> None:
    thread = snowflake()
    chat = ChatRef(Platform.DISCORD, str(room.id), private=False, thread=str(thread))
    async with serving(server, bot) as front:
        await front.post(chat, card(1))
    assert len(server.sent_to(thread)) == 1


async def test_a_deleted_message_is_gone(server: DiscordServer, bot: QuietBot, room: Place) -> None:
    async with serving(server, bot) as front:
        posted = await front.post(chat_of(room), card(1))
        server.sent_to(room.id)[0].deleted = True
        with pytest.raises(MessageGone):
            await front.edit(posted, card(2))
    server.refusals.clear()


async def test_a_channel_that_is_shut_is_unreachable(
    server: DiscordServer, bot: QuietBot, room: Place
) -> None:
    server.shut.add(room.id - 1)
    async with serving(server, bot) as front:
        with pytest.raises(Unreachable):
            await front.post(chat_of(room), card(1))
    server.refusals.clear()


async def test_a_front_that_is_not_connected_posts_later(
    server: DiscordServer, bot: QuietBot, room: Place
) -> None:
    async with serving(server, bot) as front:
        pass
    with pytest.raises(RetryLater):
        await front.post(chat_of(room), card(1))
    with pytest.raises(RetryLater):
        await front.edit(Posted(chat_of(room), "1"), card(1))


async def test_a_press_with_nothing_to_say_is_answered_without_a_message(
    server: DiscordServer, bot: QuietBot, room: Place, dana: Person
) -> None:
    async with serving(server, bot) as front:
        await front.post(chat_of(room), card(1))
        (shown,) = server.sent_to(room.id)
        act = await server.press(dana, "Quiet", shown, room, wait=False)
        await server.until(lambda: act.answer is not None)
    assert (act.answer, act.shown) == (6, [])


async def test_discord_says_who_may_manage_the_server(
    server: DiscordServer, bot: QuietBot, room: Place, dana: Person
) -> None:
    member = Person("Member", admin=False)
    async with serving(server, bot) as front:
        await front.post(chat_of(room), card(1))
        (shown,) = server.sent_to(room.id)
        for who in (dana, member):
            act = await server.press(who, "Quiet", shown, room, wait=False)
            await server.until(lambda act=act: act.answer is not None)  # type: ignore[misc]
        await server.press(dana, "Quiet", shown, server.chat(dana), wait=False)
        await server.until(lambda: len(bot.admins) == 3)
    assert bot.admins == [True, False, None]
