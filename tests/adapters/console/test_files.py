"""Files in the terminal: kept in a folder, named in a line; of a picture a few lines of text are shown."""

import io
import stat
import tempfile
from pathlib import Path

import pytest

from tests.adapters.console.talking import Talk
from tests.fakes.pictures import png


def named(message: str) -> Path:
    (line,) = [each for each in message.splitlines() if each.startswith("file: ")]
    return Path(line.removeprefix("file: "))


def content(path: str) -> bytes:
    return Path(path).read_bytes()


async def test_a_picture_is_kept_and_told_in_lines(tmp_path: Path) -> None:
    first, second = await Talk().say("/picture", "!press Next", files=tmp_path / "kept")
    lines = first.splitlines()
    assert lines[-3:-1] == ["grey 1", f"file: {named(first)}"]
    assert lines[-1] == "[Next] [Text]"
    assert named(first).parent == tmp_path / "kept"
    assert [named(each).read_bytes() for each in (first, second)] == [png(1), png(2)]


async def test_two_runs_keep_their_files_apart(tmp_path: Path) -> None:
    runs = [await Talk().say("/picture", "/picture csv", files=tmp_path) for _ in range(2)]
    paths = {named(message) for run in runs for message in run}
    assert len(paths) == 4
    assert all(each.read_bytes() for each in paths)


async def test_without_a_folder_files_go_to_a_temporary_one_of_their_own() -> None:
    (message,) = await Talk().say("/picture csv")
    path = named(message)
    assert path.read_bytes() == b"a,b\n1,1\n"
    assert path.is_relative_to(tempfile.gettempdir())
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.unlink()
    path.parent.rmdir()


async def test_json_names_the_path(tmp_path: Path) -> None:
    picture, broken, text = await Talk().json("/picture both", "/picture broken", "/start", files=tmp_path)
    assert content(picture["file"]) == png(1)
    assert (broken["file"], text["file"]) == (None, None)
    assert "file:" not in picture["text"]


async def test_a_folder_that_cannot_be_written_leaves_the_text(tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    blocked.touch()
    (message,) = await Talk().say("/picture", files=blocked)
    assert message.splitlines()[-2:] == ["grey 1", "[Next] [Text]"]


@pytest.mark.parametrize("width", [40, 120])
async def test_a_card_in_colour_shows_the_lines_too(tmp_path: Path, width: int) -> None:
    from bot.adapters.console.cards import card
    from bot.core.markup import parse
    from bot.core.reply import Reply

    reply = Reply(parse("<h1>Title</h1><p>Text</p>"))
    shown = card(reply, "", width, numbered=False, below=("▁▂▃ 1", "file: /x"))
    assert "▁▂▃ 1" in shown
    assert "file: /x" in shown
    assert io.StringIO(shown).read().index("Text") < shown.index("▁▂▃ 1")
