"""Pictures and documents: how they go, what becomes of one that does not, and what a press on one does."""

import time
from typing import Any

import pytest

from tests.adapters.telegram.conftest import Run
from tests.fakes.pictures import png
from tests.fakes.small_bot import SmallBot
from tests.fakes.telegram_files import Upload
from tests.fakes.telegram_methods import TelegramMethods
from tests.fakes.telegram_server import TelegramServer

pytestmark = pytest.mark.timeout(20)


@pytest.mark.usefixtures("front")
async def test_a_picture_has_the_text_as_its_caption_and_the_buttons(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/picture")
    card = await server.message(ann)
    assert card.photo == Upload("grey.png", "image/png", png(1))
    assert card.text.startswith("Picture")
    assert card.marked("bold")
    assert card.labels == (("Next", "Text"),)
    assert len(server.shown(ann)) == 1


@pytest.mark.usefixtures("front")
async def test_a_text_too_long_for_a_caption_follows_the_picture(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/picture long")
    picture, card = await server.message(ann), await server.message(ann)
    assert (picture.photo is not None, picture.text, picture.rows) == (True, "", ())
    assert (card.photo, len(card.text) > 1_200) == (None, True)
    assert card.labels == (("Next", "Text"),)


@pytest.mark.usefixtures("front")
async def test_what_is_no_picture_is_a_document(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/picture csv")
    card = await server.message(ann)
    assert card.document == Upload("rows.csv", "text/csv", b"a,b\n1,1\n")
    assert card.labels == (("Next", "Text"),)


@pytest.mark.usefixtures("front")
async def test_of_several_files_the_last_has_the_text(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/picture both")
    first, last = await server.message(ann), await server.message(ann)
    assert (first.photo is not None, first.text, first.rows) == (True, "", ())
    assert last.document is not None
    assert last.labels == (("Next", "Text"),)


@pytest.mark.usefixtures("front")
async def test_a_picture_over_ten_megabytes_is_a_document(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/picture huge")
    card = await server.message(ann)
    assert card.document is not None
    assert len(card.document.content) == 10 * 2**20 + 1


@pytest.mark.usefixtures("front")
@pytest.mark.parametrize("word", ["broken", "unknown"])
async def test_where_the_file_fails_the_text_goes_alone(server: TelegramServer, word: str) -> None:
    ann = server.person("Ann")
    server.say(ann, f"/picture {word}")
    card = await server.message(ann)
    assert (card.photo, card.labels) == (None, (("Next", "Text"),))


@pytest.mark.usefixtures("front")
async def test_a_press_brings_a_new_message_and_leaves_the_old_one(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/picture")
    card = await server.message(ann)
    query = server.press(ann, card, "Next")
    new = await server.message(ann)
    assert (new.edited, new.id != card.id) == (False, True)
    assert new.photo is not None
    assert new.photo.content == png(2)
    assert (await server.answered(query)).text is None
    assert server.asked("editMessageText") == []


async def test_a_text_under_a_picture_is_a_new_message_too(server: TelegramServer, run: Run) -> None:
    ann = server.person("Ann")
    async with run():
        server.say(ann, "/picture")
        card = await server.message(ann)
        server.press(ann, card, "Text")
        new = await server.message(ann)
    assert (new.text.startswith("Hello"), new.edited, new.photo) == (True, False, None)
    assert [each.description for each in server.refused] == [
        "Bad Request: there is no text in the message to edit"
    ]


async def test_where_the_chat_takes_no_pictures_the_text_goes_alone(server: TelegramServer, run: Run) -> None:
    room, ann = server.group("Room"), server.person("Ann")
    server.without_photos.add(room.id)
    async with run():
        said = server.say(ann, "/picture", room)
        card = await server.message(room)
    assert (card.photo, card.labels) == (None, (("Next", "Text"),))
    assert card.reply_to == said["message"]["message_id"]


async def test_sides_that_telegram_refuses_leave_the_text(server: TelegramServer, run: Run) -> None:
    ann = server.person("Ann")
    async with run():
        server.say(ann, "/picture flat")
        card = await server.message(ann)
    assert card.photo is None
    assert [each.description for each in server.refused] == ["Bad Request: PHOTO_INVALID_DIMENSIONS"]


async def test_a_flood_during_an_upload_is_waited_out(server: TelegramServer, run: Run) -> None:
    ann = server.person("Ann")
    async with run():
        server.flood("sendPhoto", 1)
        started = time.monotonic()
        server.say(ann, "/picture")
        card = await server.message(ann)
        assert time.monotonic() - started >= 1
    assert card.photo is not None
    assert card.photo.content == png(1)


async def test_an_upload_that_the_network_drops_is_sent_again(server: TelegramServer, run: Run) -> None:
    ann = server.person("Ann")
    async with run():
        server.drop("sendPhoto")
        server.say(ann, "/picture")
        assert (await server.message(ann)).photo is not None


async def test_an_update_that_comes_again_is_answered_with_its_file_made_again(
    server: TelegramServer, bot: SmallBot, run: Run
) -> None:
    ann = server.person("Ann")
    async with run():
        update = server.say(ann, "/picture")
        first = await server.message(ann)
        server.say(ann, "/picture")
        await server.message(ann)
    async with run():
        server.queue(update)
        again = await server.message(ann)
    assert (again.text, again.photo) == (first.text, first.photo)
    assert len(bot.makers.made) == 3
    assert bot.makers.made[2] == bot.makers.made[0]


@pytest.mark.usefixtures("front")
async def test_the_answer_stays_in_the_topic(server: TelegramServer) -> None:
    forum, ann = server.group("Forum", topics=True), server.person("Ann")
    server.say(ann, "/picture long", forum, thread=7)
    picture, card = await server.message(forum), await server.message(forum)
    assert [picture.thread, card.thread] == [7, 7]


@pytest.mark.usefixtures("front")
async def test_a_hidden_picture_is_opened_in_the_private_chat(server: TelegramServer) -> None:
    room, ann = server.group("Room"), server.person("Ann")
    server.say(ann, "/whisperpicture@marginalia_test_bot", room)
    card = await server.message(room)
    assert card.photo is None
    server.follow(ann, card.button("Continue in private")["url"])
    assert (await server.message(ann)).photo is not None


@pytest.mark.parametrize(
    ("content", "more", "refusal"),
    [
        (b"", {}, "file must be non-empty"),
        (b"GIF89a", {}, "IMAGE_PROCESS_FAILED"),
        (png(size=10_000_001), {}, "too big file for a photo"),
        (png(width=1_000, height=40), {}, "PHOTO_INVALID_DIMENSIONS"),
        (png(), {"caption": "x" * 1_025}, "message caption is too long"),
        (png(), {"caption": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
        (png(), {"text": "x"}, "unknown parameter text"),
    ],
)
async def test_the_server_refuses(
    server: TelegramServer, content: bytes, more: dict[str, Any], refusal: str
) -> None:
    ann = server.person("Ann")
    server.say(ann, "hello")
    given = {"chat_id": str(ann.id), "photo": Upload("a.png", "image/png", content), **more}
    assert isinstance(server, TelegramMethods)
    status, description, _ = await server._outcome(server.token, "sendPhoto", given)
    assert status == 400
    assert refusal in description
