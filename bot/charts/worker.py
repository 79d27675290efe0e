"""The worker process: reads specs, writes pictures, and ends when its standard input does.

It is started as a module by `bot.charts.charts`. A message is a length of four bytes (big-endian) and so many bytes: a
pickled spec on the way in; on the way out one byte, PICTURE or FAULT, and the PNG or a line that tells where it failed.
The first message out is an empty PICTURE: matplotlib is loaded. Interrupts are for the bot, which closes its worker.
"""

import os
import pickle
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from bot.charts.spec import ChartSpec

if TYPE_CHECKING:
    from bot.charts.drawing.canvas import Canvas

PICTURE = b"+"
FAULT = b"-"
LENGTH = 4


def main(folder: str) -> None:
    """Draw until the input ends: the bot is gone then, and its temporary folder goes too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the answers
    import matplotlib as mpl

    mpl.rcdefaults()  # not what a matplotlibrc nearby says
    from bot.charts.drawing.draw import draw

    try:
        _draw_all(draw, answers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _draw_all(draw: "Callable[[ChartSpec], Canvas]", answers: BinaryIO) -> None:
    _answer(answers, PICTURE, b"")
    while head := sys.stdin.buffer.read(LENGTH):
        body = sys.stdin.buffer.read(int.from_bytes(head, "big"))
        try:
            spec: ChartSpec = pickle.loads(body)  # noqa: S301 - from our own parent, over a pipe
            _answer(answers, PICTURE, draw(spec).png())
        except BrokenPipeError:
            return
        except Exception as fault:  # noqa: BLE001 - a spec that cannot be drawn must not end the worker
            _answer(answers, FAULT, _where(fault).encode())


def _answer(answers: BinaryIO, kind: bytes, body: bytes) -> None:
    answers.write((len(body) + 1).to_bytes(LENGTH, "big") + kind + body)
    answers.flush()


def _where(fault: BaseException) -> str:
    """Kind and place of a fault; not its words, which may hold what somebody wrote."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return type(fault).__name__ + place


if __name__ == "__main__":
    main(sys.argv[1])
