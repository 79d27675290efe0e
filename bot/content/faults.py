"""Content files read and validated: all faults of a file at once, each with its path and line."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from bot.content.catalogue import LOCALES, ContentFault

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
_LINE = re.compile(r"at line ([0-9]+)")


class Section(BaseModel):
    """A table of a content file: unknown keys are faults, and it does not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=Section)


@dataclass(slots=True)
class Faults:
    """The faults found so far, in reading order."""

    found: list[str] = field(default_factory=list)

    def add(self, path: Path, line: int, message: str) -> None:
        """Note a fault at a line, counted from 1; 0 is the file as a whole."""
        name = path.relative_to(LOCALES.parent) if path.is_relative_to(LOCALES.parent) else path
        self.found.append(f"{name}:{line}: {message}" if line else f"{name}: {message}")

    def stop(self) -> None:
        """Raises ContentFault if there are any."""
        if self.found:
            raise ContentFault(tuple(self.found))

    def table(self, path: Path, text: str, model: type[S], offset: int = 0) -> S | None:
        """TOML text as a model, or None after noting its faults; `offset` lines stand above it in its file."""
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            said = _LINE.search(str(error))
            self.add(path, offset + (int(said[1]) if said else text.count("\n") + 1), str(error))
            return None
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            for each in error.errors(include_url=False):
                place = ".".join(map(str, each["loc"]))
                self.add(path, offset + line_of(text, each["loc"]), f"{place}: {each['msg']}")
        return None

    def unique(self, path: Path, text: str, array: str, ids: Iterable[str]) -> None:
        """Note every id that an array of tables gives twice."""
        seen: set[str] = set()
        for number, each in enumerate(ids):
            if each in seen:
                self.add(path, line_of(text, (array, number, "id")), f"{array}.{number}.id: {each} is taken")
            seen.add(each)


def line_of(text: str, place: tuple[int | str, ...]) -> int:
    """The line of a value in TOML text: that of its key, or else of the table it would stand in; at least 1."""
    lines, table = text.splitlines(), ""
    at, end = 0, len(lines)
    heads: list[int] = []
    for part in place:
        if isinstance(part, int):
            if part < len(heads):
                at, end = heads[part], heads[part + 1] if part + 1 < len(heads) else end
            continue
        table = f"{table}.{part}".strip(".")
        heads = [n for n in range(at, end) if lines[n].strip() == f"[[{table}]]"]
        if heads:  # the number that follows says which
            continue
        head = re.compile(rf"\s*\[{re.escape(table)}\]\s*$")
        key = re.compile(rf"\s*{re.escape(part)}\s*=")
        body = next((n for n in range(at + 1, end) if lines[n].startswith("[")), end)
        keys = (n for n in range(at, body) if key.match(lines[n]))
        at = next(keys, next((n for n in range(at, end) if head.match(lines[n])), at))
    return at + 1


def read(path: Path, faults: Faults) -> str:
    """The text of a file, or nothing after noting that it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        faults.add(path, 0, str(fault))
        return ""
