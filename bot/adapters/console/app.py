"""The terminal as a front: each line is answered to its end, notices included, before the next is read."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO, assert_never

from bot.adapters.console.control import Control
from bot.adapters.console.faces import Face, JsonFace, TextFace, hush
from bot.adapters.console.folder import Folder
from bot.adapters.console.inbound import (
    MakeAdmin,
    MoveClock,
    Press,
    Say,
    SetPrice,
    Spoken,
    Vote,
    read_act,
    read_speaker,
)
from bot.adapters.console.limits import MESSAGES_KEPT
from bot.adapters.console.messages import WELCOME, BadLine
from bot.adapters.console.screen import Message, Screen
from bot.core.identity import ChatRef, Identity, Platform, new_id
from bot.core.markup import Paragraph, Span
from bot.core.reply import Answer, Reply, ReplyButton
from bot.core.request import Input, Pressed, Request, Said
from bot.core.router import LINKED, Router
from bot.core.sender import MessageGone, Posted, RetryLater
from bot.telemetry import Telemetry

NOBODY_READS = 60.0


class ConsoleFront:
    """A conversation of lines.

    `me` speaks where a line names nobody; `language` is the tag of the language people are taken to read until they
    choose one. `json`: messages leave as JSON lines; else, with `interactive`, people sit at a terminal. `files` is the
    folder for files that come with replies; none: a temporary one.
    """

    def __init__(
        self,
        router: Router[Any],
        control: Control,
        *,
        me: str,
        json: bool,
        stdin: TextIO,
        stdout: TextIO,
        interactive: bool,
        language: str,
        telemetry: Telemetry,
        files: Path | None = None,
    ) -> None:
        self._router = router
        self._control = control
        self._me = me
        self._json = json
        self._stdin = stdin
        self._stdout = stdout
        self._interactive = interactive and not json
        self._language = language
        self._telemetry = telemetry
        self._folder = Folder(files)
        self._screen = Screen()
        self._languages: dict[str, str] = {}
        self._run = new_id()
        self._numbers = itertools.count(1)
        self._gone = False
        self._posts: dict[str, Message] = {}
        self._admins: set[tuple[str, str]] = set()
        self._face = self._terminal() if self._interactive else self._plain_face()

    @property
    def platform(self) -> Platform:
        return Platform.CONSOLE

    async def serve(self) -> None:
        """Answer lines until the input ends, nobody reads the output any more, or it is cancelled."""
        self._telemetry.fronts.labels(self.platform).set(1)
        try:
            if self._interactive:
                self._show(self._own(Spoken(self._me, None, ""), WELCOME, Answer("console_welcome")))
            async for line in self._face.lines():
                await self.take(line)
        except BrokenPipeError:
            hush(self._stdout)
        finally:
            self._telemetry.fronts.labels(self.platform).set(0)

    async def send(self, to: Identity, reply: Reply) -> None:
        """Show a notice in somebody's private chat; raises RetryLater where nobody reads the output any more."""
        if not self._gone:
            try:
                self._notice(Message(to.user, None, reply))
            except BrokenPipeError:
                self._gone = True
        if self._gone:
            raise RetryLater(NOBODY_READS)

    async def post(self, chat: ChatRef, reply: Reply) -> Posted:
        """Show a message to a room; raises RetryLater where nobody reads the output any more."""
        posted = Posted(chat, f"{self._run}:{next(self._numbers)}")
        self._posts[posted.message] = self._posted(posted, reply, None)
        return posted

    async def edit(self, posted: Posted, reply: Reply) -> None:
        """Show what a room's message has become; raises MessageGone for one of an earlier run, and RetryLater."""
        before = self._posts.get(posted.message)
        if before is None:
            raise MessageGone
        self._posts[posted.message] = self._posted(posted, replace(reply, edit=True), before)

    async def is_admin(self, chat: ChatRef, who: Identity) -> bool:
        """Whether `!admin` was said of somebody in a room, or in private for all rooms."""
        return self._administers(who.user, chat.chat.removeprefix("#"))

    async def take(self, line: str) -> None:
        """Do what one line asks for, then deliver what is due; an empty line asks for nothing.

        Raises BrokenPipeError where nobody reads the output any more.
        """
        if not line.strip():
            return
        spoken = Spoken(self._me, None, line)
        try:
            spoken = read_speaker(line, self._me)
            await self._do(spoken)
        except BadLine as bad:
            data = {"code": bad.code, **bad.values}
            answer = Answer("console_error", data, ok=False, private=spoken.room is not None)
            self._show(self._own(spoken, bad.message, answer, **bad.values))
        await self._flush(spoken)
        if self._gone:
            raise BrokenPipeError

    async def _do(self, spoken: Spoken) -> None:
        numbered = self._numbered(spoken)
        if numbered is not None:
            await self._press(spoken, *numbered)
            return
        match read_act(spoken.text):
            case Say(text):
                addressed = spoken.room is None or self._screen.asked(spoken.who, spoken.room)
                await self._ask(spoken, Said(text, addressed))
            case Press(label):
                await self._press(spoken, *self._screen.pressed(spoken.who, spoken.room, label))
            case SetPrice() | MoveClock() | MakeAdmin() as order:
                await self._order(spoken, order)
            case Vote(number):
                await self._press(spoken, *self._screen.voted(spoken.who, spoken.room, number))
            case never:
                assert_never(never)

    async def _ask(self, spoken: Spoken, what: Input, pressed: Message | None = None) -> None:
        request = self._request(spoken, what)
        try:
            reply = await self._router.handle(request)
        except Exception as fault:  # noqa: BLE001 - one answer that cannot be worded must not end the conversation
            reply = self._router.describe_fault(request, fault)
        if reply is not None:
            message = Message(spoken.who, spoken.room, reply, tuple(self._kept(reply)))
            self._show(message, pressed if reply.edit else None)

    def _kept(self, reply: Reply) -> Iterator[str]:
        """The paths of a reply's files; one that cannot be kept is missing."""
        for each in reply.files:
            try:
                yield self._folder.keep(each)
            except OSError as fault:
                self._telemetry.incident(fault)

    async def _press(self, spoken: Spoken, message: Message, button: ReplyButton) -> None:
        if button.deep:
            private = Spoken(spoken.who, None, spoken.text)
            await self._ask(private, Said(f"/{LINKED} {button.payload}"))
        else:
            await self._ask(spoken, Pressed(button.payload), message)

    async def _order(self, spoken: Spoken, order: SetPrice | MoveClock | MakeAdmin) -> None:
        try:
            match order:
                case SetPrice(symbol, price):
                    known = self._router.binder.lexicon.symbol(symbol.casefold())
                    await self._control.price(known or symbol.upper(), price)
                case MoveClock(by):
                    await self._control.clock(by)
                case MakeAdmin(who):
                    self._admins.add((spoken.room or "", who))
                    self._control.make_admin(spoken.room or "", who)
                case _:
                    assert_never(order)
        except Exception as fault:  # noqa: BLE001 - the speaker is told whatever broke
            self._fault(spoken, fault)

    async def _flush(self, spoken: Spoken) -> None:
        try:
            await self._control.flush()
        except Exception as fault:  # noqa: BLE001 - a notice that fails must not end the conversation
            self._fault(spoken, fault)

    def _fault(self, spoken: Spoken, fault: Exception) -> None:
        reply = self._router.describe_fault(self._request(spoken, Said(spoken.text)), fault)
        self._show(Message(spoken.who, spoken.room, reply))

    def _numbered(self, spoken: Spoken) -> tuple[Message, ReplyButton] | None:
        """The button that a bare number presses: only at a terminal, where the numbers are shown."""
        number = spoken.text
        if not self._interactive or spoken.room or not (number.isascii() and number.isdigit()):
            return None
        return self._screen.numbered(spoken.who, int(number)) if len(number) < 3 else None

    def _request(self, spoken: Spoken, what: Input) -> Request:
        private = spoken.room is None
        return Request(
            update=f"{self._run}:{next(self._numbers)}",
            who=Identity(self.platform, spoken.who),
            chat=ChatRef(self.platform, spoken.who if private else f"#{spoken.room}", private),
            input=what,
            name=spoken.who,
            language=self._languages.get(spoken.who, self._language),
            admin=None if spoken.room is None else self._administers(spoken.who, spoken.room),
            handle=spoken.who,
        )

    def _administers(self, who: str, room: str) -> bool:
        return not self._admins.isdisjoint({(room, who), ("", who)})

    def _posted(self, posted: Posted, reply: Reply, before: Message | None) -> Message:
        message = Message("", posted.chat.chat.removeprefix("#"), reply)
        if not self._gone:
            try:
                self._screen.show(message, before)
                self._face.show(message)
            except BrokenPipeError:
                self._gone = True
        if self._gone:
            raise RetryLater(NOBODY_READS)
        while len(self._posts) >= MESSAGES_KEPT:
            del self._posts[next(iter(self._posts))]
        return message

    def _own(self, spoken: Spoken, message: str, answer: Answer, **values: str) -> Message:
        """A message of this front itself, in the language that the speaker was last answered in."""
        wanted = self._languages.get(spoken.who, self._language)
        language = self._router.wording.language(wanted)
        text = self._router.wording.text(message, language, **values)
        blocks = (Paragraph((Span(text),)),)
        reply = Reply(blocks, private=answer.private, answer=answer, language=language)
        return Message(spoken.who, spoken.room, reply)

    def _show(self, message: Message, instead_of: Message | None = None) -> None:
        if message.room is None or message.reply.private:  # a room may have a language of its own
            self._languages[message.to] = message.reply.language
        self._screen.show(message, instead_of)
        self._face.show(message)

    def _notice(self, message: Message) -> None:
        """Show what nobody asked for: without buttons of its own it leaves numbers to the message before."""
        if message.buttons:
            self._show(message)
        else:
            self._face.show(message)

    def _plain_face(self) -> Face:
        if self._json:
            return JsonFace(self._stdin, self._stdout)
        return TextFace(self._stdin, self._stdout, self._me)

    def _terminal(self) -> Face:
        from bot.adapters.console.terminal import Terminal  # prompt_toolkit and rich load slowly

        return Terminal(self._router, self._screen, self._me, self._language)
