"""What the walk through all answers meets of one person on two platforms, of exports and of being forgotten."""

from typing import Any

from bot.core.identity import Platform
from bot.core.reply import Answer, Reply
from tests.harness import Talk

TELEGRAM = Platform.TELEGRAM
_LINK: dict[str, Any] = {"left": 0, "most": 5, "until": None, "names": [], "name": "Cup"}
PEOPLE_APART: tuple[Answer, ...] = (
    Answer("answer_gone", ok=False),
    Answer("export", {"parts": 2}),
    Answer("link", {**_LINK, "what": "challenge"}, ok=False),
)


async def people_met(talk: Talk) -> None:
    """Link, be refused, part, take one's data along, and be forgotten."""
    await talk.say("/link", "lena")
    code = str((await talk.say("/link", "lena")).answer.data["code"])
    await talk.say("/open btc long 5x 100usdt", "lars", platform=TELEGRAM)
    await _pressed(talk, "confirm", TELEGRAM, "lars")
    for line in ("/linkyes", f"/link {code}", "/link ABC-DEF-GHJ"):
        await talk.say(line, "lars", platform=TELEGRAM)
    await talk.say(f"/link {code}", "lena")
    await talk.say(f"/link {code}", "lasse")
    await talk.say(f"/link {code}", "lars", platform=TELEGRAM)
    await _pressed(talk, "linkyes", TELEGRAM, "lars")
    await talk.bot.control.flush()
    for _ in range(6):
        await talk.say("/link ABC-DEF-GHJ", "lasse")
    await talk.say("/unlink", "lasse")
    await talk.say("/unlink", "lars", platform=TELEGRAM)
    await _pressed(talk, "unlinkyes", TELEGRAM, "lars")
    await talk.say("/export", "lena")
    await talk.say("/forget", "lena")
    await _pressed(talk, "forgetyes", Platform.CONSOLE, "lena")


async def _pressed(talk: Talk, start: str, platform: Platform, who: str) -> Reply:
    """The answer to the button of the latest answer whose line begins so."""
    found = [each.payload for each in talk.shown().all_buttons() if f"|{start}" in each.payload]
    return await talk.send(found[0], who, platform=platform)
