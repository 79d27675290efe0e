"""Answering an interaction: once within three seconds, by a defer if need be, and completely within fifteen minutes."""

import asyncio
from typing import Any

import discord

from bot.adapters.discord.forms import modal_of
from bot.adapters.discord.inbound import request_of
from bot.adapters.discord.render import Page, render
from bot.core.command import Visibility
from bot.core.reply import Reply
from bot.core.request import Called, Pressed, Request
from bot.core.router import Router
from bot.telemetry import Telemetry

Interaction = discord.Interaction[Any]
_LATE = frozenset(
    {10062, 10015, 50027}
)  # unknown interaction, unknown webhook, token expired: nobody waits any more
_ANSWERED = 40060  # the gateway repeated an interaction that has its answer
_HUSHED = "hushed"


class Answering:
    """Answers interactions; nothing of one is kept after its answer.

    `patience` is how long an answer may take before the interaction is deferred, in seconds.
    """

    def __init__(self, router: Router[Any], telemetry: Telemetry, patience: float) -> None:
        self._router = router
        self._telemetry = telemetry
        self._patience = patience

    async def answer(self, interaction: Interaction, said: Called | Pressed) -> None:
        """Open the form that is asked for, else handle the request and show its reply. Never raises for Discord's no."""
        request = request_of(interaction, said)
        try:
            if not await self._opened_form(interaction, said):
                await self._show(interaction, request, await self._handled(interaction, request))
        except discord.HTTPException as refused:
            self._telemetry.log.warning("discord_refused", status=refused.status, code=refused.code)
            if refused.code not in _LATE and refused.code != _ANSWERED:
                self._telemetry.incident(refused)

    async def _opened_form(self, interaction: Interaction, said: Called | Pressed) -> bool:
        if interaction.type is discord.InteractionType.modal_submit:
            return False  # a form cannot answer a form
        form = self._router.form_for(said)
        language = self._router.wording.language(str(interaction.locale))
        modal = modal_of(form, self._router, language) if form else None
        if modal is not None:
            await interaction.response.send_modal(modal)
        return modal is not None

    async def _handled(self, interaction: Interaction, request: Request) -> Reply | None:
        work = asyncio.ensure_future(self._router.handle(request))
        try:
            done, _ = await asyncio.wait({work}, timeout=self._patience)
            if not done:
                await self._defer(interaction, request)
            return await work
        except asyncio.CancelledError:
            work.cancel()
            raise
        except discord.HTTPException:
            await work  # what was asked is done, though nobody waits for the answer
            raise
        except Exception as fault:  # noqa: BLE001 - a person gets an answer whatever broke
            return self._router.describe_fault(request, fault)

    async def _defer(self, interaction: Interaction, request: Request) -> None:
        """Ask for more time: silently where a message can be edited, else with a note that only the asker may see."""
        if interaction.message is not None:
            await interaction.response.defer()
        else:
            hushed = self._hushed(request)
            interaction.extras[_HUSHED] = hushed
            await interaction.response.defer(ephemeral=hushed, thinking=True)

    def _hushed(self, request: Request) -> bool:
        """Whether an answer that is not there yet may be for the asker alone; it cannot be hidden later."""
        called = request.input.command if isinstance(request.input, Called) else ""
        command = self._router.registry.find(called)
        private = command is None or command.visibility is Visibility.PRIVATE
        return private and not request.chat.private

    async def _show(self, interaction: Interaction, request: Request, reply: Reply | None) -> None:
        pressed = isinstance(request.input, Pressed)
        if reply is None or (pressed and not reply.blocks and not reply.buttons):
            if not interaction.response.is_done():
                await interaction.response.defer()
            return
        first, *rest = render(reply)
        whispered = interaction.message is not None and interaction.message.flags.ephemeral
        hidden = reply.private and not request.chat.private
        if pressed and (reply.edit or (hidden and whispered and not reply.answer.fresh)):
            await _edit(interaction, first)
            hidden = hidden or whispered
        else:
            await _send(interaction, first, hidden=hidden)
        for page in rest:
            await _follow_up(interaction, page, hidden=hidden)


async def _edit(interaction: Interaction, page: Page) -> None:
    """Change the message that the button sits on; a picture that was there goes with what it belonged to."""
    if interaction.response.is_done():
        await _edit_original(interaction, page)
    else:
        await interaction.response.edit_message(
            embed=page.embed, view=page.view(), attachments=page.uploads()
        )


async def _edit_original(interaction: Interaction, page: Page) -> None:
    await interaction.edit_original_response(embed=page.embed, view=page.view(), attachments=page.uploads())


async def _send(interaction: Interaction, page: Page, *, hidden: bool) -> None:
    """Show a new message, in the place of the waiting note where one was shown."""
    if not interaction.response.is_done():
        view = page.view()
        await interaction.response.send_message(
            embed=page.embed,
            view=view if view is not None else discord.utils.MISSING,
            ephemeral=hidden,
            files=page.uploads() or discord.utils.MISSING,
        )
    elif interaction.response.type is discord.InteractionResponseType.deferred_message_update:
        await _follow_up(interaction, page, hidden=hidden)
    elif hidden and not interaction.extras[_HUSHED]:
        await interaction.delete_original_response()
        await _follow_up(interaction, page, hidden=True)
    else:
        await _edit_original(interaction, page)


async def _follow_up(interaction: Interaction, page: Page, *, hidden: bool) -> None:
    view = page.view()
    await interaction.followup.send(
        embed=page.embed,
        view=view if view is not None else discord.utils.MISSING,
        ephemeral=hidden,
        files=page.uploads() or discord.utils.MISSING,
    )
