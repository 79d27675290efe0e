"""Forms: what fits a modal becomes one, what does not is left to the questions."""

import pytest

from bot.adapters.discord.forms import modal_of
from bot.core.params import ChoiceKind, Param, TextKind
from bot.core.router import Form
from tests.fakes.discord_rules import modal_faults
from tests.fakes.small_bot import SmallBot, small_router


def param(name: str, summary: str = "What it is", kind: ChoiceKind | TextKind | None = None) -> Param:
    return Param(name, kind or TextKind(), summary, required=True)


@pytest.mark.parametrize("summary", ["Short", "Long " * 20, "😀" * 60])
async def test_a_modal_is_within_the_limits_whatever_the_texts(summary: str) -> None:
    many = ChoiceKind("many", {f"w{n}": n for n in range(26)})
    few = ChoiceKind("few", {"a": 1, "b": 2}, {"a": "l" * 150})
    params = tuple(param(f"p{n}", summary, kind) for n, kind in enumerate((None, many, few, None, None)))
    modal = modal_of(Form("open", summary, "btc 5x", params), small_router(SmallBot()), "en")
    assert modal is not None
    assert list(modal_faults(modal.to_dict())) == []
    assert modal.is_finished()  # so that the library keeps nothing of it
    assert [each["component"]["type"] for each in modal.to_dict()["components"]] == [4, 4, 3, 4, 4]


@pytest.mark.parametrize(
    "form",
    [
        Form("open", "Open", "", tuple(param(f"p{n}") for n in range(6))),
        Form("open", "Open", "x" * 96, (param("side"),)),
        Form("open", "Open", "", ()),
    ],
)
async def test_what_is_more_than_a_modal_holds_becomes_none(form: Form) -> None:
    assert modal_of(form, small_router(SmallBot()), "en") is None


async def test_the_id_of_a_modal_carries_what_is_known() -> None:
    modal = modal_of(Form("open", "Open", "btc 5x", (param("side"),)), small_router(SmallBot()), "en")
    assert modal is not None
    assert modal.custom_id == "open btc 5x"
