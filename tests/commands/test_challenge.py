"""What can be said of challenges, and who may do what."""

from datetime import timedelta

import pytest

from bot.core.action import Action
from bot.core.markup import Title
from bot.storage import challenges
from tests.fakes.contests import LIVE, OWN, ROOM, TOGETHER, ContestTalk, contesting
from tests.harness import buttons, facts, talking, text


async def begun(talk: ContestTalk, line: str = LIVE, host: str = "ann") -> None:
    await talk.say(line, host, ROOM)
    await talk.settle()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "tape together 10000 20x btc eth 2h",
            {
                "Market": "hidden tape, all together in real time",
                "Leverage up to": "20×",
                "Coins": "AAA, BBB",
            },
        ),
        (
            "live 3d 5x btc eth entry=30m",
            {"Market": "live market", "Coins": "BTC, ETH", "Leverage up to": "5×"},
        ),
        (
            "own 2d 500usdt",
            {"Market": "hidden tape, each at their own pace", "Everybody starts with": "500.00 USDT"},
        ),
        ("live 1d all", {"Coins": "all", "Leverage up to": "20×", "Everybody starts with": "10,000.00 USDT"}),
    ],
)
async def test_all_in_one_line(words: str, said: dict[str, str]) -> None:
    async with contesting() as talk:
        await begun(talk, f"/challenge create {words}")
        assert said.items() <= facts(talk.card()).items()


async def test_a_question_a_step_with_buttons() -> None:
    async with contesting() as talk:
        pressed = ("A tape, all together", "2 hours", "10000 USDT", "20×", "5 minutes")
        first = (await talk.say("/challenge create", "ann", ROOM)).answer.data["step"]
        rest = [(await talk.press(label, "ann", room=ROOM)).answer.data["step"] for label in pressed[:-1]]
        asked = [first, *rest]
        summary = await talk.press(pressed[-1], "ann", room=ROOM)
        assert asked == ["pace", "length", "balance", "cap", "entry"]
        assert facts(summary)["Lasts"] == "2 hours"
        await talk.press("Begin", "ann", room=ROOM)
        await talk.settle()
        assert talk.card().answer.data["members"] == 1


async def test_the_answer_to_a_question_can_be_said() -> None:
    async with contesting() as talk:
        await talk.say("/challenge create live", "ann", ROOM)
        assert (await talk.say("1d", "ann", ROOM)).answer.data["step"] == "balance"
        await talk.say("2500", "ann", ROOM)
        await talk.say("10x", "ann", ROOM)
        await talk.say("btc eth", "ann", ROOM)
        said = facts(await talk.say("20:30", "ann", ROOM))
        assert said["Everybody starts with"] == "2,500.00 USDT"
        assert said["Coins"] == "BTC, ETH"
        assert said["Starts"] == "2 Mar 20:30 UTC"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("live 30m", "length"),
        ("live 15d", "length"),
        ("together 29m", "length"),
        ("together 7h", "length"),
        ("own 30m", "length"),
        ("live 1d 50", "balance"),
        ("live 1d 100000000", "balance"),
        ("live 1d 2x", "cap"),
        ("live 1d 200x", "cap"),
        ("live 1d entry=2h", "entry"),
        ("live 1d entry=30m at=20:30", "entry-twice"),
        ("own 1d entry=2d", "entry"),
        ("live tape 1d", "live-tape"),
        ("tape #9 together 1h", "no-tape"),
        ("tape #2 together 1h doge", "no-tape"),
        ("live 1d doge", "coin"),
        (f"live 1d name={'x' * 41}", "name"),
    ],
)
async def test_what_cannot_be_is_refused(words: str, code: str) -> None:
    async with contesting() as talk:
        reply = await talk.say(f"/challenge create {words}", "ann", ROOM)
        assert (reply.answer.template, reply.answer.data["code"]) == ("challenge_refused", code)
        assert text(reply).endswith("Nothing was done.")
        await talk.settle()
        assert talk.board.messages == {}


async def test_it_is_for_groups() -> None:
    async with contesting() as talk:
        for line in ("/challenge create", "/challenge create live 1d"):
            assert (await talk.say(line, "ann")).answer.data["code"] == "group"
        assert text(await talk.say("/challenge", "ann")).startswith("You are in no challenge.")
        assert text(await talk.say("/join", "ann")) == "There is no such challenge here."


async def test_a_chat_has_one_at_a_time() -> None:
    async with contesting() as talk:
        await begun(talk)
        assert (await talk.say(OWN, "bob", ROOM)).answer.data["code"] == "running"
        assert (await talk.say(OWN, "bob", "elsewhere")).answer.ok


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("@everyone", "＠everyone"),
        ("<b>fat</b>&amp;", "<b>fat</b>&amp;"),
        ("ab\u202ecd\u200f", "ab�cd�"),
        ("zero\u200bwidth", "zero�width"),
    ],
)
async def test_a_name_brings_nothing_with_it(name: str, shown: str) -> None:
    async with contesting() as talk:
        await begun(talk, f"{LIVE} name={name}")
        assert shown in text(talk.card())
        title = talk.card().blocks[0]
        assert isinstance(title, Title)
        assert not any(span.looks for span in title.spans)


async def test_a_line_of_4096_characters_is_too_long() -> None:
    async with contesting() as talk:
        reply = await talk.say(f"{LIVE} name={'x' * 4096}", "ann", ROOM)
        assert reply.answer.template == "too_long"


async def test_members_are_cleaned_and_shortened() -> None:
    async with contesting() as talk:
        await begun(talk)
        for name in ("@everyone", "\u202eevil", "y" * 4096):
            await talk.say("/join", name[:60], ROOM)
        names = [each.name for each in await talk.members()]
        assert all(len(each) <= 24 and "\u202e" not in each for each in names)


async def test_joining() -> None:
    async with contesting() as talk:
        await begun(talk)
        told = await talk.press("Join", "bob", talk.card(), room=ROOM)
        assert told.private
        assert text(told).startswith("You are in, with an account for it alone.")
        assert text(await talk.say("/join", "bob", ROOM)).startswith("You are in already.")
        await talk.settle()
        assert "2 members" in text(talk.card())
        await talk.settle(minutes=5)
        late = await talk.say("/join", "cat", ROOM)
        assert text(late) == "Too late: nobody can join this challenge any more."
        assert not late.answer.ok
        await talk.settle(hours=2)
        assert text(await talk.say("/join", "cat", ROOM)) == "This challenge is over."
        assert len(await talk.members()) == 2


async def test_leaving_before_the_start_can_be_undone_and_later_not() -> None:
    async with contesting() as talk:
        await begun(talk)
        await talk.say("/join", "bob", ROOM)
        assert text(await talk.say("/leave", "bob", ROOM)).endswith("Until the start you can join again.")
        assert text(await talk.say("/leave", "bob", ROOM)) == "You do not take part in it."
        assert text(await talk.say("/join", "bob", ROOM)) == "You are in again."
        await talk.settle(minutes=5)
        sure = await talk.say("/leave", "bob", ROOM)
        assert text(sure).startswith("Leave for good?")
        assert (await talk.member("bob")).left_at is None
        await talk.press("Leave for good", "bob", room=ROOM)
        assert (await talk.contest_account("bob")).archived_at is not None
        assert text(await talk.say("/join", "bob", ROOM)).startswith("You have left this challenge")


async def test_only_host_and_admins_call_it_off() -> None:
    async with contesting() as talk:
        await begun(talk)
        assert text(await talk.say("/challenge cancel", "bob", ROOM)).startswith("Only its host")
        forged = Action("challenge cancel sure=yes").encode()
        assert not (await talk.send(forged, "bob", ROOM)).answer.ok
        talk.board.admins.add("bob")
        await talk.say("/challenge cancel", "bob", ROOM)
        talk.board.admins.remove("bob")
        assert not (await talk.press("Call it off", "bob", room=ROOM)).answer.ok, "no admin any more"
        talk.board.admins.add("bob")
        assert (await talk.send(forged, "bob", ROOM)).answer.ok
        await talk.settle()
        assert "It was called off" in text(talk.card())
        assert (await talk.challenge()).ended_at is not None


@pytest.mark.parametrize(
    "line",
    [
        "join which=aaaaaaaaaaaa",
        "leave which=aaaaaaaaaaaa sure=yes",
        "finish which=aaaaaaaaaaaa sure=yes",
        "enter aaaaaaaaaaaa",
        "table aaaaaaaaaaaa",
        "standings which=aaaaaaaaaaaa",
        "join which=../../x",
        "enter",
    ],
)
async def test_forged_buttons_do_nothing(line: str) -> None:
    async with contesting() as talk:
        await begun(talk)
        reply = await talk.send(Action(line).encode(), "eve", ROOM)
        assert not reply.answer.ok or reply.answer.template == "ask"
        assert len(await talk.members()) == 1


async def test_nobody_joins_from_another_chat() -> None:
    async with contesting() as talk:
        await begun(talk)
        line = f"join which={(await talk.challenge()).id}"
        for room in ("elsewhere", None):
            assert not (await talk.send(Action(line).encode(), "eve", room)).answer.ok
        assert len(await talk.members()) == 1


async def test_a_card_in_the_group_tells_nothing_of_whom_asks() -> None:
    async with contesting() as talk:
        await begun(talk)
        card = await talk.say("/challenge", "ann", ROOM)
        assert card.answer.data["mine"] is None
        own = await talk.press("My account", "ann", card, room=ROOM)
        assert own.private
        assert own.answer.data["mine"] is not None


async def test_hidden_from_the_table_and_back() -> None:
    async with contesting() as talk:
        await begun(talk)
        assert text(await talk.say("/standings hide", "ann", ROOM)).startswith("The table does not name you")
        assert not (await talk.member("ann")).shown
        assert (await talk.say("/standings show", "ann", ROOM)).answer.ok
        assert (await talk.member("ann")).shown
        assert text(await talk.say("/standings hide", "bob", ROOM)) == "You do not take part in it."


async def test_the_account_of_a_challenge_is_not_reset() -> None:
    async with contesting() as talk:
        await begun(talk)
        reply = await talk.say("/reset", "ann")
        assert "The account of a challenge has one start for all: it cannot be reset." in text(reply)
        assert buttons(reply) == ("Main account",)


async def test_the_private_chat_speaks_of_the_account_turned_to() -> None:
    async with contesting() as talk:
        await begun(talk, TOGETHER)
        await talk.say(OWN, "bob", "elsewhere")
        await talk.say("/join", "ann", "elsewhere")
        await talk.settle()
        assert (await talk.say("/portfolio", "ann")).answer.banner["pace"] == "own"
        mine = await talk.say("/main", "ann")
        assert mine.answer.ok
        assert (await talk.say("/portfolio", "ann")).answer.banner == {}
        listed = await talk.say("/challenge", "ann")
        assert len(buttons(listed)) == 2
        await talk.press("My account", "ann", talk.card(), room=ROOM)
        assert (await talk.say("/portfolio", "ann")).answer.banner["pace"] == "together"
        assert (await talk.say("/portfolio", "ann", "elsewhere")).answer.banner["pace"] == "own"
        assert (await talk.say("/portfolio", "ann", ROOM)).answer.banner["pace"] == "together"


async def test_who_cannot_be_whispered_to_goes_on_in_private_with_that_account() -> None:
    async with contesting() as talk:
        await begun(talk, TOGETHER)
        await talk.say("/main", "ann")
        await talk.say("/portfolio", "ann", ROOM, whispers=False)
        assert (await talk.say("/portfolio", "ann")).answer.banner["pace"] == "together"


async def test_where_nobody_can_be_whispered_to_the_living_message_tells_who_came() -> None:
    async with contesting() as talk:
        silent = [await talk.say(LIVE, "ann", ROOM, whispers=False)]
        await talk.settle()
        silent.append(await talk.say("/join", "bob", ROOM, whispers=False))
        assert [(each.answer.template, each.blocks) for each in silent] == [("unsaid", ())] * 2
        await talk.settle()
        assert "2 members" in text(talk.card())


async def test_a_redelivered_call_begins_one_challenge() -> None:
    async with contesting() as talk:
        first = await talk.say(LIVE, "ann", ROOM, update="again")
        second = await talk.say(LIVE, "ann", ROOM, update="again")
        assert first.answer == second.answer
        assert len(await talk.members()) == 1


async def test_the_whole_commitment_is_published_at_the_start_and_the_whole_hash_at_the_end() -> None:
    async with talking() as talk:
        await talk.say("/challenge create live 10000 20x all 1d", "ada", "den")
        await talk.bot.control.flush()
        async with talk.bot.store.unit() as unit:
            (begun,) = await challenges.running(unit)
        assert len(begun.body["commitment"]) == 64
        assert begun.body["commitment"] in text(talk.postbox.posted[-1])
        await talk.bot.control.clock(timedelta(minutes=11))
        await talk.bot.control.clock(timedelta(days=1, minutes=1))
        async with talk.bot.store.unit() as unit:
            ended = await challenges.find(unit, begun.id)
        assert ended is not None
        debrief = [each for each in talk.postbox.posted if each.answer.template == "challenge_debrief"]
        assert ended.body["actions_hash"] in text(debrief[-1])
