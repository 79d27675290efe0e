"""The learner's own matters: welcome, settings, and leaving a question unanswered."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.commands.gate import GateCommands, GateWords, PredictWords
from bot.commands.kinds import PERCENT, SWITCH, TEXT, ZONE, language_kind
from bot.core.command import Command, Visibility
from bot.core.params import ChoiceKind, Kind, param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.services.attention import choose_theme, listener
from bot.services.turn import BotTurn
from engine.margin import account_figures


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWords:
    """What `/start` may carry: the payload of a link, which the router reads before."""

    payload: str | None = param(TEXT, N_("What a link asks for"), default=None, hidden=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneWords:
    """What the form for the time zone asks."""

    zone: str = param(ZONE, N_("Time zone, such as Europe/Madrid"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultSizeWords:
    """What the form for the default size asks."""

    size: Decimal = param(PERCENT, N_("Default size in percent of equity, such as 2%"))


def settings_words(languages: Kind) -> type[Any]:
    """The arguments of `/settings` for the languages that are spoken."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class SettingsWords:
        language: str | None = param(languages, N_("Language of the answers"), default=None)
        confirm: bool | None = param(SWITCH, N_("Preview before every trade: on or off"), default=None)
        size: Decimal | None = param(
            PERCENT, N_("Default size in percent of equity, such as 2%"), default=None
        )
        zone: str | None = param(ZONE, N_("Time zone, such as Europe/Madrid"), default=None)
        gate: bool | None = param(SWITCH, N_("Whether leverage opens step by step: on or off"), default=None)
        theme: str | None = param(
            THEME, N_("The ground that pictures are drawn on: light or dark"), default=None
        )
        predict: bool | None = param(
            SWITCH, N_("Whether previews ask you to guess first: on or off"), default=None
        )

    return SettingsWords


THEME = ChoiceKind(
    "theme",
    {"light": "light", "dark": "dark"},
    {"light": N_("Light pictures"), "dark": N_("Dark pictures")},
)


class PersonCommands:
    """Handlers of what belongs to a person; `languages` are codes with their own names."""

    def __init__(self, languages: dict[str, str], balance: Decimal, gates: GateCommands) -> None:
        self._languages = languages
        self._gates = gates
        self._balance = balance

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declarations."""
        private = Visibility.PRIVATE
        return (
            Command(
                name="start",
                summary=N_("What this is, and three ways to begin"),
                handler=self.start,
                arguments=StartWords,
                topic="more",
            ),
            Command(
                name="settings",
                acts=True,
                summary=N_("Language, previews, default size and time zone"),
                handler=self.settings,
                arguments=settings_words(language_kind(self._languages)),
                visibility=private,
                topic="more",
                examples=(
                    "settings language es",
                    "settings confirm off",
                    "settings theme dark",
                    "settings 3%",
                    "settings Europe/Madrid",
                ),
            ),
            Command(
                name="zone",
                acts=True,
                summary=N_("Your time zone"),
                handler=self.zone,
                arguments=ZoneWords,
                visibility=private,
                form=True,
                listed=False,
            ),
            Command(
                name="defaultsize",
                acts=True,
                summary=N_("Your default size"),
                handler=self.default_size,
                arguments=DefaultSizeWords,
                visibility=private,
                form=True,
                listed=False,
            ),
            Command(
                name="cancel",
                summary=N_("Leave the open question unanswered"),
                handler=self.cancel,
                visibility=private,
                topic="more",
            ),
        )

    async def start(self, turn: BotTurn, _: Any) -> Answer:
        """The welcome."""
        account = await turn.account()
        figures = account_figures(account.state, turn.market)
        if not turn.person.started:
            turn.save_person(replace(turn.person, started=True))
        data = {
            "balance": self._balance,
            "wallet": figures.wallet,
            # what a wallet holds is nobody else's business
            "returning": account.state.version > 1 and turn.request.chat.private,
        }
        buttons = (
            Button(N_("Open a first position"), "open btc long 5x isolated", suggested=True),
            Button(N_("See prices"), "price"),
            Button(N_("What can I do?"), "help"),
        )
        return Answer("start", data, rows_of(list(buttons), 1))

    async def settings(self, turn: BotTurn, words: Any) -> Answer:
        """Show the settings, or change what was named."""
        if words.gate is not None:
            return await self._gates.gate(turn, GateWords(on=words.gate))
        if words.predict is not None:
            return await self._gates.predict(turn, PredictWords(on=words.predict))
        person = turn.person
        changed = [
            name
            for name, value in (
                ("language", words.language),
                ("confirm", words.confirm),
                ("size", words.size),
                ("zone", words.zone),
            )
            if value is not None
        ]
        if changed:
            person = replace(
                person,
                language=words.language or person.language,
                confirm=person.confirm if words.confirm is None else words.confirm,
                default_size=words.size or person.default_size,
                time_zone=words.zone or person.time_zone,
            )
            turn.save_person(person)
            turn.language = person.language or turn.language
        if words.theme is not None:
            await choose_theme(turn.unit, turn.person_id, words.theme)
            changed.append("theme")
        return await self._shown(turn, changed, words.theme)

    async def zone(self, turn: BotTurn, words: ZoneWords) -> Answer:
        """Set the time zone."""
        turn.save_person(replace(turn.person, time_zone=words.zone))
        return await self._shown(turn, ["zone"])

    async def default_size(self, turn: BotTurn, words: DefaultSizeWords) -> Answer:
        """Set the default size."""
        turn.save_person(replace(turn.person, default_size=words.size))
        return await self._shown(turn, ["size"])

    async def _shown(self, turn: BotTurn, changed: list[str], theme: str | None = None) -> Answer:
        person = turn.person
        theme = theme or (await listener(turn.unit, turn.person_id)).attention.theme
        data = {
            "language": self._languages[turn.language],
            "confirm": person.confirm,
            "size": person.default_size,
            "zone": person.time_zone,
            "theme": theme,
            "now": turn.now.isoformat(),
            "changed": changed,
        }
        others = [code for code in self._languages if code != turn.language]
        languages = [
            Button("{name}", f"settings language {code}", {"name": self._languages[code]}) for code in others
        ]
        switch = Button(N_("Previews off"), "settings confirm off")
        if not person.confirm:
            switch = Button(N_("Previews on"), "settings confirm on")
        other = "light" if theme == "dark" else "dark"
        pictures = Button(THEME.labels[other], f"settings theme {other}")
        forms = [Button(N_("Default size…"), "defaultsize"), Button(N_("Time zone…"), "zone")]
        return Answer("settings", data, rows_of([*languages, switch, pictures, *forms], 2))

    async def cancel(self, turn: BotTurn, _: Any) -> Answer:
        """Forget the unfinished command; the router has done so before it came here."""
        return Answer("cancelled", {"what": "question"})
