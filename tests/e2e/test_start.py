"""Starting the bot: what is wrong is one clear line that names it, on standard error, and a code that is not zero."""

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Protocol

import pytest

from tests.e2e.books import audited, url_of
from tests.e2e.running import Ended, bot, in_process

TOKEN = "123456:AAE-a-token-that-nobody-must-read"


class Check(Protocol):
    """`run --check`, or what `words` say, with these settings."""

    def __call__(self, *words: str, **settings: str) -> Ended: ...


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Check:
    def checked(*words: str, **settings: str) -> Ended:
        return in_process(monkeypatch, capsys, tmp_path, *(words or ("run", "--check")), **settings)

    return checked


def refused(done: Ended, code: int, *lines: str) -> None:
    """One line for each text, in that order, and nothing else: no traceback, nothing on standard output."""
    assert (done.code, done.out) == (code, ""), done
    said = done.err.splitlines()
    assert len(said) == len(lines), done.err
    for line, text in zip(said, lines, strict=True):
        assert line.startswith("marginalia: ")
        assert text in line
    assert TOKEN not in done.err


def test_the_version(tmp_path: Path) -> None:
    done = bot(tmp_path, "--version")
    assert (done.code, done.out, done.err) == (0, "marginalia 0.1.0\n", "")


def test_without_a_token_there_is_nobody_to_serve(tmp_path: Path, check: Check) -> None:
    refused(check("run"), 2, "set TELEGRAM_TOKEN or DISCORD_TOKEN")
    refused(check("run", TELEGRAM_TOKEN="", DISCORD_TOKEN="  "), 2, "set TELEGRAM_TOKEN or DISCORD_TOKEN")


def test_good_settings_are_in_order_and_leave_a_migrated_database(tmp_path: Path, check: Check) -> None:
    done = check(
        TELEGRAM_TOKEN=TOKEN,
        TELEGRAM_BASE_URL="http://127.0.0.1:9/bot",
        TELEGRAM_BASE_FILE_URL="http://127.0.0.1:9/file/bot",
        TELEGRAM_WEBHOOK_URL="https://bot.example/telegram",
        TELEGRAM_WEBHOOK_SECRET="a_secret-1",
        DISCORD_TOKEN="MTAx.one.two",
        DISCORD_API_BASE="http://127.0.0.1:9/api/v10",
        DISCORD_GATEWAY_URL="ws://127.0.0.1:9/",
        MARKET="replay",
        MARKET_TAPE="mar-2020",
        MARKET_SPEED="60",
        MARKET_SEED="7",
        MARKET_PRICES="BTC=50000,ETH=2500",
        MARKET_WS_URL="wss://fstream.example/market",
        STALE_AFTER="30",
        PAPER_BALANCE="5000",
        DEFAULT_LANG="es",
        ADMINS="telegram:1,discord:2",
        ALLOWED_CHATS="telegram:-100123",
        HTTP_HOST="127.0.0.1",
        HTTP_PORT="0",
        LOG_LEVEL="debug",
    )
    assert (done.code, done.err) == (0, ""), done.err
    assert done.out.count("\n") == 1
    assert TOKEN not in done.out
    assert (tmp_path / "data" / "marginalia.db").is_file()


def test_every_bad_setting_is_named_at_once(tmp_path: Path) -> None:
    done = bot(
        tmp_path,
        *("run", "--check"),
        MARKET="moon",
        MARKET_SPEED="0",
        MARKET_SEED="seven",
        STALE_AFTER="-1",
        PAPER_BALANCE="lots",
        ADMINS="bob",
        ALLOWED_CHATS="irc:1",
        HTTP_PORT="99999",
        LOG_LEVEL="loud",
    )
    names = (
        "MARKET",
        "MARKET_SPEED",
        "MARKET_SEED",
        "STALE_AFTER",
        "PAPER_BALANCE",
        "ADMINS",
        "ALLOWED_CHATS",
    )
    refused(done, 2, *(f"{name}:" for name in (*names, "HTTP_PORT", "LOG_LEVEL")))
    assert not (tmp_path / "data").exists()


def test_addresses_and_secrets_that_cannot_be_are_named_at_once(tmp_path: Path, check: Check) -> None:
    done = check(
        TELEGRAM_TOKEN=TOKEN,
        TELEGRAM_BASE_URL="https://api.example/",
        TELEGRAM_WEBHOOK_URL="bot.example/telegram",
        TELEGRAM_WEBHOOK_SECRET=f"two words {TOKEN}",
        DISCORD_API_BASE="ftp://discord.example",
    )
    refused(done, 2, "TELEGRAM_WEBHOOK_URL begins")
    for text in (
        "TELEGRAM_WEBHOOK_SECRET has",
        "TELEGRAM_BASE_URL begins",
        "DISCORD_API_BASE and DISCORD_GATEWAY_URL",
    ):
        assert text in done.err


def test_what_does_not_exist_is_named_with_what_does(tmp_path: Path, check: Check) -> None:
    done = check(MARKET_PRICES="BTC=50000,XYZ=4", MARKET_TAPE="nope", DEFAULT_LANG="tlh")
    refused(
        done, 2, "DEFAULT_LANG: ", "MARKET_PRICES: unknown contract (symbol: XYZ", "MARKET_TAPE: unknown tape"
    )
    assert "en, es" in done.err
    assert "oct-2025" in done.err


def test_settings_come_from_a_file_too_and_the_environment_beats_it(tmp_path: Path, check: Check) -> None:
    (tmp_path / ".env").write_text("MARKET=moon\nLOG_LEVEL=loud\nUNHEARD_OF=1\n")
    refused(check(MARKET="fixed"), 2, "LOG_LEVEL:")


class TestDatabase:
    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        garbage = tmp_path / "garbage.db"
        garbage.write_bytes(os.urandom(5_000))
        before = garbage.read_bytes()
        refused(bot(tmp_path, "run", "--check", DATABASE_URL=url_of(garbage)), 1, "no database of Marginalia")
        assert garbage.read_bytes() == before

    def test_a_database_of_another_program(self, tmp_path: Path, check: Check) -> None:
        with sqlite3.connect(tmp_path / "other.db") as other:
            other.execute("CREATE TABLE songs (name TEXT)")
        other.close()
        done = check(DATABASE_URL=url_of(tmp_path / "other.db"))
        refused(done, 1, "no database of Marginalia")

    def test_a_database_of_a_newer_version_is_left_untouched(self, tmp_path: Path, check: Check) -> None:
        database = tmp_path / "paper.db"
        assert check(DATABASE_URL=url_of(database)).code == 0
        with sqlite3.connect(database) as raw:
            raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.close()
        refused(check(DATABASE_URL=url_of(database)), 1, "a newer version of Marginalia")
        done = bot(tmp_path, "console", "--db", str(database), stdin="/start\n")
        refused(done, 1, "a newer version of Marginalia")
        with sqlite3.connect(database) as raw:
            assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
        raw.close()

    def test_a_database_that_another_program_keeps_locked(self, tmp_path: Path, check: Check) -> None:
        database = tmp_path / "paper.db"
        other = sqlite3.connect(database, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            done = check(DATABASE_URL=f"{url_of(database)}?timeout=0.2")
        finally:
            other.execute("ROLLBACK")
            other.close()
        refused(done, 1, "in use by another program")

    @pytest.mark.parametrize("folder", ["/dev/null/folder", "/proc/folder"])
    def test_a_folder_that_cannot_be_made(self, check: Check, folder: str) -> None:
        done = check(DATABASE_URL=f"sqlite+aiosqlite:///{folder}/paper.db")
        refused(done, 1, "database")

    def test_what_must_not_be_written_to(self, tmp_path: Path) -> None:
        through: tuple[str, ...] = ()
        if os.geteuid() == 0:  # root may write everywhere, unless that right is given up
            setpriv = shutil.which("setpriv")
            if setpriv is None:
                pytest.skip("no setpriv")
            through = (setpriv, "--bounding-set=-all")
        folder = tmp_path / "folder"
        assert bot(tmp_path, "run", "--check", DATABASE_URL=url_of(folder / "paper.db")).code == 0
        (folder / "paper.db").chmod(0o400)
        folder.chmod(0o500)
        url = url_of(folder / "paper.db")
        done = bot(tmp_path, "console", stdin="/start\n", through=through, DATABASE_URL=url)
        refused(done, 1, "the database cannot be written to")
        for name in ("paper.db", "new.db", "more/new.db"):
            url = url_of(folder / name)
            done = bot(tmp_path, "run", "--check", through=through, DATABASE_URL=url)
            refused(done, 1, "DATABASE_URL: the database cannot be written to")

    @pytest.mark.parametrize(
        "address",
        ["nonsense", "mysql://me:hunter2@127.0.0.1/x", "postgresql+asyncpg://me:hunter2@127.0.0.1:9/x"],
    )
    def test_an_address_where_no_database_is(self, check: Check, address: str) -> None:
        done = check(DATABASE_URL=address)
        refused(done, 1, "DATABASE_URL: ")
        assert "hunter2" not in done.err


async def test_a_backup_is_a_whole_database(tmp_path: Path) -> None:
    database, copy = tmp_path / "paper.db", tmp_path / "kept" / "copy.db"
    lines = "/settings confirm off\n/open btc long 5x\n"
    done = bot(tmp_path, "console", "--market", "fixed", "--db", str(database), stdin=lines)
    assert done.code == 0
    done = bot(tmp_path, "backup", str(copy), DATABASE_URL=url_of(database))
    assert (done.code, done.err) == (0, "")
    assert await audited(copy) == await audited(database)
    assert list(copy.parent.iterdir()) == [copy]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("copy.db", "sqlite+aiosqlite:///misspelt.db"),
        ("copy.db", "postgresql+asyncpg://me:hunter2@127.0.0.1:9/x"),
    ],
)
def test_a_backup_that_cannot_be_made(check: Check, path: str, address: str) -> None:
    done = check("backup", path, DATABASE_URL=address)
    refused(done, 1, "marginalia: ")
    assert "hunter2" not in done.err


async def test_a_backup_never_writes_over_the_database_nor_where_it_cannot(tmp_path: Path) -> None:
    database = tmp_path / "paper.db"
    assert bot(tmp_path, "console", "--db", str(database), stdin="/start\n").code == 0
    before = await audited(database)
    for path in ("paper.db", "/dev/null/copy.db"):
        refused(bot(tmp_path, "backup", path, DATABASE_URL=url_of(database)), 1, "marginalia: ")
    assert await audited(database) == before
    assert not (tmp_path / "misspelt.db").exists()
