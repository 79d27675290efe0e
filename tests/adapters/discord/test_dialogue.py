"""Whole conversations through the real library against the strict server."""

import asyncio

import pytest

from tests.fakes.discord_payloads import Person, Place, snowflake
from tests.fakes.discord_run import DiscordBot
from tests.fakes.discord_server import DiscordServer, NotOffered

pytestmark = [pytest.mark.usefixtures("discord_bot"), pytest.mark.timeout(20)]


async def test_a_slash_command_is_answered_with_an_embed_and_buttons(
    server: DiscordServer, dana: Person
) -> None:
    act = await server.slash(dana, "start", word="there")
    (card,) = act.shown
    assert (act.answer, card.ephemeral) == (4, False)
    (embed,) = card.data["embeds"]
    assert embed["title"] == "Hello"
    assert embed["description"] == "**language**: en\n**word**: there"
    assert list(card.buttons) == ["Count", "Count together", "Open", "My secret", "Refuse"]
    assert [len(row["components"]) for row in card.data["components"]] == [3, 2]


async def test_nothing_that_is_sent_can_mention_anybody(server: DiscordServer, dana: Person) -> None:
    card = (await server.slash(dana, "start", word="@everyone")).shown[0]
    await server.press(dana, "Count together", card)
    bodies = [each.body["data"] for each in server.calls("POST", "/callback")]
    assert [each["allowed_mentions"] for each in bodies] == [{"parse": []}] * 2


async def test_a_press_edits_the_message_the_button_sits_on(server: DiscordServer, dana: Person) -> None:
    card = (await server.slash(dana, "start")).shown[0]
    act = await server.press(dana, "Count together", card)
    assert act.answer == 7
    assert "**count**: 1" in card.text
    assert not act.shown


async def test_an_edit_without_buttons_takes_the_old_ones_away(
    server: DiscordServer, dana: Person, bot: DiscordBot
) -> None:
    card = (await server.slash(dana, "start")).shown[0]
    await server.press(dana, "Refuse", card)
    assert card.text.startswith("Not today")
    assert card.buttons == {}


async def test_a_fresh_answer_to_a_press_is_a_new_message(server: DiscordServer, dana: Person) -> None:
    card = (await server.slash(dana, "fresh")).shown[0]
    act = await server.press(dana, "Again", card)
    assert (act.answer, len(act.shown), card.edits) == (4, 1, 0)


async def test_a_double_press_is_one_act(server: DiscordServer, dana: Person) -> None:
    card = (await server.slash(dana, "start")).shown[0]
    payload = next(each for label, each in card.buttons.items() if label == "Count")
    first, second = await asyncio.gather(*(server.press_payload(dana, payload, card) for _ in range(2)))
    assert "**count**: 1" in first.text
    assert "**count**: 1" in second.text


async def test_a_strangers_press_is_answered_to_the_stranger_alone(
    server: DiscordServer, dana: Person, eve: Person, room: Place
) -> None:
    card = (await server.slash(dana, "start", room)).shown[0]
    act = await server.press(eve, "Open", card, room, wait=False)
    await server.until(lambda: act.done)
    assert act.modal is not None  # a form acts for the one who fills it in
    act = await server.press(eve, "My secret", card, room)
    (answer,) = act.shown
    assert answer.ephemeral
    assert "belongs to somebody else" in answer.text
    assert card.edits == 0


async def test_a_strangers_answer_is_in_the_strangers_language(
    server: DiscordServer, dana: Person, room: Place
) -> None:
    card = (await server.slash(dana, "start", room)).shown[0]
    act = await server.press(Person("Luz", "es-419"), "My secret", card, room)
    assert act.text == "Este botón es de otra persona."


async def test_a_private_answer_in_a_group_is_seen_by_the_asker_alone(
    server: DiscordServer, dana: Person, room: Place
) -> None:
    act = await server.slash(dana, "secret", room)
    assert act.shown[0].ephemeral
    act = await server.slash(dana, "secret")
    assert not act.shown[0].ephemeral


async def test_a_private_answer_to_a_press_leaves_the_public_card_alone(
    server: DiscordServer, dana: Person, room: Place
) -> None:
    card = (await server.slash(dana, "start", room)).shown[0]
    act = await server.press(dana, "My secret", card, room)
    assert act.shown[0].ephemeral
    assert card.edits == 0


async def test_a_press_under_a_whispered_card_edits_it(
    server: DiscordServer, dana: Person, room: Place
) -> None:
    card = (await server.slash(dana, "murmur", room)).shown[0]
    assert card.ephemeral
    act = await server.press(dana, "Again", card, room)
    assert (act.answer, card.edits) == (7, 1)


async def test_what_is_missing_is_asked_for_with_buttons(server: DiscordServer, dana: Person) -> None:
    act = await server.slash(dana, "side")
    assert act.text == "Which side for /side?"
    act = await server.press(dana, "Short", act.shown[0])
    assert "**side**: short" in act.text


async def test_a_form_asks_what_is_missing_and_keeps_what_is_known(
    server: DiscordServer, dana: Person, bot: DiscordBot
) -> None:
    act = await server.slash(dana, "open", symbol="btc")
    assert act.modal is not None
    assert act.modal["title"] == "Open a position"
    (part,) = act.modal["components"]
    assert (part["label"], part["component"]["type"]) == ("Long or short", 3)
    act = await server.submit(act, side="short")
    assert "**side**: short" in act.text
    assert bot.ran == ["open short BTCUSDT"]


async def test_a_form_asks_several_things_at_once(
    server: DiscordServer, dana: Person, bot: DiscordBot
) -> None:
    act = await server.submit(await server.slash(dana, "open"), symbol=" ETH ", side="long")
    assert bot.ran == ["open long ETHUSDT"]
    assert "ETHUSDT" in act.text


async def test_a_form_with_an_unknown_word_is_answered(server: DiscordServer, dana: Person) -> None:
    act = await server.submit(await server.slash(dana, "open"), symbol="doge", side="long")
    assert act.text == "What is `doge` in /open?"


async def test_a_button_opens_a_form_and_its_answer_is_a_new_message(
    server: DiscordServer, dana: Person, bot: DiscordBot
) -> None:
    card = (await server.slash(dana, "start")).shown[0]
    act = await server.press(dana, "Open", card)
    assert act.answer == 9
    act = await server.submit(act, side="long")
    assert bot.ran == ["open long BTCUSDT"]
    assert len(act.shown) == 1


async def test_a_question_that_no_button_can_answer_opens_a_form(server: DiscordServer, dana: Person) -> None:
    act = await server.slash(dana, "note")
    assert act.modal is not None
    (part,) = act.modal["components"]
    assert part["label"] == "What is to be noted, in as many words as it…"
    assert part["description"].endswith("understood later")
    act = await server.submit(act, text="buy low, sell high")
    assert "buy low, sell high" in act.text


async def test_a_closed_option_takes_its_choices_only(server: DiscordServer, dana: Person) -> None:
    act = await server.slash(dana, "open", symbol="btc", side="long")
    assert act.shown
    with pytest.raises(NotOffered):
        await server.slash(dana, "open", side="sideways")


async def test_bad_values_are_answered_and_do_nothing(
    server: DiscordServer, dana: Person, bot: DiscordBot
) -> None:
    act = await server.slash(dana, "open", symbol="x" * 200, side="long")
    assert "What is" in act.text
    act = await server.slash(dana, "start", word="y" * 6000)
    assert act.text == "At most 1000 characters, please."
    assert bot.ran == []


@pytest.mark.parametrize("payload", ["", "1|", "9|a|b|open", "anything at all", "1|||" + "x" * 96, "\u202e"])
async def test_an_unparsable_button_is_answered(server: DiscordServer, dana: Person, payload: str) -> None:
    card = (await server.slash(dana, "start")).shown[0]
    act = await server.press_payload(dana, payload, card)
    assert act.done
    assert server.refusals == []


async def test_a_button_of_another_version_says_so(server: DiscordServer, dana: Person, room: Place) -> None:
    card = (await server.slash(dana, "start", room)).shown[0]
    act = await server.press_payload(dana, "9|x|y|open", card, room)
    assert (act.text, act.shown[0].ephemeral) == ("This button is not mine.", True)


async def test_a_refusal_and_a_fault_are_answers(server: DiscordServer, dana: Person) -> None:
    assert (await server.slash(dana, "refuse")).text.startswith("Not today")
    assert "Something broke, incident" in (await server.slash(dana, "fail")).text


async def test_a_command_of_another_version_is_answered(server: DiscordServer, dana: Person) -> None:
    act = await server.slash_unknown(dana, "opne")
    assert act.text == "Did you mean `/open`?"


async def test_the_language_of_the_client_is_spoken(server: DiscordServer) -> None:
    act = await server.slash(Person("Luz", "es-ES"), "side")
    assert act.text == "¿Qué side para /side?"


async def test_several_messages_carry_what_one_cannot(
    server: DiscordServer, dana: Person, room: Place, bot: DiscordBot
) -> None:
    bot.cards["long"] = f"<p>{'word ' * 1500}</p>"
    act = await server.slash(dana, "card", room, word="long")
    await server.answered(act, 2)
    assert all(not each.ephemeral for each in act.shown)


async def test_a_thread_counts_as_its_channel(server: DiscordServer, dana: Person, bot: DiscordBot) -> None:
    guild = snowflake()
    room = Place(guild=guild)
    thread = Place(guild=guild, parent=room.id)
    assert (await server.slash(dana, "count", thread)).shown
    assert (await server.slash(dana, "secret", thread)).shown[0].ephemeral


async def test_a_chat_of_several_people_is_no_private_one(server: DiscordServer, dana: Person) -> None:
    act = await server.slash(dana, "secret", Place(group=True))
    assert act.shown[0].ephemeral


async def test_the_same_interaction_again_is_answered_once(server: DiscordServer, dana: Person) -> None:
    act = await server.slash(dana, "count")
    await server.gateway.repeat()
    await server.until(lambda: bool(server.refusals))
    assert [each.code for each in server.refusals] == [40060]
    server.refusals.clear()
    assert "**count**: 1" in act.text
    assert "**count**: 2" in (await server.slash(dana, "count")).text


async def test_suggestions_come_from_memory(server: DiscordServer, dana: Person) -> None:
    assert await server.autocomplete(dana, "choose", "symbol", "") == [
        {"name": "BTC", "value": "btc"},
        {"name": "ETH", "value": "eth"},
    ]
    assert await server.autocomplete(dana, "choose", "symbol", "BTCU") == [{"name": "BTC", "value": "btc"}]
    assert [each["value"] for each in await server.autocomplete(dana, "choose", "times", "0")] == [
        "10x",
        "20x",
    ]
    assert len(await server.autocomplete(dana, "choose", "many", "zone")) == 25
    assert await server.autocomplete(dana, "choose", "symbol", "nothing like it") == []
    act = await server.slash(dana, "choose", times="7x", symbol="eth", many="zone39")
    assert "**times**: 7" in act.text
