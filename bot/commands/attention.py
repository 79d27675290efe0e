"""What a learner wants to be told, how loudly, and when not to be disturbed."""

from dataclasses import dataclass, replace
from typing import Any

from bot.commands.alert_words import LINE, MANNER, SUBJECT, THRESHOLD
from bot.core.command import Command, Visibility
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.attention import (
    STAGES,
    Listener,
    Manner,
    NeverOff,
    Subject,
    Thresholds,
    listener,
    read_hours,
)
from bot.services.turn import BotTurn

OFFERED_HOURS = ("23:00-07:00", "22:00-06:00")
_NO_HOURS = frozenset({"off", "no", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsWords:
    """What `/alerts` takes."""

    subject: Subject | None = param(SUBJECT, N_("Which notices: margin, price, funding, …"), default=None)
    manner: Manner | None = param(MANNER, N_("How they come: on, silent or off"), default=None)
    threshold: int | None = param(
        THRESHOLD, N_("The margin ratio to be warned at: 60, 70, 80 or 90 %"), default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietWords:
    """What `/quiet` takes."""

    hours: str | None = param(LINE, N_("From when to when, such as 23:00-07:00, or off"), default=None)


class AttentionCommands:
    """Handlers of `/alerts` and `/quiet`."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="alerts",
                acts=True,
                summary=N_("What you are told, how loudly, and from which margin ratio on"),
                handler=self.alerts,
                arguments=AlertsWords,
                visibility=private,
                topic="more",
                examples=("alerts margin silent", "alerts threshold 70", "alerts funding off"),
            ),
            Command(
                name="quiet",
                acts=True,
                summary=N_("Quiet hours, in which every notice comes without a sound"),
                handler=self.quiet,
                arguments=QuietWords,
                visibility=private,
                topic="more",
                examples=("quiet 23:00-07:00", "quiet off"),
            ),
        )

    async def alerts(self, turn: BotTurn, words: AlertsWords) -> Answer:
        """Show the choices, or change what was named."""
        mine = await listener(turn.unit, turn.person_id)
        chosen, note = mine.attention, None
        if words.threshold is not None:
            if words.threshold not in STAGES:
                return self._shown(turn, mine, "no-threshold", words)
            chosen, note = replace(chosen, threshold=words.threshold), "saved"
        if words.subject is not None and words.manner is not None:
            try:
                chosen, note = chosen.with_manner(words.subject, words.manner), "saved"
            except NeverOff:
                return self._shown(turn, mine, "never-off", words)
        elif words.manner is not None:
            return self._shown(turn, mine, "which", words)
        if note is not None:
            self._thresholds.save(turn.unit, turn.person_id, chosen)
        return self._shown(turn, replace(mine, attention=chosen), note, words)

    def _shown(self, turn: BotTurn, mine: Listener, note: str | None, words: AlertsWords) -> Answer:
        chosen = mine.attention
        asked = words.subject if words.manner is None else None
        data = {
            "note": note,
            "asked": asked,
            "rows": [{"subject": each, "manner": chosen.manners[each]} for each in Subject],
            "threshold": chosen.threshold,
            "stages": list(STAGES),
            **_quiet_data(turn, mine),
        }
        refused = note in {"never-off", "which", "no-threshold"}
        return Answer(
            "alerts", data, self._buttons(chosen.threshold, asked, note, words.manner), ok=not refused
        )

    def _buttons(
        self, threshold: int, asked: Subject | None, note: str | None, manner: Manner | None
    ) -> tuple[tuple[Button, ...], ...]:
        if asked is not None:
            offered = [each for each in Manner if asked is not Subject.LIQUIDATED or each is not Manner.OFF]
            buttons = [Button(MANNER.labels[each], f"alerts {asked} {each}") for each in offered]
            return (tuple(buttons), (Button(N_("All alerts"), "alerts"),))
        end = f" {manner}" if note == "which" else ""
        subjects = [Button(SUBJECT.labels[each], f"alerts {each}{end}") for each in Subject]
        stages = [
            Button(N_("Warn at {percent} %"), f"alerts threshold {each}", {"percent": str(each)})
            for each in STAGES
            if each != threshold
        ]
        others = (Button(N_("Quiet hours"), "quiet"), Button(N_("My price alerts"), "alert list"))
        return (*rows_of(subjects, 2), tuple(stages), others)

    async def quiet(self, turn: BotTurn, words: QuietWords) -> Answer:
        """Show the quiet hours, set or end them."""
        mine = await listener(turn.unit, turn.person_id)
        note = None
        if words.hours is not None:
            off = words.hours in _NO_HOURS
            hours = None if off else read_hours(words.hours)
            if hours is None and not off:
                note = "unclear"
            else:
                mine = replace(mine, attention=replace(mine.attention, quiet=hours))
                self._thresholds.save(turn.unit, turn.person_id, mine.attention)
                note = "saved"
        offered = [
            Button("{hours}", f"quiet {each}", {"hours": each.replace("-", "–")}) for each in OFFERED_HOURS
        ]
        if mine.attention.quiet is not None:
            offered.append(Button(N_("No quiet hours"), "quiet off"))
        others = (Button(N_("Time zone…"), "zone"), Button(N_("Alerts"), "alerts"))
        data: dict[str, Any] = {"note": note, **_quiet_data(turn, mine)}
        return Answer("quiet", data, (tuple(offered), others), ok=note != "unclear")


def _quiet_data(turn: BotTurn, mine: Listener) -> dict[str, Any]:
    quiet = mine.attention.quiet
    return {
        "quiet": None if quiet is None else [f"{each:%H:%M}" for each in (quiet.begin, quiet.end)],
        "quiet_now": mine.attention.is_quiet(turn.now, mine.zone),
        "zone": mine.zone,
        "now": turn.now.isoformat(),
    }
