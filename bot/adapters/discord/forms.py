"""A form as Discord's modal, where it fits one."""

from typing import Any

import discord

from bot.adapters.discord.limits import (
    CHOICES,
    CUSTOM_ID,
    INPUT_DESCRIPTION,
    INPUT_LABEL,
    MODAL_INPUTS,
    MODAL_TITLE,
    OPTION_LABEL,
    length,
)
from bot.core.limits import cut
from bot.core.params import ChoiceKind, Param
from bot.core.router import Form, Router


def modal_of(form: Form, router: Router[Any], language: str) -> discord.ui.Modal | None:
    """The modal that asks what is missing; None where it is more than a modal holds.

    What is known already travels in its id, so that nothing is kept in memory between showing and sending it.
    """
    custom_id = f"{form.command} {form.preset}".strip()
    if length(custom_id) > CUSTOM_ID or not 1 <= len(form.params) <= MODAL_INPUTS:
        return None
    title = cut(router.wording.text(form.summary, language), MODAL_TITLE, length)
    modal = discord.ui.Modal(title=title, custom_id=custom_id, timeout=None)
    for each in form.params:
        modal.add_item(_field(each, router, language))
    modal.stop()
    return modal


def _field(param: Param, router: Router[Any], language: str) -> discord.ui.Label[Any]:
    summary = router.wording.text(param.summary, language)
    label = cut(summary, INPUT_LABEL, length)
    return discord.ui.Label(
        text=label,
        description=None if label == summary else cut(summary, INPUT_DESCRIPTION, length),
        component=_input(param, router, language),
    )


def _input(param: Param, router: Router[Any], language: str) -> discord.ui.Item[Any]:
    choices = param.kind.choices(router.binder.lexicon) if isinstance(param.kind, ChoiceKind) else ()
    if not 1 <= len(choices) <= CHOICES:
        return discord.ui.TextInput(custom_id=param.name, required=True)
    return discord.ui.Select(
        custom_id=param.name,
        required=True,
        options=[
            discord.SelectOption(
                label=cut(router.wording.text(each.label, language), OPTION_LABEL, length), value=each.word
            )
            for each in choices
        ],
    )
