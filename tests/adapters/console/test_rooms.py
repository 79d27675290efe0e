"""Rooms of the console: living messages, votes by number, and who was made an admin."""

import io

import pytest

from bot.core.identity import ChatRef, Identity, Platform
from bot.core.reply import Answer, Button, Reply
from bot.core.sender import MessageGone, Posted
from tests.adapters.console.talking import Talk
from tests.fakes.plain_wording import PlainWording

LOUNGE = ChatRef(Platform.CONSOLE, "#lounge", private=False)


def card(number: int) -> Reply:
    buttons = tuple(
        Button("{number}", "count", {"number": str(each)}, anyone=True, payload="1|||count")
        for each in (1, 2)
    )
    return PlainWording().word(Answer("Night", {"number": number}, (buttons,)), "en", "UTC")


async def test_a_rooms_message_is_shown_and_shown_again_when_it_changes() -> None:
    talk = Talk()
    front = talk.front(io.StringIO())
    posted = await front.post(LOUNGE, card(1))
    await front.edit(posted, card(2))
    said = talk.stdout.getvalue()
    assert said == "[#lounge] Night\nnumber: 1\n[1] [2]\n\n[#lounge] Night\nnumber: 2\n[1] [2]\n"


async def test_a_message_of_an_earlier_run_is_gone() -> None:
    with pytest.raises(MessageGone):
        await Talk().front(io.StringIO()).edit(Posted(LOUNGE, "earlier:1"), card(2))


async def test_a_vote_presses_the_option_of_that_number() -> None:
    talk = Talk()
    front = talk.front(io.StringIO())
    await front.post(LOUNGE, card(1))
    talk.stdout.truncate(0)
    talk.stdout.seek(0)
    await front.take("#lounge @ann !vote 2")
    assert talk.stdout.getvalue().startswith("\n[#lounge] Counted\ncount: 1")


@pytest.mark.parametrize("line", ["!vote 1", "#lounge !vote 3", "#elsewhere !vote 1"])
async def test_a_vote_without_such_an_option_is_told_so(line: str) -> None:
    talk = Talk()
    front = talk.front(io.StringIO())
    await front.post(LOUNGE, card(1))
    await front.take(line)
    assert "There is no poll to answer." in talk.stdout.getvalue()


async def test_an_admin_is_one_in_the_room_or_everywhere() -> None:
    talk = Talk()
    front = talk.front(io.StringIO("#lounge !admin ann\n!admin bob\n"))
    await front.serve()
    rooms = (LOUNGE, ChatRef(Platform.CONSOLE, "#other", private=False))
    found = {
        who: [await front.is_admin(room, Identity(Platform.CONSOLE, who)) for room in rooms]
        for who in ("ann", "bob", "me")
    }
    assert found == {"ann": [True, False], "bob": [True, True], "me": [False, False]}
