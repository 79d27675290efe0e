"""`/group`: who may, what each setting does, and what is noted of it."""

from datetime import time, timedelta
from decimal import Decimal

import pytest

from bot.core.identity import Platform
from bot.core.reply import Reply
from bot.core.request import Said
from bot.services.attention import QuietHours
from bot.services.groups.settings import Settings, Starters
from bot.storage import accounts, chats
from engine.exchange import decide
from engine.intents import Deposit
from tests.fakes.groups import OPERATOR, ROOM, GroupTalk, group_talking
from tests.harness import buttons, facts, text

RICH = ("12345", "12,345", "12.345")


async def test_only_admins_see_and_change_the_settings() -> None:
    async with group_talking() as talk:
        refused = await talk.say("/group", "ann", ROOM)
        assert text(refused) == "Only an admin of this group can do that. Nothing was changed."
        assert (refused.private, buttons(refused)) == (True, ())
        card = await talk.say("/group", "boss", ROOM)
        assert facts(card)["Who may start games"] == "everybody"
        assert not card.private
        assert (await talk.press("Only admins start games", "ann", card, room=ROOM)).answer.ok is False
        assert (await talk.settings()).starters is Starters.EVERYBODY
        after = await talk.press("Only admins start games", "boss", card, room=ROOM)
        assert after.edit
        assert facts(after)["Who may start games"] == "admins"
        assert (await talk.settings()).starters is Starters.ADMINS


async def test_an_admin_who_lost_the_right_changes_nothing_more() -> None:
    async with group_talking() as talk:
        card = await talk.say("/group", "boss", ROOM)
        talk.board.admins.clear()
        assert not (await talk.press("Announcements", "boss", card, room=ROOM)).answer.ok
        assert not (await talk.settings()).announcements


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("quiet 22:00-07:00", Settings(quiet=QuietHours(time(22), time(7)))),
        ("quiet off", Settings()),
        ("cooldown 15m", Settings(cooldown=timedelta(minutes=15))),
        ("cooldown 2h", Settings(cooldown=timedelta(hours=2))),
        ("cooldown 20", Settings(cooldown=timedelta(minutes=20))),
        ("games admins", Settings(starters=Starters.ADMINS)),
        ("topic here", Settings(bound=True, thread="7")),
        ("announcements on", Settings(announcements=True)),
    ],
)
async def test_a_setting_in_words(said: str, kept: Settings) -> None:
    async with group_talking() as talk:
        talk.thread = "7"
        await talk.say(f"/group {said}", "boss", ROOM)
        assert await talk.settings() == kept
        assert Settings.from_json(kept.to_json()) == kept


@pytest.mark.parametrize(
    "said", ["cooldown 25h", "cooldown soon", "quiet sometimes", "games nobody", "topic there", "language xx"]
)
async def test_what_a_setting_cannot_be_changes_nothing(said: str) -> None:
    async with group_talking() as talk:
        refused = await talk.say(f"/group {said}", "boss", ROOM)
        assert text(refused).startswith("I could not read “")
        async with talk.bot.store.unit() as unit:
            assert await chats.find(unit, Platform.TELEGRAM, ROOM) is None


async def test_the_groups_language_holds_for_what_all_can_see() -> None:
    async with group_talking() as talk:
        await talk.say("/start", "ann")
        assert (await talk.say("/group language es", "boss", ROOM)).language == "es"
        public = await talk.say("/price btc", "ann", ROOM)
        private = await talk.say("/positions", "ann", ROOM)
        refused = await talk.say("/group", "ann", ROOM)
        unknown = await talk.say("/zzzz", "ann", ROOM)
        elsewhere = await talk.say("/price btc", "ann", "kitchen")
        assert (public.language, public.private) == ("es", False)
        assert (private.language, private.private) == ("en", True)
        assert (refused.language, refused.private) == ("en", True)
        assert (unknown.language, elsewhere.language) == ("es", "en")
        card = await talk.say("/group language off", "boss", ROOM)
        assert facts(await talk.say("/group", "boss", ROOM))["Language"] == "each is answered in their own"
        assert card.answer.ok


async def test_settings_keep_what_else_is_known_of_the_chat() -> None:
    async with group_talking() as talk:
        await talk.say("/gate off", "boss", ROOM)
        await talk.press("Yes, I know what it means", "boss", room=ROOM)
        await talk.say("/group cooldown 5m", "boss", ROOM)
        await talk.say("/group language es", "boss", ROOM)
        async with talk.bot.store.unit() as unit:
            kept = await chats.find(unit, Platform.TELEGRAM, ROOM)
        assert kept is not None
        assert (kept.language, kept.body["gate"], kept.body["cooldown"]) == ("es", False, 5)


async def test_every_change_is_in_the_log_without_names() -> None:
    async with group_talking() as talk:
        talk.board.admins.add("vice")
        await talk.say("/group cooldown 5m", "boss", ROOM)
        await talk.say("/group cooldown 5m", "boss", ROOM)  # nothing changes
        await talk.say("/group games admins", "vice", ROOM)
        await talk.say("/group games admins", "boss", "kitchen")
        shown = text(await talk.say("/group log", "boss", ROOM))
        assert [line.split(" · ")[1:] for line in shown.splitlines() if "→" in line] == [
            ["an admin", "Who may start games: everybody → admins"],
            ["you", "Cooldown after a liquidation: off → 5m"],
        ]
        assert "vice" not in shown


async def test_a_bound_group_is_answered_in_its_place_and_told_once_elsewhere() -> None:
    async with group_talking() as talk:
        talk.thread = "7"
        await talk.say("/group topic here", "boss", ROOM)
        assert (await talk.say("/price btc", "ann", ROOM)).answer.ok
        talk.thread = None
        hint = await talk.say("/price btc", "ann", ROOM)
        assert text(hint).startswith("In this group I am spoken to in one topic only.")
        assert await talk.ask(talk.request(Said("/price btc"), "ann", ROOM)) is None
        assert (await talk.say("/price btc", "ben", ROOM)).answer.template == "elsewhere"
        assert (await talk.say("/positions", "ann", ROOM)).answer.template == "positions"
        assert (await talk.say("/group", "boss", ROOM)).answer.ok
        assert (await talk.say("/price btc", "ann", "kitchen")).answer.ok


async def test_games_begin_where_when_and_by_whom_the_admins_want() -> None:
    async with group_talking() as talk:
        await talk.say("/group games admins", "boss", ROOM)
        assert (await _night(talk, "ann")).answer.data["said"] == "admins-start"
        assert (await _night(talk, "boss")).answer.ok
        await talk.say("/quiznight stop", "boss", ROOM)
        await talk.say("/group games everybody", "boss", ROOM)
        await talk.say("/group quiet 09:00-10:00", "boss", ROOM)  # it is 9:30
        assert (await _night(talk, "boss")).answer.data["said"] == "quiet"
        talk.later(hours=1)
        assert (await _night(talk, "ann", "kitchen")).answer.ok


async def test_in_private_there_is_nothing_to_set_but_operators_see_what_they_can_do() -> None:
    async with group_talking() as talk:
        assert (await talk.say("/group", "ann")).answer.data["why"] == "private"
        assert text(await talk.say("/group", OPERATOR)).startswith("For the operator")


async def test_a_card_is_shared_only_knowingly_and_by_its_owner() -> None:
    async with group_talking() as talk:
        await talk.dialogue("/open btc long 5x 777usdt", "!press Confirm", who="ann")
        asked = await talk.say("/share positions", "ann", ROOM)
        assert "768.07" not in text(asked)
        assert (await talk.press("Yes, show it", "ben", asked, room=ROOM)).answer.template == "not_yours"
        shown = await talk.press("Yes, show it", "ann", asked, room=ROOM)
        assert (shown.private, buttons(shown)) == (False, ())
        assert "768.07" in text(shown)
        assert (await talk.say("/share portfolio", "ann")).answer.data["what"] == "private"


@pytest.mark.parametrize("whispers", [True, False])
async def test_nothing_of_a_balance_is_ever_public(whispers: bool) -> None:
    """Every command of the bot and its examples, said in a group by somebody with a balance that is easy to find."""
    async with group_talking() as talk:
        talk.strict = False
        await talk.say("/start", "ann")
        account = await talk.main("ann", Platform.TELEGRAM)
        await _make_rich(talk, account.id)
        mine = text(await talk.say("/portfolio", "ann"))
        assert any(each in mine for each in RICH)
        checked = 0
        for command in talk.bot.router.registry:
            for line in (command.name, *command.examples):
                reply = await talk.ask(talk.request(Said(f"/{line}"), "ann", ROOM, whispers=whispers))
                if reply is None or reply.private:
                    continue
                checked += 1
                assert not any(each in text(reply) for each in RICH), line
        assert checked > 20


async def _make_rich(talk: GroupTalk, account_id: str) -> None:
    async with talk.bot.store.unit() as unit:
        account = await accounts.load(unit, account_id)
        market = talk.bot.feed.snapshot()
        more = decide(Deposit(Decimal(2345)), account.state, market)
        accounts.record(unit, account, more, talk.bot.clock.now(), market.time)


async def _night(talk: GroupTalk, who: str, room: str = ROOM) -> Reply:
    return await talk.say("/quiznight 2", who, room)
