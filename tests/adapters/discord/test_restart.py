"""What was sent before a restart is answered after it: nothing of it was in memory."""

from tests.fakes.discord_payloads import Person
from tests.fakes.discord_run import serving
from tests.fakes.discord_server import DiscordServer
from tests.fakes.small_bot import SmallBot
from tests.fakes.turns import MemoryTurns


async def test_a_new_bot_answers_the_old_button(server: DiscordServer, dana: Person) -> None:
    turns = MemoryTurns()
    async with serving(server, SmallBot(), turns):
        card = (await server.slash(dana, "start")).shown[0]
    await server.until(lambda: not server.gateway.connected)
    async with serving(server, SmallBot(), turns):
        await server.press(dana, "Count together", card)
    assert "**count**: 1" in card.text


async def test_a_new_bot_takes_the_old_form(server: DiscordServer, dana: Person) -> None:
    async with serving(server, SmallBot()):
        act = await server.slash(dana, "open", symbol="eth")
    await server.until(lambda: not server.gateway.connected)
    bot = SmallBot()
    async with serving(server, bot):
        await server.submit(act, side="long")
    assert bot.ran == ["open long ETHUSDT"]
