"""The router: a request becomes a command with typed arguments, runs in one turn, and its answer is worded."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, assert_never

from bot.core.action import (
    Action,
    BadPayload,
    nonce_of,
    read_link,
)
from bot.core.binder import Ambiguous, Binder, Bound, Missing
from bot.core.command import Command, Registry, Visibility
from bot.core.door import Door, Entry
from bot.core.files import Files
from bot.core.params import BadWord, Param
from bot.core.questions import ask, did_you_mean
from bot.core.reply import Answer, Attachment, Button, Reply
from bot.core.request import Called, Input, Pressed, Request, Said
from bot.core.sealing import seal
from bot.core.suggest import nearest
from bot.core.texts import N_
from bot.core.turn import AlreadyAnswered, TryAgain, Turns, TurnT
from bot.core.wording import Wording
from bot.core.words import MAX_LINE, MAX_WORDS, cleaned, shown, split_words
from bot.telemetry import Telemetry

ATTEMPTS = 4
LINKED = "start"


@dataclass(frozen=True, slots=True)
class Form:
    """What a front that has forms asks before it calls a command: the parameters that are missing."""

    command: str
    summary: str
    preset: str
    params: tuple[Param, ...]


def _command_like(text: str) -> bool:
    return text.lstrip().startswith("/")


def _takes_text(command: Command[Any]) -> bool:
    return any(each.kind.name == "text" and not each.hidden for each in command.params)


def _meant_for_us(input_: Input) -> bool:
    """Whether anybody spoke to the bot; what people say to each other is not even looked up."""
    return not isinstance(input_, Said) or input_.addressed or _command_like(input_.text)


class Router(Generic[TurnT]):
    """Answers requests. `describe` turns a refusal or a known fault into an answer, None for an unknown one.

    `allowed` are the keys of the only groups that are served, where any are named; private chats always are.
    `files` makes what goes with an answer; without it the text goes alone. `door` decides who is let in; without it
    everybody is.
    """

    def __init__(
        self,
        registry: Registry[TurnT],
        binder: Binder,
        turns: Turns[TurnT],
        wording: Wording,
        describe: Callable[[Exception], Answer | None],
        telemetry: Telemetry,
        allowed: frozenset[str] = frozenset(),
        files: Files | None = None,
        door: Door[TurnT] | None = None,
    ) -> None:
        self.registry = registry
        self.binder = binder
        self.wording = wording
        self._turns = turns
        self._describe = describe
        self._telemetry = telemetry
        self._allowed = allowed
        self._files = files
        self._door = door

    async def handle(self, request: Request) -> Reply | None:
        """The reply to a request; None where nobody spoke to the bot. Never raises for what a person did."""
        started = time.perf_counter()
        language, zone = self.wording.language(request.language), "UTC"
        if not _meant_for_us(request.input):
            self._telemetry.answered(request.who.platform, "ignored", time.perf_counter() - started)
            return None
        if self._allowed and not request.chat.private and request.chat.key not in self._allowed:
            return self.wording.word(Answer("not_here", ok=False, private=True), language, zone)
        entry = Entry() if self._door is None else await self._entry(self._door, request)
        if entry.answer is not None or entry.silence:
            template = "ignored" if entry.answer is None else entry.answer.template
            self._telemetry.answered(request.who.platform, template, time.perf_counter() - started)
            return None if entry.answer is None else self.wording.word(entry.answer, language, zone)
        answer: Answer | None = None
        person_id = ""
        for _ in range(ATTEMPTS):
            try:
                async with self._turns.open(request) as turn:
                    person_id, language, zone = turn.person_id, turn.language, turn.time_zone
                    answer = await self._answered(turn, request)
                    language, zone = turn.language, turn.time_zone
                break
            except TryAgain:
                answer = Answer("busy", ok=False)
            except AlreadyAnswered as again:
                answer = again.answer
                break
            except Exception as fault:  # noqa: BLE001 - a person gets an answer whatever broke
                answer = self._described(fault)
                break
        self._telemetry.answered(
            request.who.platform,
            answer.template if answer else "ignored",
            time.perf_counter() - started,
        )
        if answer is None:
            return None
        if entry.language is not None and not answer.private:
            language = entry.language
        pressed = isinstance(request.input, Pressed)
        reply = self.wording.word(answer, language, zone)
        edit = pressed and not answer.fresh and not answer.private
        return replace(reply, edit=edit, files=await self._made(answer, person_id, language, zone))

    async def _entry(self, door: Door[TurnT], request: Request) -> Entry:
        """What the door says; one that fails keeps nobody out."""
        try:
            return await door.enter(request)
        except Exception as fault:  # noqa: BLE001 - what is wrong with the database the turn will tell
            self._telemetry.incident(fault)
            return Entry()

    async def _made(self, answer: Answer, person_id: str, language: str, zone: str) -> tuple[Attachment, ...]:
        """The files that go with an answer, made once its turn is over; those that cannot be made are missing."""
        if self._files is None:
            return ()
        made = [await self._files.make(each, person_id, language, zone) for each in answer.files]
        return tuple(each for each in made if each is not None)

    def form_for(self, input_: Pressed | Called) -> Form | None:
        """The form that a press or call opens on a front that has forms, decided without waiting for anything.

        A command that asks with buttons opens one only where there is nothing to press: where a front does not see
        what people type, such a question could not be answered otherwise.
        """
        try:
            if isinstance(input_, Pressed):
                line, named = Action.decode(input_.payload).line, {}
            else:
                line, named = f"{input_.command} {input_.preset}", dict(input_.values)
            name, *words = split_words(line)
            command = self.registry.find(name)
            if command is None:
                return None
            binding = self.binder.bind(command, words, named)
        except (BadPayload, BadWord, ValueError):
            return None
        if not isinstance(binding, Missing):
            return None
        if not command.form and binding.param.kind.choices(self.binder.lexicon):
            return None
        missing = tuple(each for each in command.params if each.required and each.name not in binding.values)
        return Form(command.name, command.summary, binding.line.partition(" ")[2], missing)

    def describe_fault(self, request: Request, fault: Exception) -> Reply:
        """The reply to a fault outside a turn, in the language that the platform names."""
        return self.wording.word(self._described(fault), self.wording.language(request.language), "UTC")

    def _described(self, fault: Exception) -> Answer:
        answer = self._describe(fault)
        if answer is None:
            answer = Answer("fault", {"incident": self._telemetry.incident(fault)}, ok=False)
        return answer

    async def _answered(self, turn: TurnT, request: Request) -> Answer:
        nonce: str | None = None
        try:
            match request.input:
                case Said(text):
                    answer = await self._said(turn, request, text)
                case Called(name, values, preset):
                    answer = await self._called(turn, request, name, values, preset)
                case Pressed(payload):
                    nonce = nonce_of(payload)
                    answer = await self._pressed(turn, request, payload)
                case _:
                    assert_never(request.input)
        except (TryAgain, AlreadyAnswered):
            raise
        except BadWord as bad:
            turn.discard()
            answer = Answer(
                "bad_word",
                {"code": bad.code, "word": shown(bad.word), **bad.figures},
                ok=False,
            )
        except Exception as fault:
            described = self._describe(fault)
            if described is None:
                raise
            turn.discard()
            answer = described
        if not turn.changed:
            before = await turn.answered(nonce)
            if before is not None:
                raise AlreadyAnswered(before)
        sealed = seal(replace(answer, banner=turn.banner), turn, self.registry)
        if turn.changed:
            turn.remember(sealed, nonce)
        return sealed

    async def _said(self, turn: TurnT, request: Request, text: str) -> Answer:
        if len(text) > MAX_LINE:
            return Answer("too_long", {"most": MAX_LINE}, ok=False)
        words = split_words(text)
        if len(words) > MAX_WORDS:
            return Answer("too_long", {"most": MAX_LINE}, ok=False)
        if not _command_like(text):
            pending = await turn.pending_line()
            known = bool(words) and self.registry.find(words[0]) is not None
            if pending is not None and not known:
                name, *given = split_words(pending)
                command = self.registry.find(name)
                if command is not None:
                    return await self._run(turn, request, command, (*given, *words))
            if not known:
                return self._unknown(words, guess=False)
        return await self._line(turn, request, words)

    async def _line(self, turn: TurnT, request: Request, words: tuple[str, ...]) -> Answer:
        if not words:
            return self._unknown(words, guess=False)
        name = words[0].removeprefix("/")
        command = self.registry.find(name)
        if command is None:
            return self._unknown((name, *words[1:]), guess=True)
        link = (
            read_link(words[1])
            if command.name == LINKED and len(words) == 2 and request.chat.private
            else None
        )
        if link is not None:
            return await self._linked(turn, request, link)
        return await self._run(turn, request, command, words[1:])

    async def _acted(self, turn: TurnT, request: Request, action: Action) -> Answer:
        """The answer to the line that an action carries or that is kept under its token."""
        line: str | None = action.line
        if action.stored_as is not None:
            line = await turn.kept_line(action.stored_as)
        if line is None:
            return Answer("button_expired", ok=False, private=True)
        turn.suggested = turn.suggested or action.suggested
        return await self._line(turn, request, split_words(line))

    async def _linked(self, turn: TurnT, request: Request, link: Action) -> Answer:
        """The answer to a link, which anybody can have made: what acts without a preview is asked about first."""
        line = link.line if link.stored_as is None else await turn.kept_line(link.stored_as)
        words = split_words(line or "")
        command = self.registry.find(words[0].removeprefix("/")) if words else None
        if command is not None and command.acts:
            again = " ".join(words)
            yes = Button(N_("Yes: {line}"), again, {"line": f"/{again}"})
            return Answer("from_link", {"line": again}, ((yes,),), ok=False)
        return await self._acted(turn, request, link)

    async def _called(
        self,
        turn: TurnT,
        request: Request,
        name: str,
        values: Mapping[str, str],
        preset: str,
    ) -> Answer:
        command = self.registry.find(name)
        if command is None:
            return self._unknown((name,), guess=True)
        if sum(len(value) for value in values.values()) > MAX_LINE:
            return Answer("too_long", {"most": MAX_LINE}, ok=False)
        named = {key: cleaned(value) for key, value in values.items()}
        return await self._run(turn, request, command, split_words(preset), named)

    async def _pressed(self, turn: TurnT, request: Request, payload: str) -> Answer:
        try:
            action = Action.decode(payload)
        except BadPayload:
            return Answer("button_unknown", ok=False, private=True)
        if action.owner is not None and action.owner != turn.person_id:
            return Answer("not_yours", ok=False, private=True)
        return await self._acted(turn, request, action)

    async def _run(
        self,
        turn: TurnT,
        request: Request,
        command: Command[TurnT],
        words: tuple[str, ...],
        named: Mapping[str, str] | None = None,
    ) -> Answer:
        private = command.visibility is Visibility.PRIVATE and not request.chat.private
        if private and not request.whispers:
            line = " ".join((command.name, *words))
            turn.going_private()
            return Answer(
                "in_private",
                {"line": line},
                ((Button(N_("Continue in private"), line, deep=True),),),
            )
        binding = self.binder.bind(command, words, named)
        if isinstance(binding, Bound):
            if await turn.pending_line() is not None:
                turn.clear_pending()
            answer = await self._handled(turn, request, command, binding.values)
        else:
            answer = ask(command, binding, self.binder.lexicon)
            if isinstance(binding, Missing | Ambiguous):
                turn.set_pending(binding.line)
        return replace(answer, private=answer.private or private)

    async def _handled(
        self, turn: TurnT, request: Request, command: Command[TurnT], values: Mapping[str, object]
    ) -> Answer:
        """What a handler answers, a refusal too: that is as private as the answer would have been.

        Where everybody may see it, it is made in the language of the chat.
        """
        public = command.visibility is Visibility.PUBLIC and not request.chat.private
        before = await self._door.in_public(turn) if public and self._door is not None else None
        try:
            return await command.handler(turn, command.build(values))
        except (TryAgain, AlreadyAnswered):
            raise
        except Exception as fault:
            described = self._describe(fault)
            if described is None:
                raise
            turn.discard()
            return described
        finally:
            if before is not None and self._door is not None:
                self._door.in_private(turn, before)

    def _unknown(self, words: tuple[str, ...], *, guess: bool) -> Answer:
        """The answer to an unknown command; with a guess, its nearest command and the rest of the line corrected."""
        if not words:
            return Answer("unknown_command", {"word": ""}, ok=False)
        name = nearest(words[0], self.registry.names)
        command = self.registry.find(name) if name else None
        if command is None or not (guess or (len(words) > 1 and not _takes_text(command))):
            return Answer("unknown_command", {"word": shown(words[0])}, ok=False)
        data = {"command": command.name, "words": [shown(words[0])]}
        try:
            binding = self.binder.bind(command, words[1:])
        except BadWord:
            return did_you_mean(data, command.name)
        corrected = getattr(binding, "corrected", " ".join((command.name, *words[1:])))
        return did_you_mean(data, corrected or command.name)
