"""What the front sends, against the platform's own description where `DISCORD_OPENAPI` names the file."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.core.identity import Identity, Platform
from bot.core.markup import parse
from bot.core.reply import Reply
from tests.fakes.discord_payloads import Person, Place
from tests.fakes.discord_run import DiscordBot, serving
from tests.fakes.discord_server import DiscordServer, Recorded

SPEC = os.environ.get("DISCORD_OPENAPI", "")
pytestmark = pytest.mark.skipif(not Path(SPEC).is_file(), reason="DISCORD_OPENAPI names no file")

ROUTES = {
    ("PUT", "/applications/"): "/applications/{application_id}/commands",
    ("POST", "/interactions/"): "/interactions/{interaction_id}/{interaction_token}/callback",
    ("PATCH", "/webhooks/"): "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
    ("POST", "/webhooks/"): "/webhooks/{webhook_id}/{webhook_token}",
    ("POST", "/users/@me/channels"): "/users/@me/channels",
    ("POST", "/channels/"): "/channels/{channel_id}/messages",
}


def schema_of(spec: dict[str, Any], sent: Recorded) -> dict[str, Any] | None:
    for (method, start), path in ROUTES.items():
        if sent.method == method and sent.path.startswith(start):
            content = spec["paths"][path][method.lower()]["requestBody"]["content"]
            return {**content["application/json"]["schema"], "components": spec["components"]}
    return None


@pytest.fixture
def spec() -> Any:
    return json.loads(Path(SPEC).read_text())


async def test_every_request_is_as_described(spec: Any, dana: Person, room: Place) -> None:
    judge = pytest.importorskip("jsonschema").Draft202012Validator
    bot = DiscordBot()
    bot.cards["long"] = f"<p>{'word ' * 1500}</p>"
    async with DiscordServer() as server, serving(server, bot, patience=0.05) as front:
        card = (await server.slash(dana, "start", room)).shown[0]
        await server.press(dana, "My secret", card)
        await server.press(dana, "Count together", card)
        await server.submit(await server.slash(dana, "open", room), symbol="btc", side="long")
        await server.autocomplete(dana, "choose", "symbol", "b")
        await server.answered(await server.slash(dana, "card", room, word="long"), 2)
        act = await server.slash(dana, "slow", room, wait=False)
        await server.until(lambda: act.deferred)
        bot.gate.set()
        await server.answered(act)
        await front.send(Identity(Platform.DISCORD, str(dana.id)), Reply(parse("<p>Note</p>")))
    checked = 0
    for sent in server.requests:
        schema = schema_of(spec, sent)
        if schema is not None:
            # the library names a recipient by number, which Discord takes and its description does not
            body = {"recipient_id": "1"} if sent.path == "/users/@me/channels" else sent.body
            faults = [each.message[:200] for each in judge(schema).iter_errors(body)]
            assert not faults, (sent.method, sent.path, faults)
            checked += 1
    assert checked > 10
