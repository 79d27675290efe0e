"""Files that are sent to the fake Bot API: how they must come, and what it makes of them."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram_html import Refused

PHOTO_BYTES = 10_000_000
FILE_BYTES = 50_000_000
SIDES = 10_000
RATIO = 20
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class Upload:
    """A part of a multipart form that is a file."""

    name: str
    media: str
    content: bytes


def check_file(given: Mapping[str, Any], field: str) -> Upload:
    """The file of a request; raises Refused for what is none, empty or too large, and for a photo that is no picture."""
    upload = given[field]
    if not isinstance(upload, Upload):
        raise Refused("Bad Request: wrong remote file identifier specified: Wrong character in the string")
    if not upload.name or not upload.content:
        raise Refused("Bad Request: file must be non-empty")
    if len(upload.content) > FILE_BYTES:
        raise Refused("Request Entity Too Large", 413)
    if field == "photo":
        if len(upload.content) > PHOTO_BYTES:
            raise Refused("Bad Request: too big file for a photo")
        _check_sides(*sides_of(upload.content))
    return upload


def sides_of(content: bytes) -> tuple[int, int]:
    """The width and height of a PNG; of a JPEG they are not looked at."""
    if content.startswith(_JPEG):
        return 1, 1
    if not content.startswith(_PNG) or content[12:16] != b"IHDR":
        raise Refused("Bad Request: IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", content[16:24])
    return int(width), int(height)


def _check_sides(width: int, height: int) -> None:
    if not width or not height or width + height > SIDES or max(width, height) > RATIO * min(width, height):
        raise Refused("Bad Request: PHOTO_INVALID_DIMENSIONS")


def file_object(field: str, upload: Upload) -> dict[str, Any]:
    """What a message with the file carries."""
    common = {
        "file_id": f"id-{upload.name}",
        "file_unique_id": f"u-{upload.name}",
        "file_size": len(upload.content),
    }
    if field == "photo":
        width, height = sides_of(upload.content)
        return {"photo": [common | {"width": width, "height": height}]}
    return {"document": common | {"file_name": upload.name, "mime_type": upload.media}}
