"""Groups: who is meant, who may see, and where an answer goes."""

import pytest

from tests.fakes.small_bot import SmallBot
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.turns import MemoryTurns

pytestmark = [pytest.mark.usefixtures("front"), pytest.mark.timeout(20)]


async def test_a_command_in_a_group_is_answered_there_to_the_message(server: TelegramServer) -> None:
    room, ann = server.group("Room"), server.person("Ann")
    said = server.say(ann, "/start@Marginalia_Test_Bot now", room)
    card = await server.message(room)
    assert card.reply_to == said["message"]["message_id"]
    assert card.text.endswith("word: now")
    assert server.shown(ann) == []


async def test_another_bots_command_and_talk_are_ignored(server: TelegramServer) -> None:
    room, ann = server.group("Room"), server.person("Ann")
    server.say(ann, "/start@another_bot", room)
    server.say(ann, "good morning", room)
    server.say(ann, "/start@marginalia_test_bot", room)
    await server.message(room)
    await server.settled()
    assert len(server.shown(room)) == 1


async def test_words_to_the_bot_answer_its_question(server: TelegramServer, bot: SmallBot) -> None:
    room, ann, ben = server.group("Room"), server.person("Ann"), server.person("Ben")
    server.say(ann, "/open btc", room)
    question = await server.message(room)
    server.say(ann, "long", room)
    server.say(ben, "long", room, reply_to=question)
    assert (await server.message(room)).text == "I do not know long."
    assert bot.ran == []
    server.say(ann, "long", room, reply_to=question)
    await server.message(room)
    server.say(ann, "/open eth", room)
    await server.message(room)
    server.say(ann, "@marginalia_test_bot short", room)
    await server.message(room)
    assert bot.ran == ["open long BTCUSDT", "open short ETHUSDT"]


async def test_the_answer_stays_in_the_topic(server: TelegramServer) -> None:
    forum, ann = server.group("Forum", topics=True), server.person("Ann")
    server.say(ann, "/start", forum, thread=7)
    card = await server.message(forum)
    assert card.thread == 7
    server.press(ann, card, "Open")
    question = await server.message(forum)
    assert question.edited
    server.press(ann, question, "Short")
    assert (await server.message(forum)).thread == 7


async def test_a_thread_of_replies_is_no_topic(server: TelegramServer) -> None:
    room, ann = server.group("Room"), server.person("Ann")
    update = server.say(ann, "/start", room)
    await server.message(room)
    number = update["update_id"] + 1
    server.queue({"update_id": number, "message": update["message"] | {"message_thread_id": 3}})
    assert (await server.message(room)).thread is None


async def test_a_strangers_press_is_refused_to_the_stranger_alone(
    server: TelegramServer, turns: MemoryTurns
) -> None:
    room, ann, ben = server.group("Room"), server.person("Ann"), server.person("Ben")
    server.say(ann, "/start", room)
    card = await server.message(room)
    answered = await server.answered(server.press(ben, card, "Count"))
    assert (answered.text, answered.alert) == ("This button belongs to somebody else.", True)
    assert len(server.shown(room)) == 1
    assert turns.facts == {}


async def test_a_button_for_anyone_takes_a_stranger(server: TelegramServer, turns: MemoryTurns) -> None:
    room, ann, ben = server.group("Room"), server.person("Ann"), server.person("Ben")
    server.say(ann, "/start", room)
    card = await server.message(room)
    server.press(ben, card, "Count together")
    assert (await server.message(room)).text == "Counted\ncount: 1"


async def test_a_private_answer_to_a_press_is_an_alert(server: TelegramServer) -> None:
    room, ann = server.group("Room"), server.person("Ann")
    server.say(ann, "/start", room)
    card = await server.message(room)
    answered = await server.answered(server.press(ann, card, "My secret"))
    assert (answered.text, answered.alert) == ("Secret\nfor: person000001", True)
    assert len(server.shown(room)) == 1


async def test_a_private_answer_too_long_for_an_alert_opens_the_private_chat(
    server: TelegramServer, bot: SmallBot
) -> None:
    bot.secret = "s" * 300
    room, ann = server.group("Room"), server.person("Ann")
    server.say(ann, "/start", room)
    card = await server.message(room)
    answered = await server.answered(server.press(ann, card, "My secret"))
    assert answered.text is None
    assert answered.url is not None
    assert len(server.shown(room)) == 1
    server.follow(ann, answered.url)
    assert bot.secret in (await server.message(ann)).text


async def test_a_refusal_in_a_group_leaves_the_card_alone(server: TelegramServer) -> None:
    room, ann = server.group("Room"), server.person("Ann")
    server.say(ann, "/start", room)
    card = await server.message(room)
    answered = await server.answered(server.press(ann, card, "Refuse"))
    assert (answered.text, answered.alert) == ("Not today", True)
    assert len(server.shown(room)) == 1


async def test_a_private_answer_to_words_in_a_group_is_a_link(server: TelegramServer) -> None:
    room, ann = server.group("Room"), server.person("Ann")
    server.say(ann, "/whisper", room)
    card = await server.message(room)
    assert card.text == "Let us do this in private."
    server.follow(ann, card.button("Continue in private")["url"])
    assert (await server.message(ann)).text == "Whispered"


async def test_a_group_that_became_a_supergroup_gets_its_answer(server: TelegramServer) -> None:
    room, ann = server.group("Room"), server.person("Ann")
    grown = server.group("Grown room")
    server.fail("sendMessage", 400, "Bad Request: group chat was upgraded", migrate_to_chat_id=grown.id)
    server.say(ann, "/start", room)
    assert (await server.message(grown)).text.startswith("Hello")
    server.requests.clear()
