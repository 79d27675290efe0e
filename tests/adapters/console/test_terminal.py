"""The terminal's face in this process, over prompt_toolkit's own pipe."""

import asyncio
import io
import re
import sys
from collections.abc import AsyncIterator

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from bot.adapters.console.cards import card
from bot.adapters.console.completion import LineCompleter
from bot.adapters.console.screen import Message, Screen
from bot.core.identity import Identity, Platform
from bot.core.markup import parse
from bot.core.reply import Answer, Reply, ReplyButton
from tests.adapters.console.talking import CARD, Talk
from tests.fakes.plain_wording import PlainWording
from tests.fakes.small_bot import SmallBot, small_router


class At:
    """A person at a terminal in this process."""

    def __init__(self, talk: Talk, keys: PipeInput, screen: io.StringIO) -> None:
        self.talk = talk
        self.keys = keys
        self.screen = screen
        self.front = talk.front(sys.stdin, sys.stdout, interactive=True)
        self.serving = asyncio.create_task(self.front.serve())

    async def see(self, text: str) -> None:
        async with asyncio.timeout(10):
            while text not in self.screen.getvalue():
                assert not self.serving.done(), self.serving
                await asyncio.sleep(0.005)

    async def type(self, text: str, answer: str) -> None:
        self.screen.seek(0)
        self.screen.truncate()
        self.keys.send_text(text + "\r")
        await self.see(answer)


@pytest.fixture
async def at() -> AsyncIterator[At]:
    screen = io.StringIO()
    output = Vt100_Output(screen, lambda: Size(rows=40, columns=90), term="xterm", enable_cpr=False)
    with create_pipe_input() as keys, create_app_session(keys, output):
        person = At(Talk(), keys, screen)
        await person.see("me ❯")
        yield person
        if not person.serving.done():
            keys.send_text("\x03")
        async with asyncio.timeout(10):
            await person.serving


async def test_a_number_presses_a_button_of_the_last_message(at: At) -> None:
    await at.type("/start", "[Refuse]")
    await at.type("1", "Counted")
    await at.type("1", "Counted")
    assert at.talk.turns.facts["person000001"]["count"] == 2


async def test_a_number_is_words_where_no_button_has_it(at: At) -> None:
    await at.type("/start", "[Refuse]")
    await at.type("9", "I do not know")
    await at.type("1", "I do not know")


async def test_a_notice_without_buttons_leaves_the_numbers_where_they_were(at: At) -> None:
    await at.type("/start", "[Refuse]")
    notice = PlainWording().word(Answer("Funding", {"paid": "0.1"}), "en", "UTC")
    await at.front.send(Identity(Platform.CONSOLE, "me"), notice)
    await at.see("Funding")
    await at.type("1", "Counted")


async def test_a_pasted_text_is_several_lines(at: At) -> None:
    await at.type("\x1b[200~/count\n/count\n/count\x1b[201~", "3")
    assert at.talk.turns.facts["person000001"]["count"] == 3


async def test_a_notice_appears_above_the_prompt_while_somebody_types(at: At) -> None:
    at.keys.send_text("/cou")
    await at.see("/cou")
    notice = PlainWording().word(Answer("Liquidated", {"price": "45000"}), "en", "UTC")
    await at.front.send(Identity(Platform.CONSOLE, "me"), notice)
    await at.see("Liquidated")
    await at.type("nt", "Counted")


async def test_it_can_be_cancelled_while_it_waits(at: At) -> None:
    at.serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await at.serving
    at.serving = asyncio.create_task(asyncio.sleep(0))


def completions(line: str, screen: Screen | None = None) -> list[str]:
    completer = LineCompleter(small_router(SmallBot()), screen or Screen(), "me", "en")
    return [each.text for each in completer.get_completions(Document(line), CompleteEvent())]


def test_lines_are_completed() -> None:
    assert completions("/c") == ["/count", "/card"]
    assert completions("/open l") == ["long"]
    assert completions("/open long b") == ["btc", "btcusdt"]
    assert completions("/nothing b") == []
    assert completions("!p") == ["!press", "!price"]
    assert completions("!press co") == []
    assert completions("hello") == []
    screen = Screen()
    screen.show(Message("me", None, Reply((), ((ReplyButton("Count all", "x"), ReplyButton("Stop", "x")),))))
    assert completions("!press co", screen) == ["Count all"]


@pytest.mark.parametrize("width", [10, 40, 80, 300])
def test_a_card_keeps_within_the_terminal_and_obeys_nobody_else(width: int) -> None:
    reply = Reply(parse(CARD), ((ReplyButton("Confirm \x1b[2J now", "x"),),))
    text = uncoloured(card(reply, "[#lounge]", width, numbered=True))
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= max(20, width)


def test_a_card_has_every_block() -> None:
    reply = Reply(parse(CARD), ((ReplyButton("Confirm", "x"), ReplyButton("Cancel", "y")),))
    text = uncoloured(card(reply, "[#lounge]", 80, numbered=True))
    parts = ("PAPER", "worded", "50,000", "45,205.8", "•", "1.", "Careful", "q = 0.1", "no advice")
    assert [part for part in parts if part not in text] == []
    assert "1 [Confirm]  2 [Cancel]" in text
    assert "[#lounge]" in text


def uncoloured(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_markup_of_the_terminal_library_in_what_people_write_is_text() -> None:
    assert "[red]x[/red] :smile:" in card(Reply(parse("<p>[red]x[/red] :smile:</p>")), "", 80, numbered=False)
