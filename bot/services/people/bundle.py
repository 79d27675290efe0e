"""A file that grows piece by piece and is zipped once it is too large to be sent as it is."""

import io
import zipfile
from typing import IO

from bot.core.reply import Attachment

MOST_BYTES = 8_000_000
"""What a file may have: under the 10 MB that both platforms take (ours)."""
ZIP = "application/zip"


class TooLarge(Exception):
    """Even zipped a file has more bytes than can be sent."""


class Bundle:
    """Collects a text; in memory it holds no more than the limit and what the zip has come to."""

    def __init__(self, name: str, media: str, most: int = MOST_BYTES) -> None:
        self._name = name
        self._media = media
        self._most = most
        self._held = bytearray()
        self._packed = io.BytesIO()
        self._inside: IO[bytes] | None = None
        self._zip: zipfile.ZipFile | None = None

    def write(self, text: str) -> None:
        """Add to the end. Raises TooLarge."""
        if self._inside is not None:
            self._inside.write(text.encode())
            self._check()
            return
        self._held += text.encode()
        if len(self._held) > self._most:
            self._zip = zipfile.ZipFile(self._packed, "w", zipfile.ZIP_DEFLATED)
            inside = zipfile.ZipInfo(self._name)  # with a date of its own: the same text makes the same bytes
            inside.compress_type = zipfile.ZIP_DEFLATED
            self._inside = self._zip.open(inside, "w", force_zip64=True)
            self._inside.write(self._held)
            self._held.clear()

    def close(self) -> Attachment:
        """The file. Raises TooLarge."""
        if self._zip is None or self._inside is None:
            return Attachment(self._name, self._media, bytes(self._held))
        self._inside.close()
        self._zip.close()
        self._check()
        return Attachment(f"{self._name}.zip", ZIP, self._packed.getvalue())

    def _check(self) -> None:
        if self._packed.tell() > self._most:
            raise TooLarge(self._name)
