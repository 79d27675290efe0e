"""What people see: the real library over a real socket against the strict server."""

import pytest

from tests.fakes.small_bot import SmallBot, card_of
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.turns import MemoryTurns

pytestmark = [pytest.mark.usefixtures("front"), pytest.mark.timeout(20)]


async def test_a_command_is_answered_with_a_card_and_buttons(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/start")
    card = await server.message(ann)
    assert card.text == "Hello\nlanguage: en\nword:"
    assert card.marked("bold") == ("Hello", "en")
    assert card.labels == (("Count", "Count together", "Open"), ("My secret", "Refuse"))
    assert card.button("Count")["style"] == "success"
    assert card.button("Refuse")["style"] == "danger"
    assert "style" not in card.button("Open")


async def test_the_language_is_the_one_that_telegram_names(server: TelegramServer) -> None:
    eva = server.person("Eva", language="es")
    server.say(eva, "/start")
    assert (await server.message(eva)).text.startswith("Hola")


async def test_what_is_missing_is_asked_with_buttons_and_a_press_edits_nothing_fresh(
    server: TelegramServer, bot: SmallBot
) -> None:
    ann = server.person("Ann")
    server.say(ann, "/open btc")
    question = await server.message(ann)
    assert question.text == "Which side for /open?"
    assert question.labels == (("Long", "Short"),)
    press = server.press(ann, question, "Long")
    opened = await server.message(ann)
    assert bot.ran == ["open long BTCUSDT"]
    assert not opened.edited
    assert opened.text.startswith("Opened")
    assert (await server.answered(press)).text is None


async def test_what_is_missing_can_also_be_said(server: TelegramServer, bot: SmallBot) -> None:
    ann = server.person("Ann")
    server.say(ann, "/open btc")
    await server.message(ann)
    server.say(ann, "short")
    await server.message(ann)
    assert bot.ran == ["open short BTCUSDT"]


async def test_a_press_edits_the_message_it_sits_on(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/start")
    card = await server.message(ann)
    press = server.press(ann, card, "Count")
    counted = await server.message(ann)
    assert counted.edited
    assert counted.id == card.id
    assert counted.text == "Counted\ncount: 1"
    assert counted.labels == (("Again",),)
    assert (await server.answered(press)).text is None


async def test_a_double_press_counts_once_and_both_are_answered(
    server: TelegramServer, turns: MemoryTurns
) -> None:
    ann = server.person("Ann")
    server.say(ann, "/start")
    card = await server.message(ann)
    presses = [server.press(ann, card, "Count") for _ in range(3)]
    for press in presses:
        await server.answered(press)
    await server.settled()
    assert turns.facts["person000001"] == {"count": 1}
    edits = [each for each in server.requests if each.method == "editMessageText"]
    assert [each.status for each in edits] == [200, 400, 400]
    assert all("message is not modified" in each.description for each in edits[1:])
    server.requests.clear()


async def test_a_typo_is_a_question(server: TelegramServer, bot: SmallBot) -> None:
    ann = server.person("Ann")
    server.say(ann, "/opne long btc")
    question = await server.message(ann)
    assert question.text == "Did you mean /open long btc?"
    assert question.marked("code") == ("/open long btc",)
    server.press(ann, question, "Yes: /open long btc")
    assert "guess: True" in (await server.message(ann)).text


async def test_callback_data_that_the_bot_never_made_is_refused_politely(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/start")
    card = await server.message(ann)
    for junk in ("x", "9|||start", "1|person000001|", "\u0000", "é" * 32):
        server.press_data(ann, card, junk)
        assert (await server.message(ann)).text == "This button is not mine."
    assert len(server.shown(ann)) == 6


async def test_a_press_on_a_message_too_old_to_edit_gets_a_new_one(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/start")
    card = await server.message(ann)
    press = server.press(ann, card, "Count", accessible=False)
    counted = await server.message(ann)
    assert not counted.edited
    assert counted.text == "Counted\ncount: 1"
    await server.answered(press)


async def test_a_press_on_a_message_deleted_meanwhile_gets_a_new_one(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/start")
    card = await server.message(ann)
    server.press(ann, card, "Count")
    server.erase(card)
    assert not (await server.message(ann)).edited
    assert [each.description for each in server.refused] == ["Bad Request: message to edit not found"]
    server.requests.clear()


async def test_an_edited_message_is_not_asked_for_and_is_ignored(server: TelegramServer) -> None:
    ann = server.person("Ann")
    said = server.say(ann, "/start")
    await server.message(ann)
    server.edit(said, "/count")
    server.edit(said, "/count", unasked=True)
    server.say(ann, "/start again")
    assert (await server.message(ann)).text.endswith("again")
    asked_for = server.asked("getUpdates")[0]["allowed_updates"]
    assert asked_for == ["message", "callback_query", "poll_answer", "my_chat_member"]


async def test_pictures_and_other_bots_are_ignored(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, None)
    server.say(server.bot, "/start", ann)
    server.say(ann, "/start")
    await server.message(ann)
    await server.settled()
    assert len(server.shown(ann)) == 1


async def test_a_link_runs_its_line_as_a_guess(server: TelegramServer, bot: SmallBot) -> None:
    room, ann = server.group("Room"), server.person("Ann")
    server.say(ann, "/secret", room)
    card = await server.message(room)
    assert card.text == "Let us do this in private."
    assert "url" in card.button("Continue in private")
    server.follow(ann, card.button("Continue in private")["url"])
    assert (await server.message(ann)).text == "Secret\nfor: person000001"


async def test_a_fault_is_told_and_nothing_of_it_leaks(server: TelegramServer) -> None:
    ann = server.person("Ann")
    server.say(ann, "/fail")
    assert (await server.message(ann)).text.startswith("Something broke, incident ")
    server.say(ann, "/card unknown")
    assert "unknown" not in (await server.message(ann)).text


async def test_a_long_answer_comes_as_several_messages_with_the_buttons_last(
    server: TelegramServer, bot: SmallBot
) -> None:
    ann = server.person("Ann")
    bot.cards["long"] = "<h1>Long</h1>" + card_of("word " * 1500)
    server.say(ann, "/card long")
    first, second = await server.message(ann), await server.message(ann)
    assert (first.text + second.text).count("word") == 1500


async def test_one_person_is_answered_in_order_and_others_meanwhile(
    server: TelegramServer, bot: SmallBot
) -> None:
    ann, ben = server.person("Ann"), server.person("Ben")
    server.say(ann, "/slow 1")
    server.say(ann, "/start after")
    server.say(ben, "/start meanwhile")
    assert (await server.message(ben)).text.endswith("meanwhile")
    assert server.shown(ann) == []
    bot.gate.set()
    assert (await server.message(ann)).text.startswith("Slept")
    assert (await server.message(ann)).text.endswith("after")


async def test_a_slow_answer_shows_typing_and_a_quick_one_does_not(
    server: TelegramServer, bot: SmallBot
) -> None:
    ann = server.person("Ann")
    server.say(ann, "/start")
    await server.message(ann)
    assert server.asked("sendChatAction") == []
    server.say(ann, "/slow 1")
    await server.until(lambda: bool(server.asked("sendChatAction")))
    assert server.asked("sendChatAction") == [{"chat_id": ann.id, "action": "typing"}]
    bot.gate.set()
    await server.message(ann)


async def test_ten_thousand_characters_are_refused_and_any_text_is_answered(
    server: TelegramServer,
) -> None:
    ann = server.person("Ann")
    for text, answer in (
        ("x" * 10_000, "At most 1000 characters, please."),
        ("\ud800 lone", "I do not know �."),
        ("<b>&", "I do not know <b>&."),
        ("٣x", "I do not know ٣x."),
    ):
        server.say(ann, text)
        assert (await server.message(ann)).text == answer
