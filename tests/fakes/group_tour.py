"""A walk through what is said about groups: settings, reports, shared cards, and what operators do."""

from datetime import timedelta
from typing import Any

from bot.core.identity import Identity, Platform, new_id
from bot.core.reply import Answer
from bot.storage import admin_log, beliefs, chat_people, people
from bot.storage.admin_log import Change
from bot.storage.beliefs import MISCONCEPTION, SKILL, KeptBelief
from tests.harness import Talk

ROOM = "classroom"
CLASS = tuple(f"pupil{number}" for number in range(6))
_PREVIEW: dict[str, Any] = {"what": "preview", "lines": ["A B", "C"], "chats": 2}

# Answers that operators get, or that a platform or the lack of time brings about, with their data.
GROUPS_APART: tuple[Answer, ...] = (
    Answer("barred", ok=False),
    *(Answer("flood", {"whose": whose}, ok=False) for whose in ("person", "chat")),
    *(Answer("elsewhere", {"topic": topic}, ok=False) for topic in (True, False)),
    *(Answer("night_said", {"said": said}, ok=False) for said in ("admins-start", "quiet", "elsewhere")),
    *(
        Answer("operator", {"what": what})
        for what in (
            *("panel", "not-operator", "who", "operator", "barred", "barred-already", "let-in", "not-barred"),
            *("no-text", "nobody", "gone"),
        )
    ),
    Answer("operator", {"what": "too-long", "most": 900}),
    Answer("operator", {"what": "today", "next": "2026-03-03T09:30:00+00:00"}),
    Answer("operator", _PREVIEW),
    Answer("operator", {**_PREVIEW, "chats": 1}),
    *(Answer("operator", {"what": "sent", "chats": chats}) for chats in (1, 2)),
    Answer("operator", {"what": "log", "rows": []}),
    Answer(
        "operator",
        {
            "what": "log",
            "rows": [
                {"what": "ban", "at": "2026-03-02T09:30:00+00:00", "own": True},
                {"what": "unban", "at": "2026-03-02T09:30:00+00:00", "own": False},
                *(
                    {"what": "announce", "at": "2026-03-02T09:30:00+00:00", "own": False, "chats": chats}
                    for chats in (1, 2)
                ),
            ],
        },
    ),
    Answer("announcement", {"lines": ["A B", "C"]}),
    *(
        Answer(
            "group",
            {
                "saved": True,
                "language": None,
                "bound": True,
                "topic": topic,
                "here": here,
                "quiet": "09:00–10:00 UTC",
                "quiet_now": True,
                "gate": False,
                "cooldown": cooldown,
                "starters": "admins",
                "announcements": True,
            },
        )
        for topic, here, cooldown in ((True, True, 1), (True, False, 15), (False, True, 0))
    ),
)


async def community_visited(talk: Talk) -> None:
    """Needs a room whose admin is `gina`: the front of the talk is told so."""
    await talk.say("/group", "gina")
    await talk.say("/group", "greg", ROOM)
    await talk.say("/classreport", "gina")
    await talk.say("/classreport", "greg", ROOM)
    await talk.say("/share positions", "gina")
    for card in ("positions", "portfolio"):
        await talk.say(f"/share {card}", "gina", ROOM)
        await talk.say(f"/share {card} sure=sure", "gina", ROOM)
    await talk.say("/ban somebody", "gina")
    talk.postbox.admins.add("gina")
    await talk.say("/group log", "gina", ROOM)
    for line in (
        *("", "language es", "language off", "topic here", "topic off", "quiet 01:00-02:00", "quiet off"),
        *("cooldown 1m", "cooldown 15m", "cooldown off", "games admins", "games everybody", "gate off"),
        *("announcements on", "announcements off", "games nobody"),
    ):
        await talk.say(f"/group {line}", "gina", ROOM)
    await _logged(talk)
    await talk.say("/group log", "gina", ROOM)
    await talk.say("/classreport", "gina", ROOM)
    await _learnt(talk, held=False)
    await talk.say("/classreport", "gina", ROOM)
    await _learnt(talk, held=True)
    await talk.say("/classreport", "gina", ROOM)
    talk.postbox.admins.discard("gina")


async def _logged(talk: Talk) -> None:
    """One change of each setting, one of them by somebody else; the latest ten are shown."""
    now = talk.bot.clock.now()
    async with talk.bot.store.unit() as unit:
        for number, what in enumerate(("language", "topic", "quiet", "gate", "cooldown", "games", "posts")):
            body = {"before": "off", "after": "on"}
            at = now + number * timedelta(milliseconds=1)
            admin_log.add(unit, Change(new_id(), f"console:{ROOM}", None, what, body, at))


async def _learnt(talk: Talk, *, held: bool) -> None:
    now = talk.bot.clock.now()
    for who in CLASS:
        await talk.say("/price", who)
    async with talk.bot.store.unit() as unit:
        for who in CLASS:
            person = await people.find(unit, Identity(Platform.CONSOLE, who))
            assert person is not None
            chat_people.took_part(unit, f"console:{ROOM}", person.id, now)
            known = {"known": "0.960000", "answers": 5, "mastered_at": now.isoformat()}
            beliefs.put(unit, KeptBelief(person.id, SKILL, "pnl", known, now))
            if held:
                body = {"open": True, "chosen": 1, "rights": {}}
                beliefs.put(unit, KeptBelief(person.id, MISCONCEPTION, MISTAKE, body, now))


MISTAKE = "lev-is-risk"
