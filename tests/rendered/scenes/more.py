"""Settings, notices, privacy, groups."""

from collections.abc import Mapping

from tests.rendered.playing import Scene
from tests.rendered.scenes.lives import LONG, TWO

MORE: Mapping[str, Scene] = {
    "start": Scene(("!press What can I do", "#club /start"), ()),
    "settings": Scene(
        (
            "/settings confirm on",
            "/settings size 0.001%",
            "/settings Nowhere/Land",
            "/zone",
            "Europe/Madrid",
            "/defaultsize",
            "5%",
        )
    ),
    "cancel": Scene(("/open btc", "/cancel")),
    "help": Scene(("/help zzzzzz", "/help settings", "/help quiz")),
    "reset": Scene(("/reset", "!press Confirm", "/reset", "!wait 61s", "!press Confirm"), TWO),
    "alerts": Scene(
        (
            "/alerts price off",
            "/alerts 75",
            "!price btc 45240",
            "!price btc 45000",
        ),
        LONG,
    ),
    "quiet": Scene(("/quiet bla", "/settings zone Europe/Madrid", "/quiet 23-7")),
    "link": Scene(("/link", "/link ABC")),
    "unlink": Scene(),
    "export": Scene((), LONG),
    "forget": Scene(("!press Delete",), LONG),
    "group": Scene(
        (
            "#club @bob /group",
            "#club !admin",
            "#club /group",
            *("#club /group topic here", "#club /group quiet 01:00-02:00", "#club /group cooldown 15m"),
            *("#club /group games admins", "#club /group gate off", "#club /group announcements on"),
            "#club @bob /quiznight 5",
            "#club /group log",
        )
    ),
}
