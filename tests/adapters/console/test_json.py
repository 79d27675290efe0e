"""JSON lines."""

import json
from decimal import Decimal

import pytest

from bot.adapters.console.faces import message_json
from bot.adapters.console.screen import Message
from bot.core.markup import parse
from bot.core.reply import Answer, Reply
from tests.adapters.console.talking import Talk

KEYS = ["v", "to", "room", "private", "template", "ok", "data", "text", "buttons", "edited", "file"]


async def test_a_reply_is_one_object_with_every_key() -> None:
    (reply,) = await Talk().json("/start there")
    assert list(reply) == KEYS
    assert reply == {
        "v": 1,
        "to": "me",
        "room": None,
        "private": False,
        "template": "Hello",
        "ok": True,
        "data": {"language": "en", "word": "there"},
        "text": "Hello\nlanguage: en\nword:     there",
        "buttons": ["Count", "Count together", "Open", "My secret", "Refuse"],
        "edited": False,
        "file": None,
    }


async def test_errors_and_notices_are_objects_too() -> None:
    replies = await Talk().json("!price BTC 45000", "!nonsense")
    assert [list(each) for each in replies] == [KEYS] * 3
    assert [each["to"] for each in replies] == ["me", "bob", "me"]
    assert [each["template"] for each in replies] == ["Liquidated", "Liquidated", "console_error"]


def test_decimals_are_strings() -> None:
    reply = Reply(
        (), answer=Answer("a", {"price": Decimal("1E+3"), "rows": [{"q": Decimal("0.10")}], "n": 3})
    )
    assert json.loads(message_json(Message("me", None, reply)))["data"] == {
        "price": "1000",
        "rows": [{"q": "0.10"}],
        "n": 3,
    }


@pytest.mark.parametrize("text", ["\x85", "\u2028", "漢字 señal", "\ud800", "\x7f"])
def test_a_line_is_ascii_and_one_line_whatever_is_said(text: str) -> None:
    reply = Reply(parse("<p>x</p>"), answer=Answer("a", {"said": text}))
    line = message_json(Message("me", None, reply))
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["data"]["said"] == text
