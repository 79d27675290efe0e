"""The one declaration of a command, and the registry of all of them."""

import dataclasses
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from bot.core.params import Param, params_of
from bot.core.reply import Answer

TurnT = TypeVar("TurnT")


class Visibility(StrEnum):
    """Who sees the answer to a command that is given in a group."""

    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class NoArguments:
    """The arguments of a command that takes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[TurnT]):
    """A command: name, arguments, handler and what every front must know before the handler runs.

    `summary` is a message id of at most 100 characters in every language. `form`: a front that has forms asks
    missing typed parameters in one. `listed`: whether menus and help show it. `moves_money`: its presses carry
    a nonce. `topic` groups commands in help. `acts`: it changes something at once, without a preview. `examples` are lines without
    the slash.
    """

    name: str
    summary: str
    handler: Callable[[TurnT, Any], Awaitable[Answer]]
    arguments: type[Any] = NoArguments
    visibility: Visibility = Visibility.PUBLIC
    topic: str = "more"
    form: bool = False
    listed: bool = True
    moves_money: bool = False
    acts: bool = False
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    params: tuple[Param, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", params_of(self.arguments))

    def param(self, name: str) -> Param | None:
        """The parameter of that name, or None."""
        return next((each for each in self.params if each.name == name), None)

    def build(self, values: Mapping[str, object]) -> Any:
        """The arguments object of bound values; raises TypeError where a required one is missing."""
        return self.arguments(**values)

    def line(self, values: Mapping[str, object]) -> str:
        """The command and its values as one canonical line, which binds to the same values again.

        What is hidden, or of the same kind as a parameter before it, is named.
        """
        words = [
            f"{each.name}={each.kind.show(values[each.name])}"
            if each.hidden or any(other.kind.name == each.kind.name for other in self.params[:place])
            else each.kind.show(values[each.name])
            for place, each in enumerate(self.params)
            if values.get(each.name) is not None
        ]
        return " ".join((self.name, *words))


class RegistryFault(Exception):
    """The declarations contradict a platform's limits or each other; `faults` names all of them."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


_NAME = re.compile(r"[a-z0-9_]{1,32}")
MAX_COMMANDS = 100
MAX_SUMMARY = 100
MAX_PARAMS = 25
MAX_ALL_CHARACTERS = 8000


class Registry(Generic[TurnT]):
    """All commands by name; checked once at start against the limits that all fronts share."""

    def __init__(
        self, commands: Iterable[Command[TurnT]], names: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """`names`: what languages call commands, by language and name; everybody may use them."""
        self._commands = tuple(commands)
        faults = list(_faults(self._commands))
        by_name = {name: each for each in self._commands for name in (each.name, *each.aliases)}
        for language, own in (names or {}).items():
            for name, called in own.items():
                meant = by_name.get(name)
                if meant is None or not _NAME.fullmatch(called):
                    faults.append(f"{language}: {name} cannot be called {called}")
                elif by_name.setdefault(called, meant) is not meant:
                    faults.append(f"{language}: {called} is {by_name[called].name}, and cannot be {name}")
        if faults:
            raise RegistryFault(faults)
        self._by_name = by_name

    def __iter__(self) -> Iterator[Command[TurnT]]:
        return iter(self._commands)

    def find(self, name: str) -> Command[TurnT] | None:
        """The command of that name or alias, or None."""
        return self._by_name.get(name)

    @property
    def listed(self) -> tuple[Command[TurnT], ...]:
        """The commands that menus and help show."""
        return tuple(each for each in self._commands if each.listed)

    @property
    def names(self) -> tuple[str, ...]:
        """All names that may be typed."""
        return tuple(self._by_name)

    def check_texts(self, languages: Mapping[str, Callable[[str], str]]) -> None:
        """Check each language's summaries against the limits of the fronts; raises RegistryFault with all faults."""
        faults = []
        for language, translate in languages.items():
            for each in self.listed:
                texts = {each.name: each.summary} | {f"{each.name}.{p.name}": p.summary for p in each.params}
                for where, text in texts.items():
                    if not 1 <= len(translate(text)) <= MAX_SUMMARY:
                        faults.append(
                            f"{language}: {where}: the summary has not 1 to {MAX_SUMMARY} characters"
                        )
                total = len(each.name) + sum(len(name) + len(translate(text)) for name, text in texts.items())
                if total > MAX_ALL_CHARACTERS:
                    faults.append(f"{language}: {each.name}: over {MAX_ALL_CHARACTERS} characters in all")
        if faults:
            raise RegistryFault(faults)


def _faults(commands: tuple[Command[Any], ...]) -> Iterator[str]:
    seen: set[str] = set()
    if sum(each.listed for each in commands) > MAX_COMMANDS:
        yield f"over {MAX_COMMANDS} commands"
    for each in commands:
        for name in (each.name, *each.aliases):
            if not _NAME.fullmatch(name):
                yield f"{name}: not a name that every front takes"
            if name in seen:
                yield f"{name}: declared twice"
            seen.add(name)
        if len(each.params) > MAX_PARAMS:
            yield f"{each.name}: over {MAX_PARAMS} parameters"
        free = [p.name for p in each.params if p.kind.free and not p.hidden]
        if len(free) > 1 and free[:-1] != [p.name for p in each.params if p.kind.name == "symbol"]:
            yield f"{each.name}: more than one free parameter: {', '.join(free)}"
        for p in each.params:
            if not _NAME.fullmatch(p.name):
                yield f"{each.name}.{p.name}: not a name that every front takes"
        if not dataclasses.is_dataclass(each.arguments):
            yield f"{each.name}: its arguments are not a dataclass"
