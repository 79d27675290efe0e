"""The words of `/group`: its settings, and how a value of each is read and written."""

import re
from dataclasses import replace
from datetime import timedelta

from bot.core.identity import ChatRef
from bot.core.params import ChoiceKind
from bot.core.texts import N_
from bot.services.attention import read_hours
from bot.services.groups.settings import LONGEST_COOLDOWN, Settings, Starters

SETTING = ChoiceKind(
    "group-setting",
    {
        each: each
        for each in ("language", "topic", "quiet", "gate", "cooldown", "games", "announcements", "log")
    },
    {
        "language": N_("Language of the group"),
        "topic": N_("Where games belong"),
        "quiet": N_("Quiet hours of the group"),
        "gate": N_("Leverage, step by step"),
        "cooldown": N_("Cooldown after a liquidation"),
        "games": N_("Who may start games"),
        "announcements": N_("Announcements"),
        "log": N_("What was changed"),
    },
)
NONE = frozenset({"off", "no", "none", "0"})
_ON = frozenset({"on", "yes"})
_HERE = frozenset({"here", "on", "this"})
_MINUTES = re.compile(r"([0-9]{1,4})(m|min|minutes?|h|hours?)?")


class NotUnderstood(ValueError):
    """A value that a setting cannot have."""


def changed(settings: Settings, setting: str, value: str, chat: ChatRef, zone: str) -> Settings:
    """The settings with one of them set to a value that was said in a chat; raises NotUnderstood.

    `zone` is the time zone of who says it: that of the hours from now on.
    """
    match setting:
        case "topic" if value in _HERE:
            return replace(settings, bound=True, thread=chat.thread)
        case "topic" if value in NONE | {"everywhere"}:
            return replace(settings, bound=False, thread=None)
        case "quiet" if value in NONE:
            return replace(settings, quiet=None)
        case "quiet":
            hours = read_hours(value)
            if hours is not None:
                return replace(settings, quiet=hours, zone=zone)
        case "cooldown":
            return replace(settings, cooldown=_cooldown(value))
        case "games" if value in {each.value for each in Starters}:
            return replace(settings, starters=Starters(value))
        case "announcements" if value in _ON | NONE:
            return replace(settings, announcements=value in _ON)
        case _:
            pass
    raise NotUnderstood(value)


def _cooldown(value: str) -> timedelta:
    if value in NONE:
        return timedelta(0)
    found = _MINUTES.fullmatch(value)
    if found is None:
        raise NotUnderstood(value)
    amount = int(found[1])
    cooldown = timedelta(hours=amount) if (found[2] or "").startswith("h") else timedelta(minutes=amount)
    if not timedelta(0) <= cooldown <= LONGEST_COOLDOWN:
        raise NotUnderstood(value)
    return cooldown


def shown(settings: Settings, setting: str) -> str:
    """How a setting stands, in one canonical word for the log."""
    match setting:
        case "topic":
            return "here" if settings.bound else "everywhere"
        case "quiet":
            return hours_of(settings) or "off"
        case "cooldown":
            return f"{settings.cooldown // timedelta(minutes=1)}m" if settings.cooldown else "off"
        case "games":
            return settings.starters.value
        case _:
            return "on" if settings.announcements else "off"


def hours_of(settings: Settings) -> str:
    """The quiet hours with their zone; empty where there are none."""
    quiet = settings.quiet
    return "" if quiet is None else f"{quiet.begin:%H:%M}–{quiet.end:%H:%M} {settings.zone}"
