"""Answers as JSON, and the forms that fronts may open."""

import json
from decimal import Decimal

import pytest

from bot.core.action import Action
from bot.core.reply import Answer, Button, Style, plain
from bot.core.request import Called, Pressed
from engine.position import Side
from tests.harness import talking


def test_an_answer_is_the_same_after_it_was_kept() -> None:
    data = {
        "amount": Decimal("1E+3"),
        "small": Decimal("1E-8"),
        "side": Side.LONG,
        "rows": ({"a": None},),
        "on": True,
    }
    button = Button(
        "{word}", "open btc", {"word": "x"}, Style.GO, once=True, deep=True, payload="1|||open btc"
    )
    answer = Answer("start", data, ((button,),), ok=False, private=True, fresh=True)
    kept = json.loads(json.dumps(answer.to_json()))
    assert kept["data"] == {
        "amount": "1000",
        "small": "0.00000001",
        "side": "long",
        "rows": [{"a": None}],
        "on": True,
    }
    again = Answer.from_json(kept)
    assert again.to_json() == kept
    assert (again.ok, again.private, again.fresh) == (False, True, True)
    assert again.buttons[0][0].payload == button.payload


@pytest.mark.parametrize("value", [1.5, object(), b"x", {1, 2}])
def test_what_is_no_value_for_an_answer_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        plain({"value": value})


FORMS: list[tuple[str, str | None]] = [
    ("sized btc long 3x cross", "size"),
    ("margin", "move"),
    ("margin add", "amount"),
    ("defaultsize", "size"),
    ("zone", "zone"),
    ("open", None),
    ("open btc", None),
    ("open btc long", None),
    ("why", None),
    ("leverage btc", None),
    ("positions", None),
    ("zzz", None),
    ("margin add 0", None),
    ("sized btc long zzz", None),
]


@pytest.mark.parametrize(("line", "first"), FORMS)
async def test_a_form_asks_what_buttons_cannot(line: str, first: str | None) -> None:
    async with talking() as talk:
        router = talk.bot.router
        name, _, rest = line.partition(" ")
        for input_ in (Pressed(Action(line, "somebody").encode()), Called(name, {}, rest)):
            form = router.form_for(input_)
            assert (form.params[0].name if form else None) == first


@pytest.mark.parametrize("payload", ["", "x", "1|||", "1|||@abcdefghijklmnop"])
async def test_an_unreadable_press_opens_no_form(payload: str) -> None:
    async with talking() as talk:
        assert talk.bot.router.form_for(Pressed(payload)) is None


async def test_a_filled_form_goes_on_where_the_line_stopped() -> None:
    async with talking() as talk:
        form = talk.bot.router.form_for(Pressed(Action("sized btc long 3x cross").encode()))
        assert form is not None
        reply = await talk.call(form.command, {"size": " 250 USDT "}, form.preset)
        assert (reply.answer.template, reply.answer.data["mode"]) == ("preview_open", "cross")
        wrong = await talk.call(form.command, {"size": "much"}, form.preset)
        assert wrong.answer.template == "unclear"
