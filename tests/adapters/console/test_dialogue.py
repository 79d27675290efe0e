"""Lines in, text out."""

import asyncio
import io
import json
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.adapters.console import MESSAGES
from bot.adapters.console.screen import Message
from bot.core.identity import Identity, Platform
from bot.core.reply import Answer, Reply, ReplyButton
from bot.core.sender import RetryLater
from tests.adapters.console.talking import Hand, Talk
from tests.fakes.plain_wording import PlainWording


async def test_a_line_is_answered_and_the_buttons_are_its_last_line() -> None:
    assert await Talk().say("/start there") == [
        "Hello\nlanguage: en\nword:     there\n[Count] [Count together] [Open] [My secret] [Refuse]"
    ]


async def test_empty_lines_ask_for_nothing() -> None:
    assert await Talk().say("", "   ", "\t", "/count") == ["Counted\ncount: 1\n[Again]"]


async def test_no_line_no_answer() -> None:
    assert await Talk().say() == []


async def test_a_press_edits_the_message_and_the_next_press_meets_its_new_buttons() -> None:
    replies = await Talk().json("/start", "!press Count", "!press again", "!press count")
    assert [(each["template"], each["edited"]) for each in replies] == [
        ("Hello", False),
        ("Counted", True),
        ("Counted", True),
        ("console_error", False),
    ]
    assert [each["data"].get("count") for each in replies[1:3]] == [1, 2]
    assert replies[3]["text"] == "No button here is called “count”. There are: [Again]"


async def test_a_fresh_answer_leaves_the_message_and_its_buttons() -> None:
    replies = await Talk().json("/start", "!press open", "!press long", "!press Long")
    assert [each["template"] for each in replies] == ["Hello", "ask", "Opened", "Opened"]
    assert [each["edited"] for each in replies] == [False, True, False, False]


async def test_a_refusal_and_a_fault_are_answers_that_are_not_ok() -> None:
    refused, broken = await Talk().json("/refuse", "/fail")
    assert (refused["template"], refused["ok"]) == ("Not today", False)
    assert (broken["template"], broken["ok"]) == ("fault", False)


async def test_a_wizard_asks_and_takes_the_next_words() -> None:
    talk = Talk()
    replies = await talk.say("/open btc", "long")
    assert replies[0].splitlines() == ["Which side for /open?", "[Long] [Short]"]
    assert talk.bot.ran == ["open long BTCUSDT"]


async def test_others_speak_in_their_own_private_chats() -> None:
    talk = Talk()
    replies = await talk.say("@alice /count", "@alice /count", "/count", "@alice !press again")
    assert replies == [
        "[@alice] Counted\ncount: 1\n[Again]",
        "[@alice] Counted\ncount: 2\n[Again]",
        "Counted\ncount: 1\n[Again]",
        "[@alice] Counted\ncount: 3\n[Again]",
    ]


async def test_one_may_speak_under_another_name() -> None:
    assert (await Talk().json("/count", me="carol"))[0]["to"] == "carol"
    assert (await Talk().say("@me /count", me="carol"))[0].startswith("[@me] Counted")


class TestRooms:
    async def test_public_answers_name_the_room_and_private_ones_the_person(self) -> None:
        assert await Talk().say("#lounge @bob /count", "#lounge @bob /secret") == [
            "[#lounge] Counted\ncount: 1\n[Again]",
            "[private bob] Secret\nfor: person000001",
        ]

    async def test_a_room_is_told_in_json(self) -> None:
        public, private, direct = await Talk().json(
            "#lounge @bob /count", "#lounge @bob /secret", "@bob /secret"
        )
        assert (public["to"], public["room"], public["private"]) == ("bob", "lounge", False)
        assert (private["to"], private["room"], private["private"]) == ("bob", "lounge", True)
        assert (direct["to"], direct["room"], direct["private"]) == ("bob", None, False)

    async def test_without_a_name_i_speak(self) -> None:
        assert (await Talk().json("#lounge /count"))[0]["to"] == "me"

    async def test_chatter_is_not_answered(self) -> None:
        assert await Talk().say("#lounge @bob hello everybody", "#lounge @bob btc") == []

    async def test_words_after_a_question_are_its_answer_for_the_one_who_was_asked(self) -> None:
        talk = Talk()
        replies = await talk.json("#lounge @bob /open btc", "#lounge @eve short", "#lounge @bob long")
        assert [each["template"] for each in replies] == ["ask", "Opened"]
        assert talk.bot.ran == ["open long BTCUSDT"]

    async def test_a_room_is_no_private_chat(self) -> None:
        replies = await Talk().json("#lounge @bob /start", "@bob !press Count", "#den @bob !press Count")
        assert [each["template"] for each in replies] == ["Hello", "console_error", "console_error"]

    async def test_a_strangers_press_is_told_to_the_stranger_alone(self) -> None:
        replies = await Talk().say(
            "#lounge @bob /start", "#lounge @eve !press Count", "#lounge @bob !press Count"
        )
        assert replies[1] == "[private eve] This button belongs to somebody else."
        assert replies[2].startswith("[#lounge] Counted\ncount: 1")

    async def test_anyone_may_press_what_is_anyones(self) -> None:
        replies = await Talk().json("#lounge @bob /start", "#lounge @eve !press count together")
        assert (replies[1]["template"], replies[1]["to"], replies[1]["edited"]) == ("Counted", "eve", True)

    async def test_nobody_presses_what_was_whispered_to_another(self) -> None:
        replies = await Talk().json("#lounge @bob /secret", "#lounge @eve !press x")
        assert replies[1]["data"]["code"] == "no_buttons"
        assert replies[1]["private"] is True


class TestPressing:
    async def test_nothing_to_press(self) -> None:
        assert await Talk().say("!press Confirm") == ["There is no message with buttons here."]

    @pytest.mark.parametrize("label", ["COUNT", " count ", "count", "✅ Count", "Count ✅\ufe0f"])
    async def test_case_emoji_and_blanks_do_not_count(self, label: str) -> None:
        assert (await Talk().json("/start", f"!press {label}"))[1]["template"] == "Counted"

    @pytest.mark.parametrize(
        ("label", "template"), [("my", "Secret"), ("secret", "Secret"), ("refus", "Not today")]
    )
    async def test_a_part_that_only_one_has_is_enough(self, label: str, template: str) -> None:
        assert (await Talk().json("/start", f"!press {label}"))[1]["template"] == template

    async def test_several_buttons_are_an_error(self) -> None:
        error = (await Talk().json("/start", "!press Cou"))[1]
        assert error["data"]["code"] == "several_buttons"
        assert error["text"] == (
            "“Cou” could be more than one button. There are: [Count] [Count together] [Open] [My\nsecret] [Refuse]"
        )

    @pytest.mark.parametrize("line", ["!press", "!press   "])
    async def test_no_label_is_an_error(self, line: str) -> None:
        assert await Talk().say("/start", line) == [
            (await Talk().say("/start"))[0],
            "Like this: !press Confirm",
        ]

    async def test_an_emoji_alone_names_no_button(self) -> None:
        assert (await Talk().json("/start", "!press ✅"))[1]["data"]["code"] == "no_such_button"


class TestMarket:
    async def test_a_price_is_set_and_its_notices_come_before_the_next_line(self) -> None:
        talk = Talk()
        assert await talk.say("!price BTC 47500.5", "!price btcusdt=45000", "/count") == [
            "Liquidated\nprice: 45000\n[Why?]",
            "[@bob] Liquidated\nprice: 45000\n[Why?]",
            "Counted\ncount: 1\n[Again]",
        ]
        assert talk.hand.prices == {"BTCUSDT": Decimal(45000)}

    async def test_a_notices_button_can_be_pressed(self) -> None:
        replies = await Talk().json("!price BTC 45000", "@bob !press why")
        assert (replies[2]["template"], replies[2]["to"]) == ("Hello", "bob")

    @pytest.mark.parametrize("line", ["!price DOGE 1", "!price BTC 0", "!price BTC -5"])
    async def test_what_the_market_refuses_is_told(self, line: str) -> None:
        assert [each["template"] for each in await Talk().json(line)] == ["Not today"]

    @pytest.mark.parametrize(
        "rest",
        ["", " BTC", " BTC NaN", " BTC 1e999", " BTC 47,500", " BTC ٤٧", " BTC 1 2", " BTC 1_0", " BTC inf"],
    )
    async def test_what_is_no_price_gets_an_example(self, rest: str) -> None:
        talk = Talk()
        assert await talk.say(f"!price{rest}") == ["Like this: !price BTC 47500"]
        assert talk.hand.prices == {}

    @pytest.mark.parametrize(
        ("text", "by"),
        [
            ("+8h", timedelta(hours=8)),
            ("30m", timedelta(minutes=30)),
            ("2d", timedelta(days=2)),
            ("1h30m", timedelta(hours=1, minutes=30)),
            ("+1d 2h 3m 4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
            ("90S", timedelta(seconds=90)),
            ("366d", timedelta(days=366)),
        ],
    )
    async def test_the_clock_moves(self, text: str, by: timedelta) -> None:
        talk = Talk()
        assert await talk.say(f"!clock {text}") == []
        assert talk.hand.moved == by

    @pytest.mark.parametrize(
        "text", ["", "8", "-8h", "0h", "+", "h", "1m1h", "1h1h", "1.5h", "8 hours", "٣h", "1e3s"]
    )
    async def test_what_is_no_duration_gets_an_example(self, text: str) -> None:
        talk = Talk()
        assert await talk.say(f"!clock {text}") == ["Like this: !clock +8h, !clock 1h30m, !clock 2d"]
        assert talk.hand.moved == timedelta(0)

    @pytest.mark.parametrize("text", ["367d", "999999999d", "999999999h", "9999999999d"])
    async def test_the_clock_does_not_jump_out_of_sight(self, text: str) -> None:
        talk = Talk()
        assert len(await talk.say(f"!clock {text}")) == 1
        assert talk.hand.moved == timedelta(0)


class TestOrders:
    async def test_somebody_becomes_an_administrator(self) -> None:
        talk = Talk()
        assert await talk.say("#lounge !admin @bob", "!admin eve") == []
        assert talk.hand.admins == [("lounge", "bob"), ("", "eve")]

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("!vote 2", "no_poll"),
            ("!vote", "bad_order"),
            ("!vote zero", "bad_order"),
            ("!vote 0", "bad_order"),
            ("!admin", "bad_order"),
            ("!admin a b", "bad_order"),
            ("!jump", "unknown_order"),
            ("!", "unknown_order"),
            ("! press", "unknown_order"),
            ("!\x1b[2J", "unknown_order"),
            ("@bob", "bad_speaker"),
            ("@", "bad_speaker"),
            ("@b/b hi", "bad_speaker"),
            ("#", "bad_speaker"),
            ("#lounge", "bad_speaker"),
            ("#lounge @bob", "bad_speaker"),
            ("#lounge @ hi", "bad_speaker"),
            (f"@{'b' * 33} hi", "bad_speaker"),
        ],
    )
    async def test_a_line_that_cannot_be_carried_out_says_why(self, line: str, code: str) -> None:
        (error,) = await Talk().json(line)
        assert (error["template"], error["ok"], error["data"]["code"]) == ("console_error", False, code)
        assert error["text"]
        assert "\x1b" not in error["text"]

    async def test_errors_speak_the_language_of_the_last_answer(self) -> None:
        class Spanish(PlainWording):
            def text(self, message: str, language: str, **values: str) -> str:
                worded = super().text(message, language, **values)
                return f"[{language}] {worded}" if message in MESSAGES else worded

        talk = Talk()
        said = io.StringIO("!press\n/language es\n!press\n@bob !press\n")
        front = talk.front(said)
        front._router.wording = Spanish()
        await front.serve()
        assert [line for line in talk.stdout.getvalue().splitlines() if "Like this" in line] == [
            "[en] Like this: !press Confirm",
            "[es] Like this: !press Confirm",
            "[@bob] [en] Like this: !press Confirm",
        ]


class TestBadInput:
    @pytest.mark.parametrize(
        "line", ["\x00", "/\x00", "/open \x1b[31m btc", "\x07\x08", "/unknown \x9b2J", "\u202etxt"]
    )
    async def test_control_characters_never_come_back(self, line: str) -> None:
        for text in (
            *await Talk().say(line),
            *await Talk().say(f"!press {line}"),
            *await Talk().say(f"/start {line}"),
        ):
            assert text.replace("\n", "").isprintable()

    async def test_ten_thousand_characters_are_too_many(self) -> None:
        replies = await Talk().json("x" * 10_000, "/start " + "é" * 10_000, "@bob " + "b" * 10_000, "/count")
        assert [each["template"] for each in replies] == ["too_long", "too_long", "too_long", "Counted"]

    async def test_a_broken_notifier_does_not_end_the_conversation(self) -> None:
        class Torn(Hand):
            async def flush(self) -> None:
                raise OSError("no disk")

        talk = Talk(hand=Torn())
        assert [each["template"] for each in await talk.json("/count", "/count")] == ["Counted", "fault"] * 2

    async def test_an_answer_that_cannot_be_worded_does_not_end_the_conversation(self) -> None:
        talk = Talk()
        talk.bot.cards["torn"] = "<p>open"
        assert [each["template"] for each in await talk.json("/card torn", "/count")] == ["fault", "Counted"]


async def test_update_ids_differ_over_restarts() -> None:
    talk = Talk()
    await talk.say("/count", "/count")
    assert await talk.say("/count", "/start", "!press count") == [
        "Counted\ncount: 3\n[Again]",
        (await Talk().say("/start"))[0],
        "Counted\ncount: 4\n[Again]",
    ]
    assert len(talk.turns.answers) == 4


async def test_a_notice_that_nobody_reads_waits() -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    front = Talk().front(io.StringIO("/count\n/count\n"), Closed())
    notice = PlainWording().word(Answer("Liquidated"), "en", "UTC")
    for _ in range(2):
        with pytest.raises(RetryLater):
            await front.send(Identity(Platform.CONSOLE, "me"), notice)
    await front.serve()


async def test_a_deep_button_opens_the_private_chat() -> None:
    link = ReplyButton("Join", "xmnxxk3tu", deep=True)  # the line `count`
    talk = Talk()
    front = talk.front(io.StringIO(""), json=True)
    front._screen.show(Message("bob", "lounge", Reply((), ((link,),))))
    await front.take("#lounge @eve !press join")
    shown = json.loads(talk.stdout.getvalue())
    assert (shown["to"], shown["room"], shown["template"], shown["edited"]) == ("eve", None, "Counted", False)


async def test_cancelling_ends_it() -> None:
    talk = Talk()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await talk.front(io.StringIO("/slow x\n/count\n")).serve()
    assert talk.bot.ran == ["slow x"]
    assert talk.stdout.getvalue() == ""
