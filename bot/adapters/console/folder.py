"""Where the files of replies are kept, for a terminal shows none."""

import tempfile
from itertools import count
from pathlib import Path

from bot.core.identity import new_id
from bot.core.reply import Attachment


class Folder:
    """Keeps files in a folder, which is made with the first one; without a path it is a new temporary one.

    Names begin with a mark of this run, so that no run overwrites the files of another.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._run = new_id(6)
        self._numbers = count(1)

    def keep(self, file: Attachment) -> str:
        """The path of a file, once it is there. Raises OSError."""
        if self._path is None:
            self._path = Path(tempfile.mkdtemp(prefix="marginalia-"))
        self._path.mkdir(parents=True, exist_ok=True)
        path = self._path / f"{self._run}-{next(self._numbers)}-{file.name}"
        path.write_bytes(file.content)
        return str(path)
