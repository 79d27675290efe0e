"""One update answered: handled by the router, then said, edited in, alerted or linked to the private chat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

from telegram.error import BadRequest, Forbidden

from bot.adapters.telegram import limits
from bot.adapters.telegram.delivery import Delivery
from bot.adapters.telegram.inbound import Incoming, Press
from bot.adapters.telegram.quiz_polls import carries
from bot.adapters.telegram.render import Page, deep_link, page_of, pages
from bot.core.action import Action, BadPayload, kept_link_payload, link_payload
from bot.core.command import Visibility
from bot.core.identity import new_id
from bot.core.poll import poll_of, polled
from bot.core.reply import Answer, Button, Reply
from bot.core.request import Said
from bot.core.router import Router
from bot.core.texts import N_
from bot.core.words import split_words
from bot.telemetry import Telemetry

NOTED_WITHIN = 5.0


class Conversation:
    """Answers what comes in. `bot_name` is the bot's name without the @."""

    def __init__(self, router: Router[Any], delivery: Delivery, telemetry: Telemetry, bot_name: str) -> None:
        self._router = router
        self._delivery = delivery
        self._telemetry = telemetry
        self._bot_name = bot_name
        self._posing = 0
        self._noted = asyncio.Event()
        self._noted.set()

    async def answer(self, incoming: Incoming) -> None:
        """Handle a request and deliver its reply; a press is always answered."""
        if incoming.vote:
            await self._after_notes()
        async with self._typing(incoming):
            reply = await self._reply(incoming)
        try:
            if incoming.press is not None:
                await self._answer_press(incoming, incoming.press, reply)
            elif reply is not None:
                await self._answer_said(incoming, reply)
        except (Forbidden, BadRequest) as refused:
            self._telemetry.log.warning("telegram_reply_refused", reason=type(refused).__name__)
            if isinstance(refused, BadRequest):
                self._telemetry.incident(refused)

    async def _reply(self, incoming: Incoming) -> Reply | None:
        try:
            return await self._router.handle(incoming.request)
        except Exception as fault:  # noqa: BLE001 - a person gets an answer whatever broke
            return self._router.describe_fault(incoming.request, fault)

    async def _answer_said(self, incoming: Incoming, reply: Reply) -> None:
        if reply.private and not incoming.request.chat.private:
            reply = self._in_private(incoming, reply)
        if await self._posed(incoming, reply):
            return
        await self._send(incoming, reply)

    async def _send(self, incoming: Incoming, reply: Reply) -> None:
        """New messages: the files first, the last one with the text as its caption where that fits."""
        made = pages(reply, self._bot_name)
        for place, file in enumerate(reply.files, 1):
            short = len(made) == 1 and limits.length(made[0].text) <= limits.CAPTION
            caption = made[0] if short and place == len(reply.files) else None
            sent = await self._delivery.send_file(
                incoming.chat, file, caption, thread=incoming.thread, said=incoming.said
            )
            if sent and caption is not None:
                return
        for page in made:
            await self._delivery.send(incoming.chat, page, thread=incoming.thread, said=incoming.said)

    async def _answer_press(self, incoming: Incoming, press: Press, reply: Reply | None) -> None:
        whispered = None if reply is None else self._whisper(incoming, reply)
        if reply is None or whispered is not None:
            text, url = whispered or (None, None)
            await self._delivery.answer_press(press.query, text, url)
            return
        spinner = asyncio.create_task(self._delivery.answer_press(press.query))
        try:
            if await self._posed(incoming, reply):
                return
            if reply.files:  # a text cannot become a picture: the message that was pressed stays
                await self._send(incoming, reply)
            else:
                await self._show(incoming, press, pages(reply, self._bot_name))
        finally:
            await spinner

    async def _posed(self, incoming: Incoming, reply: Reply) -> bool:
        """Ask as a quiz poll what can be asked so; False where it is to be asked with buttons."""
        poll = poll_of(reply, self._router.wording)
        if poll is None or not carries(poll):
            return False
        self._posing += 1
        self._noted.clear()
        try:
            number = await self._delivery.send_poll(
                incoming.chat, poll, thread=incoming.thread, said=incoming.said
            )
            note = polled(reply.answer.poll, number)
            update = f"{incoming.request.update}:{new_id()}"
            await self._router.handle(replace(incoming.request, update=update, input=note))
        except BadRequest:  # a group can forbid polls
            return False
        finally:
            self._posing -= 1
            if not self._posing:
                self._noted.set()
        return True

    async def _after_notes(self) -> None:
        """Wait, some seconds at most, until no poll is on its way that the database does not know yet."""
        with suppress(TimeoutError):
            async with asyncio.timeout(NOTED_WITHIN):
                await self._noted.wait()

    async def _show(self, incoming: Incoming, press: Press, made: tuple[Page, ...]) -> None:
        for page in made:
            number = press.message if page.edit else None
            if number is None or not await self._delivery.edit(incoming.chat, number, page):
                await self._delivery.send(incoming.chat, page, thread=incoming.thread)

    def _whisper(self, incoming: Incoming, reply: Reply) -> tuple[str | None, str | None] | None:
        """What only the presser in a group is shown: an alert's text or a link; None where the chat is answered.

        That is what is private, and a refusal that fits an alert. What is too long for one is opened in the
        private chat, where doing it again does no harm; else the alert is cut.
        """
        if incoming.request.chat.private:
            return None
        text = page_of(reply.blocks).text
        short = limits.length(text) <= limits.ALERT and not reply.buttons and not reply.files
        if short and (reply.private or not reply.answer.ok):
            return text or None, None
        if not reply.private:
            return None
        link = self._link(incoming)
        return (
            (text, None) if link is None or not reply.answer.ok else (None, deep_link(self._bot_name, link))
        )

    def _link(self, incoming: Incoming) -> str | None:
        """The payload that runs a pressed command in the private chat; None where it may only run once."""
        try:
            action = Action.decode(getattr(incoming.request.input, "payload", ""))
        except BadPayload:
            return None
        if action.stored_as is not None:
            return None if action.nonce else kept_link_payload(action.stored_as)
        words = split_words(action.line)
        command = self._router.registry.find(words[0].removeprefix("/")) if words else None
        if command is None or command.moves_money or command.visibility is not Visibility.PRIVATE:
            return None
        return link_payload(action.line)

    def _in_private(self, incoming: Incoming, reply: Reply) -> Reply:
        """In a group, instead of a private answer to words: a button that says them again in the private chat."""
        said = incoming.request.input
        line = said.text.strip().removeprefix("/") if isinstance(said, Said) else ""
        button = Button(N_("Continue in private"), line, deep=True, payload=link_payload(line) or "")
        answer = Answer("in_private", {"line": line}, ((button,),))
        return self._router.wording.word(answer, reply.language, "UTC")

    @asynccontextmanager
    async def _typing(self, incoming: Incoming) -> AsyncIterator[None]:
        """Show "typing…" where an answer is not made at once."""
        shown: list[asyncio.Task[None]] = []

        def show() -> None:
            shown.append(asyncio.create_task(self._delivery.typing(incoming.chat, incoming.thread)))

        timer = asyncio.get_running_loop().call_later(limits.TYPING_AFTER, show)
        try:
            yield
        finally:
            timer.cancel()
            for task in shown:
                task.cancel()
