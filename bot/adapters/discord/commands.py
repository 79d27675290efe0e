"""Slash commands, generated from the declarations."""

import inspect
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Optional

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.adapters.discord.limits import CHOICE_NAME, CHOICES
from bot.adapters.discord.suggestions import suggestions
from bot.core.command import Command
from bot.core.limits import cut
from bot.core.params import Choice, ChoiceKind, Param
from bot.core.router import Router
from bot.core.wording import Wording

Call = Callable[[discord.Interaction[Any], str, Mapping[str, str]], Awaitable[None]]
AppCommand = app_commands.Command[Any, ..., Any]

_MESSAGE = "message"
_OPTION_NAME = re.compile(r"[-_'\w]{1,32}")


def app_command(command: Command[Any], router: Router[Any], call: Call) -> AppCommand:
    """The slash command of a declaration.

    Every parameter that is offered becomes an option of type string that may be left out, since what is missing
    is asked for by the same questions on every front; a number as Discord means it would be a double.
    """
    offered = tuple(each for each in command.params if not each.hidden)

    async def callback(interaction: discord.Interaction[Any], **values: str | None) -> None:
        given = {name: value for name, value in values.items() if value is not None}
        await call(interaction, command.name, given)

    callback.__signature__ = signature_of(offered)  # type: ignore[attr-defined]
    default = router.wording.languages[0]
    worded = router.wording.text
    app_commands.describe(**{p.name: _text(p.summary, worded(p.summary, default)) for p in offered})(callback)
    app_commands.rename(**{p.name: locale_str(p.name, message=p.name, name=True) for p in offered})(callback)
    closed = {p.name: _closed(p, router) for p in offered}
    app_commands.choices(
        **{
            name: [
                app_commands.Choice(name=_text(each.label, worded(each.label, default)), value=each.word)
                for each in choices
            ]
            for name, choices in closed.items()
            if choices
        }
    )(callback)
    open_ = [p for p in offered if not closed[p.name] and suggestions(p.kind, router.binder.lexicon, "")]
    app_commands.autocomplete(**{p.name: _suggesting(p, router) for p in open_})(callback)
    return app_commands.Command(
        name=locale_str(command.name, command=True),
        description=_text(command.summary, worded(command.summary, default)),
        callback=callback,
        auto_locale_strings=False,
    )


def signature_of(params: tuple[Param, ...]) -> inspect.Signature:
    """What the library reads the options from: the interaction, then a string or None for each parameter."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    first = inspect.Parameter("interaction", kind, annotation=discord.Interaction)
    options = [
        inspect.Parameter(each.name, kind, annotation=Optional[str], default=None)  # noqa: UP045 - the library looks for it
        for each in params
    ]
    return inspect.Signature([first, *options])


def _text(message: str, worded: str) -> locale_str:
    return locale_str(worded, message=message)


def _closed(param: Param, router: Router[Any]) -> tuple[Choice, ...]:
    """The choices of a parameter that takes nothing else; empty where something else may be typed."""
    if not isinstance(param.kind, ChoiceKind):
        return ()
    choices = param.kind.choices(router.binder.lexicon)
    return choices if len(choices) <= CHOICES else ()


def _suggesting(
    param: Param, router: Router[Any]
) -> Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]:
    async def suggest(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        language = router.wording.language(str(interaction.locale))
        found = suggestions(param.kind, router.binder.lexicon, current)
        return [
            app_commands.Choice(
                name=cut(router.wording.text(each.label, language), CHOICE_NAME), value=each.word
            )
            for each in found
        ]

    return suggest


class WordingTranslator(app_commands.Translator):
    """Says descriptions, labels and names of options in each of Discord's languages that is spoken here."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The text in a language, None where there is none; the same for an option's name that Discord would refuse."""
        language = locale.value.partition("-")[0].lower()
        if language not in self._wording.languages:
            return None
        if string.extras.get("command"):
            own = self._wording.command(string.message, language)
            return None if own == string.message else own
        message = string.extras.get(_MESSAGE)
        if message is None:
            return None
        text = self._wording.text(message, language)
        if not string.extras.get("name"):
            return text
        allowed = _OPTION_NAME.fullmatch(text) and text == text.lower() and text != string.message
        return text if allowed else None
