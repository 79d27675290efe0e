"""The file that proves a challenge: JSON, one object a line, read without trust. docs/challenges.md §The proof.

Lines in their order: `head`; in the live market `minute` lines; `action` lines, by account and number; `result` lines;
`end` with the SHA-256 of all before. Money and prices are decimals as text, times in UTC.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

FORMAT = "marginalia-proof"
VERSION = 1
LARGEST = 512 * 1024 * 1024
"""Bytes that a file may unpack to."""
PACKED_FROM = 4 * 1024 * 1024
"""A file of more bytes is packed with gzip, so that platforms take it."""
MAGIC = b"\x1f\x8b"


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("not a time as text")  # noqa: TRY004 - what the model takes for a fault of the value
    return value


Time = Annotated[AwareDatetime, BeforeValidator(_text)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=40, decimal_places=20)]
Price = Annotated[Decimal, Field(gt=0, allow_inf_nan=False, max_digits=40, decimal_places=20)]


class BadProof(Exception):
    """The file is no proof, or is damaged so that it cannot be read: `line` counts from 1, 0 for the file as a whole."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(line, why)
        self.line = line
        self.why = why


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RulesLine(_Line):
    """The rules, as they were hashed."""

    name: Annotated[str, StringConstraints(max_length=200)]
    pace: Literal["live", "own", "together"]
    tape: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")] | None
    balance: Annotated[Decimal, Field(gt=0, le=1_000_000_000, allow_inf_nan=False)]
    cap: Annotated[int, Field(ge=1, le=1000)]
    symbols: Annotated[tuple[Id, ...], Field(max_length=100)]
    length: Annotated[int, Field(ge=0)]
    speed: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
    season: bool


class Head(_Line):
    """What was played. `until`: the market's time up to which everybody's life counts; `begins`: from which prices do."""

    line: Literal["head"]
    format: Literal["marginalia-proof"]
    v: Literal[1]
    challenge: Id
    kind: Id
    begins: Time
    until: Time
    rules: Mapping[str, Any]
    salt: Annotated[str, StringConstraints(max_length=200)]
    commitment: Hex
    tape_hash: Hex | None
    contracts: Hex
    members: Annotated[int, Field(ge=0)]
    actions_hash: Hex


class Minute(_Line):
    """A minute of the live market: by symbol open, high, low and close of the mark, then of the last price."""

    line: Literal["minute"]
    at: Time
    prices: Mapping[Id, tuple[Price, Price, Price, Price, Price, Price, Price, Price]]


class Action(_Line):
    """An entry of the journal of an account."""

    line: Literal["action"]
    account: Id
    seq: Annotated[int, Field(ge=1)]
    at: Time
    event: Mapping[str, Any]


class Result(_Line):
    """A row of the table. `score` and `rank` are empty for somebody who took no part."""

    line: Literal["result"]
    account: Id
    rank: Annotated[int, Field(ge=1)] | None
    score: Number | None
    equity: Number
    peak: Number
    drawdown: Number
    liquidations: Annotated[int, Field(ge=0)]


class End(_Line):
    line: Literal["end"]
    sha256: Hex


_MODELS: Mapping[str, type[Head | Minute | Action | Result | End]] = {
    "head": Head,
    "minute": Minute,
    "action": Action,
    "result": Result,
    "end": End,
}
_ORDER = tuple(_MODELS)


@dataclass(slots=True)
class Proof:
    """A proof as it was read. `sealed`: whether the checksum at its end is that of the lines before."""

    head: Head
    rules: RulesLine
    minutes: list[Minute] = field(default_factory=list)
    actions: dict[str, list[Action]] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    actions_hash: str = ""
    sealed: bool = False


def schema() -> dict[str, Any]:
    """The JSON schema of a line of the file; that of an event is engine.events.EVENT_TYPES."""
    lines: TypeAdapter[Any] = TypeAdapter(
        Annotated[Head | Minute | Action | Result | End, Field(discriminator="line")]
    )
    return {
        **lines.json_schema(),
        "title": "A line of a marginalia proof",
        "rules": RulesLine.model_json_schema(),
    }


def canonical(line: Mapping[str, Any]) -> str:
    """One line of the file: sorted keys, no blanks, ASCII only."""
    return json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def action_line(account: str, seq: int, at: datetime, event: Mapping[str, Any]) -> str:
    """The line of an entry of a journal; these lines make the hash of the actions."""
    return canonical(
        {"line": "action", "account": account, "seq": seq, "at": at.isoformat(), "event": dict(event)}
    )


def written(lines: Iterable[str]) -> bytes:
    """The file of these lines, its end line included, packed where it is large."""
    body = "".join(f"{each}\n" for each in lines).encode()
    end = canonical({"line": "end", "sha256": sha256(body).hexdigest()})
    whole = body + f"{end}\n".encode()
    return gzip.compress(whole, mtime=0) if len(whole) > PACKED_FROM else whole


def read(content: bytes) -> Proof:
    """A proof from the bytes of a file. Raises BadProof."""
    body = _unpacked(content)
    proof: Proof | None = None
    actions, before, at = sha256(), 0, 0
    for number, line in enumerate(body.split(b"\n"), start=1):
        if not line:
            continue
        read_ = _read(line, number)
        place = _ORDER.index(read_.line)
        if place < before or (proof is None) is not (place == 0):
            raise BadProof(number, f"a line of kind {read_.line} does not belong here")
        before = place
        if isinstance(read_, Head):
            proof = Proof(read_, _rules(read_, number))
            at += len(line) + 1
            continue
        assert proof is not None
        match read_:
            case Minute():
                proof.minutes.append(read_)
            case Action():
                actions.update(line + b"\n")
                proof.actions.setdefault(read_.account, []).append(read_)
            case Result():
                proof.results.append(read_)
            case End():
                if proof.sealed or read_.sha256 != sha256(body[:at]).hexdigest():
                    raise BadProof(number, "the checksum is not that of the file: it was changed or cut")
                proof.sealed = True
        at += len(line) + 1
    if proof is None or not proof.sealed:
        raise BadProof(0, "the file is empty or cut off")
    proof.actions_hash = actions.hexdigest()
    return proof


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(MAGIC):
        if len(content) > LARGEST:
            raise BadProof(0, "the file is too large")
        return content
    try:
        unpacker = zlib.decompressobj(wbits=31)
        body = unpacker.decompress(content, LARGEST + 1)
    except zlib.error as fault:
        raise BadProof(0, "the packed file is damaged") from fault
    if len(body) > LARGEST or not unpacker.eof:
        raise BadProof(0, "the packed file is cut off or too large")
    return body


def _read(line: bytes, number: int) -> Head | Minute | Action | Result | End:
    try:
        values = json.loads(line, parse_float=Decimal, parse_constant=_refused)
        model = _MODELS[values["line"]]
        return model.model_validate(values)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(each) for each in first["loc"])
        raise BadProof(number, f"{where[:80]}: {first['msg']}") from fault
    except (ValueError, KeyError, TypeError, RecursionError, ArithmeticError) as fault:
        raise BadProof(number, "no line of a proof") from fault


def _refused(constant: str) -> None:
    raise ValueError(constant)


def _rules(head: Head, number: int) -> RulesLine:
    try:
        return RulesLine.model_validate(dict(head.rules))
    except ValidationError as fault:
        raise BadProof(number, f"rules: {fault.errors()[0]['msg']}") from fault
