"""Files for answers: pictures of one grey, which say their number, and makers that fail."""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.reply import PNG, Attachment


def png(number: int = 0, width: int = 40, height: int = 30, size: int = 0) -> bytes:
    """A grey picture whose shade is a number; with a `size` it is filled up to so many bytes."""
    rows = (b"\0" + bytes([number % 256]) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows))
    made = b"\x89PNG\r\n\x1a\n" + chunks + _chunk(b"IEND", b"")
    if size > len(made):
        made = made[:-12] + _chunk(b"teXt", bytes(size - len(made) - 12)) + made[-12:]
    return made


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


class Broken(Exception):
    """What a maker raises."""


@dataclass
class Makers:
    """Makers of the kinds `png`, `csv` and `broken`; `made` is what was asked, for whom and in which language."""

    made: list[tuple[Mapping[str, Any], str, str]] = field(default_factory=list)

    async def png(self, wanted: Mapping[str, Any], person_id: str, language: str, zone: str) -> Attachment:
        """A picture with its number; `size` in bytes, `width` in pixels."""
        self.made.append((wanted, person_id, language))
        content = png(wanted["number"], wanted.get("width", 40), size=wanted.get("size", 0))
        return Attachment("grey.png", PNG, content, (f"grey {wanted['number']}",))

    async def csv(self, wanted: Mapping[str, Any], person_id: str, language: str, zone: str) -> Attachment:
        self.made.append((wanted, person_id, language))
        return Attachment("rows.csv", "text/csv", f"a,b\n1,{wanted['number']}\n".encode())

    async def broken(self, wanted: Mapping[str, Any], person_id: str, language: str, zone: str) -> Attachment:
        raise Broken

    def kinds(self) -> dict[str, Any]:
        """The makers by kind."""
        return {"png": self.png, "csv": self.csv, "broken": self.broken}
