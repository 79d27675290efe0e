"""The life of the front: login, gateway, endpoints, messages to somebody, the end."""

import asyncio
import io
import logging

import discord
import pytest
import structlog

from bot.adapters.discord import BadEndpoints, BadToken, DiscordFront
from bot.adapters.discord.endpoints import apply_endpoints
from bot.core.identity import Identity, Platform
from bot.core.markup import Paragraph, Span, Title, parse
from bot.core.reply import Reply, ReplyButton
from bot.core.sender import Front, RetryLater, Unreachable
from bot.telemetry import Telemetry, set_up_logs
from tests.fakes.discord_payloads import Person
from tests.fakes.discord_run import DiscordBot, serving
from tests.fakes.discord_server import DiscordServer
from tests.fakes.small_bot import small_router

NOTICE = Reply(
    (Title((Span("Liquidated"),)), Paragraph((Span("At 45,000"),))), ((ReplyButton("Why?", "1|||why"),),)
)


def to(person: Person) -> Identity:
    return Identity(Platform.DISCORD, str(person.id))


def front_of(server: DiscordServer, token: str | None = None) -> DiscordFront:
    telemetry = Telemetry()
    router = small_router(DiscordBot(), telemetry=telemetry)
    return DiscordFront(
        server.token if token is None else token,
        router,
        telemetry,
        api_base=server.api_base,
        gateway_url=server.gateway_url,
    )


async def test_it_is_a_front(server: DiscordServer) -> None:
    front: Front = front_of(server)
    assert front.platform is Platform.DISCORD


async def test_it_asks_for_servers_alone_and_tells_whether_it_serves(
    server: DiscordServer, bot: DiscordBot
) -> None:
    telemetry = Telemetry()
    gauge = telemetry.fronts.labels("discord")
    async with serving(server, bot, telemetry=telemetry) as front:
        identify = next(each for each in server.gateway.received if each["op"] == 2)
        assert identify["d"]["intents"] == 1
        assert gauge._value.get() == 1
        assert front._client is not None
    assert gauge._value.get() == 0
    assert front._client is None


class TestGateway:
    async def test_after_a_drop_it_resumes_and_answers_what_it_missed(
        self, server: DiscordServer, bot: DiscordBot, dana: Person
    ) -> None:
        async with serving(server, bot):
            await server.gateway.drop()
            act = await server.slash(dana, "count")
            assert act.shown
        assert (server.gateway.identified, server.gateway.resumed) == (1, 1)

    async def test_it_reconnects_when_it_is_asked_to(
        self, server: DiscordServer, bot: DiscordBot, dana: Person
    ) -> None:
        async with serving(server, bot):
            await server.gateway.ask_to_reconnect()
            await server.until(lambda: server.gateway.resumed == 1)
            assert (await server.slash(dana, "count")).shown

    async def test_it_begins_a_new_session_when_the_old_one_is_invalid(
        self, server: DiscordServer, bot: DiscordBot, dana: Person
    ) -> None:
        async with serving(server, bot):
            await server.gateway.invalidate()
            # the library waits five seconds, which is how often Discord lets a bot identify
            await server.until(lambda: server.gateway.identified == 2, within=8.0)
            await server.ready()
            assert (await server.slash(dana, "count")).shown

    async def test_its_heart_beats(self, bot: DiscordBot) -> None:
        async with DiscordServer(heartbeat=0.05) as server, serving(server, bot):
            await server.until(lambda: sum(each["op"] == 1 for each in server.gateway.received) >= 3)


async def test_a_start_without_network_is_tried_again(dana: Person) -> None:
    server = DiscordServer()
    async with server:
        pass  # so that there is an address where nobody listens
    telemetry = Telemetry()
    front = DiscordFront(
        server.token,
        small_router(DiscordBot(), telemetry=telemetry),
        telemetry,
        api_base=server.api_base,
        gateway_url=server.gateway_url,
        pause=0.02,
    )
    task = asyncio.create_task(front.serve())
    await asyncio.sleep(0.1)
    assert not task.done()
    async with DiscordServer(port=server.port) as awake:
        await awake.ready()
        assert (await awake.slash(dana, "count")).shown
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class TestToken:
    @pytest.mark.parametrize(
        "token", ["MTAx.other.token", "", "  ", "two words", "line\nfeed", "Bot x\r\nX: y"]
    )
    async def test_a_wrong_token_is_a_clear_fault_that_does_not_name_it(
        self, server: DiscordServer, token: str
    ) -> None:
        out = io.StringIO()
        set_up_logs("DEBUG", out)
        try:
            with pytest.raises(BadToken, match="DISCORD_TOKEN") as raised:
                await front_of(server, token).serve()
        finally:
            structlog.reset_defaults()
        server.refusals.clear()
        assert "setting='DISCORD_TOKEN'" in out.getvalue()
        for shown in (out.getvalue(), str(raised.value)):
            assert not token.strip() or token.strip() not in shown

    async def test_a_token_that_the_gateway_refuses_is_wrong_too(self, server: DiscordServer) -> None:
        server.gateway._token = "another"
        with pytest.raises(BadToken):
            await front_of(server).serve()

    async def test_neither_tokens_nor_text_reach_the_log(self, server: DiscordServer, dana: Person) -> None:
        out = io.StringIO()
        set_up_logs("DEBUG", out)
        logging.getLogger().setLevel(logging.DEBUG)
        records: list[str] = []
        handler = logging.Handler()
        handler.emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
        logging.getLogger().addHandler(handler)
        try:
            async with serving(server, DiscordBot()):
                server.limit("POST /webhooks", 0.01)
                server.limit("POST /interactions", 0.01)
                act = await server.slash(dana, "start", word="swordfish")
                await server.gateway.drop()
                await server.until(lambda: server.gateway.resumed == 1)
        finally:
            logging.getLogger().removeHandler(handler)
            logging.getLogger().setLevel(logging.WARNING)
            structlog.reset_defaults()
        assert act.shown
        assert "rate limited" in out.getvalue()
        for secret in (server.token, act.token, "swordfish"):
            assert secret not in out.getvalue()
            assert not any(secret in each for each in records)


class TestEndpoints:
    @pytest.mark.parametrize(
        ("api", "gateway"),
        [
            ("http://127.0.0.1:1/api/v10", None),
            (None, "ws://127.0.0.1:1/"),
            ("http://127.0.0.1:1", ""),
            ("ftp://127.0.0.1", "ws://127.0.0.1"),
            ("http://127.0.0.1", "http://127.0.0.1"),
        ],
    )
    def test_one_without_the_other_is_refused(self, api: str | None, gateway: str | None) -> None:
        before = discord.http.Route.BASE
        with pytest.raises(BadEndpoints):
            DiscordFront("token", small_router(DiscordBot()), Telemetry(), api_base=api, gateway_url=gateway)
        with pytest.raises(BadEndpoints):
            apply_endpoints(api, gateway)
        assert before == discord.http.Route.BASE

    def test_both_are_applied_together_and_neither_means_the_real_ones(self) -> None:
        apply_endpoints("http://127.0.0.1:1/api/v10/", "ws://127.0.0.1:2/")
        assert discord.http.Route("GET", "/users/@me").url == "http://127.0.0.1:1/api/v10/users/@me"
        assert str(discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY) == "ws://127.0.0.1:2/"
        apply_endpoints(None, None)
        assert discord.http.Route.BASE == "https://discord.com/api/v10"
        assert str(discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY) == "wss://gateway.discord.gg/"


class TestSending:
    async def test_a_notice_reaches_the_direct_chat(
        self, server: DiscordServer, bot: DiscordBot, dana: Person
    ) -> None:
        async with serving(server, bot) as front:
            await front.send(to(dana), NOTICE)
            await front.send(to(dana), NOTICE)
        first, second = server.sent_to(server.chat(dana).id)
        assert first.text == second.text == "Liquidated\nAt 45,000"
        assert first.buttons == {"Why?": "1|||why"}
        assert all(
            each.body["allowed_mentions"] == {"parse": []} for each in server.calls("POST", "/messages")
        )

    async def test_a_long_notice_goes_in_several_messages_with_the_buttons_last(
        self, server: DiscordServer, bot: DiscordBot, dana: Person
    ) -> None:
        long = Reply(parse(f"<p>{'word ' * 1500}</p>"), NOTICE.buttons)
        async with serving(server, bot) as front:
            await front.send(to(dana), long)
        first, second = server.sent_to(server.chat(dana).id)
        assert (len(first.buttons), len(second.buttons)) == (0, 1)

    async def test_somebody_who_takes_no_messages_is_unreachable(
        self, server: DiscordServer, bot: DiscordBot, dana: Person
    ) -> None:
        server.shut.add(dana.id)
        async with serving(server, bot) as front:
            with pytest.raises(Unreachable):
                await front.send(to(dana), NOTICE)
            with pytest.raises(Unreachable):
                await front.send(Identity(Platform.DISCORD, "nobody"), NOTICE)
        server.refusals.clear()

    async def test_a_rate_limit_is_waited_for(
        self, server: DiscordServer, bot: DiscordBot, dana: Person
    ) -> None:
        async with serving(server, bot) as front:
            server.limit("POST /channels", 0.05)
            await front.send(to(dana), NOTICE)
        assert [each.status for each in server.calls("POST", "/messages")] == [429, 200]

    async def test_a_long_rate_limit_is_for_later(
        self, server: DiscordServer, bot: DiscordBot, dana: Person
    ) -> None:
        async with serving(server, bot) as front:
            server.limit("POST /channels", 300.0)
            with pytest.raises(RetryLater) as later:
                await front.send(to(dana), NOTICE)
        assert later.value.seconds == 300.0

    async def test_before_it_serves_sending_is_for_later(self, server: DiscordServer, dana: Person) -> None:
        with pytest.raises(RetryLater):
            await front_of(server).send(to(dana), NOTICE)
