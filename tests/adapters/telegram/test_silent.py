"""Notices that make no sound."""

from bot.adapters.telegram import TelegramFront
from bot.core.identity import Identity, Platform
from bot.core.markup import parse
from bot.core.reply import Reply
from tests.fakes.telegram_server import TelegramServer


async def test_a_silent_notice_makes_no_sound(front: TelegramFront, server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/start")
    await server.message(ann)
    for silent in (True, False):
        await front.send(Identity(Platform.TELEGRAM, str(ann.id)), Reply(parse("<p>Psst</p>"), silent=silent))
    _, quiet, loud = server.asked("sendMessage")
    assert quiet["disable_notification"] is True
    assert "disable_notification" not in loud
