"""Notices that make no sound."""

from bot.core.identity import Identity, Platform
from bot.core.markup import parse
from bot.core.reply import Reply, ReplyButton
from tests.fakes.discord_payloads import Person
from tests.fakes.discord_run import DiscordBot, serving
from tests.fakes.discord_server import DiscordServer

SUPPRESS_NOTIFICATIONS = 1 << 12


async def test_a_silent_notice_makes_no_sound(server: DiscordServer, bot: DiscordBot, dana: Person) -> None:
    bot.gate.set()
    rows = ((ReplyButton("Why?", "1|||why"),),)
    async with serving(server, bot) as front:
        for silent in (True, False):
            for buttons in ((), rows):
                reply = Reply(parse("<p>Psst</p>"), buttons, silent=silent)
                await front.send(Identity(Platform.DISCORD, str(dana.id)), reply)
    flags = [each.body.get("flags", 0) & SUPPRESS_NOTIFICATIONS for each in server.calls("POST", "/messages")]
    assert [bool(each) for each in flags] == [True, True, False, False]
