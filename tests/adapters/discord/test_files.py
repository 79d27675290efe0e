"""Pictures in embeds and files beside them: new messages, edits, whispers, and what Discord does not take."""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord_payloads import Person, Place
from tests.fakes.discord_run import DiscordBot, serving
from tests.fakes.discord_server import API, DiscordServer
from tests.fakes.pictures import png

pytestmark = pytest.mark.timeout(20)


@pytest.mark.usefixtures("discord_bot")
async def test_a_picture_is_shown_in_the_embed(server: DiscordServer, dana: Person) -> None:
    (card,) = (await server.slash(dana, "picture")).shown
    assert card.picture == png(1)
    assert card.text.startswith("Picture")
    assert list(card.buttons) == ["Next", "Text"]


@pytest.mark.usefixtures("discord_bot")
async def test_other_files_lie_beside(server: DiscordServer, dana: Person) -> None:
    (card,) = (await server.slash(dana, "picture", word="csv")).shown
    assert card.picture is None
    assert [(each.name, each.content) for each in card.files] == [("rows.csv", b"a,b\n1,1\n")]
    (card,) = (await server.slash(dana, "picture", word="both")).shown
    assert (card.picture, [each.name for each in card.files]) == (png(2), ["grey.png", "rows.csv"])


@pytest.mark.usefixtures("discord_bot")
@pytest.mark.parametrize("word", ["broken", "unknown", "huge"])
async def test_where_the_file_fails_or_is_too_large_the_text_goes_alone(
    server: DiscordServer, dana: Person, word: str
) -> None:
    (card,) = (await server.slash(dana, "picture", word=word)).shown
    assert (card.files, list(card.buttons)) == ((), ["Next", "Text"])


@pytest.mark.usefixtures("discord_bot")
async def test_an_edit_changes_the_picture_and_takes_it_away(server: DiscordServer, dana: Person) -> None:
    (card,) = (await server.slash(dana, "picture")).shown
    act = await server.press(dana, "Next", card)
    assert (act.answer, card.picture, len(card.files)) == (7, png(2), 1)
    await server.press(dana, "Text", card)
    assert (card.picture, card.files) == (None, ())
    assert card.text.startswith("Hello")


@pytest.mark.usefixtures("discord_bot")
async def test_a_fresh_picture_leaves_the_pressed_message(server: DiscordServer, dana: Person) -> None:
    (card,) = (await server.slash(dana, "picture", word="fresh")).shown
    act = await server.press(dana, "Next", card)
    assert (card.picture, card.edits) == (png(1), 0)
    assert [each.picture for each in act.shown] == [png(2)]


@pytest.mark.usefixtures("discord_bot")
async def test_a_hidden_picture_is_seen_by_the_asker_alone(
    server: DiscordServer, dana: Person, room: Place
) -> None:
    (card,) = (await server.slash(dana, "whisperpicture", room)).shown
    assert (card.ephemeral, card.picture) == (True, png(7))
    await server.press(dana, "Text", card)
    assert (card.ephemeral, card.picture, card.text[:5]) == (True, None, "Hello")


async def test_a_picture_that_takes_long_is_put_into_the_waiting_note(
    server: DiscordServer, dana: Person, room: Place
) -> None:
    bot = DiscordBot()
    drawn = asyncio.Event()
    draw = bot.makers.png

    async def slow(*asked: Any) -> Any:
        await drawn.wait()
        return await draw(*asked)

    bot.makers.png = slow  # type: ignore[method-assign, assignment]
    async with serving(server, bot, patience=0.05):
        act = await server.slash(dana, "picture", room, wait=False)
        await server.until(lambda: act.deferred)
        drawn.set()
        await server.answered(act)
        (card,) = act.shown
        assert card.picture == png(1)
        drawn.clear()
        act = await server.press(dana, "Next", card, wait=False)
        await server.until(lambda: act.deferred)
        drawn.set()
        await server.until(lambda: card.picture == png(2))


@pytest.mark.usefixtures("discord_bot")
async def test_a_rate_limit_during_an_upload_is_waited_out(server: DiscordServer, dana: Person) -> None:
    server.limit("POST /interactions", 0.05)
    (card,) = (await server.slash(dana, "picture")).shown
    assert card.picture == png(1)
    assert [each.status for each in server.calls("POST", "/callback")] == [429, 200]


def _form(embed: str, described: str, *files: str) -> aiohttp.FormData:
    form = aiohttp.FormData()
    body = f'{{"embeds": [{{"title": "x", "image": {{"url": "{embed}"}}}}], "attachments": [{described}]}}'
    form.add_field("payload_json", body, content_type="application/json")
    for number, name in enumerate(files):
        form.add_field(f"files[{number}]", png(), filename=name, content_type="image/png")
    return form


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        (_form("attachment://b.png", '{"id": 0, "filename": "a.png"}', "a.png"), "No attachment b.png"),
        (_form("file:///a.png", '{"id": 0, "filename": "a.png"}', "a.png"), "Scheme must be one of"),
        (_form("attachment://a.png", "", "a.png"), "are not described"),
        (_form("https://x.test/a", '{"id": 3, "filename": "a.png"}', "a.png"), "not in the form"),
        (_form("attachment://a.png", '{"id": 0, "filename": "a.png"}', "b.png"), "names the file otherwise"),
    ],
)
async def test_the_server_refuses(form: aiohttp.FormData, refusal: str) -> None:
    async with DiscordServer() as server, aiohttp.ClientSession() as client:
        url = f"{server.api_base}/channels/1/messages"
        async with client.post(url, data=form, headers={"Authorization": f"Bot {server.token}"}) as answer:
            assert answer.status == 400
            assert refusal in await answer.text()
        assert url.endswith(f"{API}/channels/1/messages")
        server.refusals.clear()
