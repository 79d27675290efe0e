"""These tests draw in their own process too: with matplotlib's fonts alone, and nothing written to a home folder."""

import os
import tempfile

_FOLDER = tempfile.TemporaryDirectory(prefix="marginalia-tests-")
os.environ["MPLCONFIGDIR"] = _FOLDER.name
os.environ["MPL_IGNORE_SYSTEM_FONTS"] = "1"


def pytest_unconfigure() -> None:
    _FOLDER.cleanup()
