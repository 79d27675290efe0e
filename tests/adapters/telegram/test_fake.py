"""The fake server is as strict as the real one: each rule refuses what breaks it, in the platform's words."""

from typing import Any

import aiohttp
import pytest

from tests.fakes.telegram_html import Refused, read_html
from tests.fakes.telegram_objects import Person
from tests.fakes.telegram_server import TelegramServer

pytestmark = pytest.mark.timeout(20)


async def ask(server: TelegramServer, method: str, /, **given: Any) -> dict[str, Any]:
    url = f"{server.base_url}{server.token}/{method}"
    async with aiohttp.ClientSession() as client, client.post(url, json=given) as response:
        answer: dict[str, Any] = await response.json()
        assert answer["ok"] == (response.status == 200)
        return answer


@pytest.fixture
async def ann(server: TelegramServer) -> Person:
    person = server.person("Ann")
    server.say(person, "hello")
    return person


def keys(*buttons: dict[str, str]) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


def key(number: int = 0) -> dict[str, str]:
    return {"text": "k", "callback_data": str(number)}


@pytest.mark.parametrize(
    ("given", "description"),
    [
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": ""}, "message text is empty"),
        ({"text": " \n"}, "message text is empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": "<b>x", "parse_mode": "HTML"}, 'can\'t parse entities: Can\'t find end tag corresponding to start tag "b"'),
        ({"text": "x</b>", "parse_mode": "HTML"}, "can't parse entities: Unexpected end tag at byte offset 1"),
        ({"text": "é<p>x</p>", "parse_mode": "HTML"}, 'can\'t parse entities: Unsupported start tag "p" at byte offset 2'),
        ({"text": "a < b", "parse_mode": "HTML"}, "can't parse entities: Unsupported start tag"),
        ({"text": "x", "parse_mode": "Markdown"}, "unsupported parse_mode"),
        ({"text": "<b>x</b> " * 101, "parse_mode": "HTML"}, "ENTITIES_TOO_LONG"),
        ({"text": "x", "colour": "red"}, "unknown parameter colour"),
        ({"text": "x", "message_thread_id": 3}, "message thread not found"),
        ({"text": "x", "reply_markup": keys({"text": "k", "callback_data": "x" * 65})}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keys({"text": "k", "callback_data": "é" * 33})}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keys({"text": "k", "callback_data": ""})}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keys({"text": "k"})}, "text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "reply_markup": keys({"text": " ", "callback_data": "1"})}, "inline keyboard button text"),
        ({"text": "x", "reply_markup": keys({"text": "k", "url": "https://t.me/b?start=a.b"})}, "BUTTON_URL_INVALID"),
        ({"text": "x", "reply_markup": keys(*map(key, range(9)))}, "a row has 1 to 8 buttons"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[key()]] * 101}}, "reply markup is too long"),
    ],
)  # fmt: skip
async def test_a_message_over_a_limit_is_refused(
    server: TelegramServer, ann: Person, given: dict[str, Any], description: str
) -> None:
    answer = await ask(server, "sendMessage", chat_id=ann.id, **given)
    assert answer["error_code"] == 400
    assert answer["description"].startswith(f"Bad Request: {description}")


async def test_what_is_within_the_limits_is_taken(server: TelegramServer, ann: Person) -> None:
    for text in ("😀" * 2048, "<b>x</b> " * 100, 'a &lt; b <a href="https://x.org">c</a>'):
        assert (await ask(server, "sendMessage", chat_id=ann.id, text=text, parse_mode="HTML"))["ok"]


async def test_an_edit_needs_a_message_and_a_change(server: TelegramServer, ann: Person) -> None:
    sent = (await ask(server, "sendMessage", chat_id=ann.id, text="a"))["result"]
    where = {"chat_id": ann.id, "message_id": sent["message_id"]}
    assert "not modified" in (await ask(server, "editMessageText", **where, text="a"))["description"]
    assert (await ask(server, "editMessageText", **where, text="b"))["result"]["text"] == "b"
    gone = await ask(server, "editMessageText", chat_id=ann.id, message_id=99, text="b")
    assert gone["description"] == "Bad Request: message to edit not found"
    long = await ask(server, "editMessageText", **where, text="x" * 4097)
    assert long["description"] == "Bad Request: MESSAGE_TOO_LONG"


async def test_a_press_is_answered_once_in_200_characters(server: TelegramServer, ann: Person) -> None:
    await ask(server, "sendMessage", chat_id=ann.id, text="a", reply_markup=keys(key()))
    query = server.press(ann, await server.message(ann), "k")
    long = await ask(server, "answerCallbackQuery", callback_query_id=query, text="x" * 201)
    assert long["description"] == "Bad Request: MESSAGE_TOO_LONG"
    assert (await ask(server, "answerCallbackQuery", callback_query_id=query, text="x" * 200))["ok"]
    for late in (query, "404"):
        answer = await ask(server, "answerCallbackQuery", callback_query_id=late)
        assert answer["description"].startswith("Bad Request: query is too old")


async def test_who_cannot_be_written_to(server: TelegramServer, ann: Person) -> None:
    answer = await ask(server, "sendMessage", chat_id=1, text="a")
    assert answer["description"] == "Bad Request: chat not found"
    stranger = server.person("Ben")
    answer = await ask(server, "sendMessage", chat_id=stranger.id, text="a")
    assert answer["description"] == "Forbidden: bot can't initiate conversation with a user"
    server.block(ann)
    answer = await ask(server, "sendMessage", chat_id=ann.id, text="a")
    assert (answer["error_code"], answer["description"]) == (403, "Forbidden: bot was blocked by the user")


async def test_tokens_and_methods_that_do_not_exist(server: TelegramServer) -> None:
    async with aiohttp.ClientSession() as client:
        for token, method, status in (("1:x", "getMe", 401), ("x", "getMe", 404), (server.token, "x", 404)):
            async with client.get(f"{server.base_url}{token}/{method}") as response:
                assert response.status == status


async def test_updates_are_kept_until_a_later_offset_confirms_them(
    server: TelegramServer, ann: Person
) -> None:
    first = (await ask(server, "getUpdates"))["result"]
    again = (await ask(server, "getUpdates"))["result"]
    assert first == again
    number = first[-1]["update_id"]
    assert (await ask(server, "getUpdates", offset=number))["result"] == first
    assert (await ask(server, "getUpdates", offset=number + 1))["result"] == []


async def test_polling_and_a_webhook_exclude_each_other(server: TelegramServer) -> None:
    plain = await ask(server, "setWebhook", url="http://x.org/")
    assert "HTTPS" in plain["description"]
    odd = await ask(server, "setWebhook", url="https://x.org/", secret_token="a b")
    assert odd["description"] == "Bad Request: secret token contains unallowed characters"
    assert (await ask(server, "setWebhook", url="https://x.org/"))["ok"]
    assert (await ask(server, "getUpdates"))["error_code"] == 409


@pytest.mark.parametrize(
    ("commands", "description"),
    [
        ([{"command": "Open", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "open", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "open", "description": "x" * 257}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": f"c{n}", "description": "x"} for n in range(101)], "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_a_menu_over_a_limit_is_refused(
    server: TelegramServer, commands: list[dict[str, str]], description: str
) -> None:
    answer = await ask(server, "setMyCommands", commands=commands)
    assert answer["description"] == f"Bad Request: {description}"


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>a</b>&amp;<i>b</i>", "a&b", [("bold", 0, 1), ("italic", 2, 1)]),
        ("😀<b>x</b>", "😀x", [("bold", 2, 1)]),
        ("  <b> x </b> ", "x", [("bold", 0, 1)]),
        ("<blockquote>a<b>c</b></blockquote>", "ac", [("blockquote", 0, 2), ("bold", 1, 1)]),
    ],
)
def test_html_is_read_into_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    found, parts = read_html(source)
    assert found == text
    assert [(each["type"], each["offset"], each["length"]) for each in parts] == entities


@pytest.mark.parametrize(
    "source", ["<b><code>x</code></b>", "<code><b>x</b></code>", "<b>x</i>", '<b class="a">x</b>', "<B>x</B>"]
)
def test_html_that_would_lose_a_look_is_refused(source: str) -> None:
    with pytest.raises(Refused):
        read_html(source)
