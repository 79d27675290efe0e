"""The front in a process of its own: real pipes, real bytes, a real terminal."""

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = [sys.executable, "-W", "error", "-m", "tests.adapters.console.talking"]


def run(stdin: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PROGRAM, *words], input=stdin, capture_output=True, cwd=ROOT, timeout=30, check=False
    )


def test_the_end_of_input_is_a_clean_end() -> None:
    done = run(b"/count\r\n/count\n\n/count", "modules")
    assert done.stdout.decode().split("\n\n") == [
        "Counted\ncount: 1\n[Again]",
        "Counted\ncount: 2\n[Again]",
        "Counted\ncount: 3\n[Again]\nloaded: []\n",
    ]
    assert (done.returncode, done.stderr) == (0, b"")


def test_bytes_that_are_no_text_are_answered() -> None:
    lines = [b"\xef\xbb\xbf/count", b"\xff\xfe\xc3", b"\x00\x00", b"/open \xc3(", b"y" * 200_000, b"/count"]
    done = run(b"\n".join(lines), "json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b'"template": "Counted"') == 2
    assert done.stdout.count(b'"template": "too_long"') == 1
    assert done.stdout.count(b"\n") == 6


def test_no_input_at_all() -> None:
    with Path(os.devnull).open("rb") as nothing:
        done = subprocess.run(PROGRAM, stdin=nothing, capture_output=True, cwd=ROOT, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_input_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("/count\n" * 300)
    with (tmp_path / "lines").open("rb") as lines:
        done = subprocess.run(PROGRAM, stdin=lines, capture_output=True, cwd=ROOT, timeout=30, check=False)
    assert done.stdout.count(b"Counted") == 300
    assert done.stderr == b""


@contextmanager
def piped() -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]]:
    with subprocess.Popen(
        PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT
    ) as front:
        assert front.stdin
        assert front.stdout
        yield front, front.stdin, front.stdout


def test_a_reader_who_leaves_ends_it_quietly(tmp_path: Path) -> None:
    with (tmp_path / "errors").open("wb") as errors:
        front = subprocess.Popen(
            PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT, bufsize=0
        )
    with front:
        assert front.stdin
        assert front.stdout
        front.stdin.write(b"/count\n")
        assert front.stdout.read(8) == b"Counted\n"
        front.stdout.close()
        front.stdin.write(b"/count\n" * 3)
        assert front.wait(20) == 0  # although its input is still open
    assert (tmp_path / "errors").read_bytes() == b""


def test_each_line_is_answered_before_the_next_is_written() -> None:
    with piped() as (front, stdin, stdout):
        for number in range(1, 4):
            stdin.write(b"/count\n")
            stdin.flush()
            lines = [stdout.readline() for _ in range(3 if number == 1 else 4)]
            assert f"count: {number}\n".encode() in lines
        stdin.close()
        assert front.wait(20) == 0


def test_an_output_of_another_encoding_gets_marks() -> None:
    env = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        PROGRAM,
        input=b"!press\n!vote x\n/card all\n",
        capture_output=True,
        cwd=ROOT,
        timeout=30,
        env=env,
        check=False,
    )
    assert done.returncode == 0
    assert b"PAPER ? BTC long" in done.stdout


class Screen:
    """A terminal with a person at it."""

    def __init__(self, descriptor: int, process: subprocess.Popen[bytes]) -> None:
        self.descriptor = descriptor
        self.process = process
        self.seen = b""
        self.all_seen = b""

    def type(self, text: str) -> None:
        """Type once there is a prompt."""
        self.wait_for("me ❯")
        os.write(self.descriptor, text.encode())

    def wait_for(self, text: str, seconds: float = 10) -> None:
        """Look on until a text was seen after the one that was waited for before."""
        end = time.monotonic() + seconds
        while text.encode() not in self.seen:
            assert time.monotonic() < end, self.all_seen.decode(errors="replace")
            assert self.read(), self.all_seen.decode(errors="replace")
        self.seen = self.seen.partition(text.encode())[2]

    def read(self, seconds: float = 0.2) -> bool:
        """Read what has been written meanwhile; False where the other end is closed."""
        if not select.select([self.descriptor], [], [], seconds)[0]:
            return True
        try:
            read = os.read(self.descriptor, 65_536)
        except OSError:  # how Linux says so
            return False
        self.seen += read
        self.all_seen += read
        if b"\x1b[6n" in read:  # asked where the cursor is
            os.write(self.descriptor, b"\x1b[1;1R")
        return bool(read)

    def left(self) -> int:
        end = time.monotonic() + 20
        while self.read():
            assert time.monotonic() < end, self.all_seen.decode(errors="replace")
        return self.process.wait(20)


@contextmanager
def terminal(term: str = "xterm-256color") -> Iterator[Screen]:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 90))
    process = subprocess.Popen(
        PROGRAM,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env=os.environ | {"TERM": term},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Screen(ours, process)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
        os.close(ours)


@pytest.mark.parametrize("leave", ["\x04", "\x03"])
def test_a_person_at_a_terminal_talks_presses_and_leaves(leave: str) -> None:
    with terminal() as screen:
        screen.wait_for("Ctrl-D leaves")
        screen.type("/start there\r")
        screen.wait_for("Hello")
        screen.wait_for("[Count]")
        screen.type("1\r")
        screen.wait_for("Counted")
        screen.type("!press again\r")
        screen.wait_for("Counted")
        screen.type("!price BTC 45000\r")
        screen.wait_for("Liquidated")
        screen.wait_for("[@bob]")
        screen.type("/card all\r")
        screen.wait_for("no advice")
        screen.type(leave)
        assert screen.left() == 0
        assert b"Traceback" not in screen.all_seen


def test_what_people_write_does_not_reach_the_terminal_raw() -> None:
    with terminal() as screen:
        screen.type("/x\x16\x1b]0;owned\x16\x07\r")  # Ctrl-V: the next key as it is
        screen.wait_for("I do not know")
        screen.type("\x04")
        assert screen.left() == 0
        assert b"\x1b]0;owned" not in screen.all_seen


def test_a_terminal_that_obeys_nothing_gets_plain_text() -> None:
    with terminal("dumb") as screen:
        os.write(screen.descriptor, b"/count\r")
        screen.wait_for("Counted\r\ncount: 1\r\n[Again]\r\n")
        os.write(screen.descriptor, b"\x04")
        assert screen.left() == 0
        assert b"\x1b" not in screen.all_seen


def test_a_terminal_that_is_gone_ends_it(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with (tmp_path / "errors").open("wb") as errors:
        process = subprocess.Popen(
            PROGRAM,
            stdin=theirs,
            stdout=theirs,
            stderr=errors,
            cwd=ROOT,
            env=os.environ | {"TERM": "xterm"},
            start_new_session=True,
        )
    os.close(theirs)
    Screen(ours, process).wait_for("me ❯")
    os.close(ours)
    assert process.wait(20) == 0, (tmp_path / "errors").read_text()
    assert (tmp_path / "errors").read_bytes() == b""
