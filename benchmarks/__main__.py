"""Runs every benchmark in turn, each in a process of its own, and prints what they print.

python -m benchmarks [name ...]
"""

import subprocess
import sys

ALL = (
    "engine",
    "open_path",
    "sqlite_driver",
    "write_path",
    "telegram_updates",
    "console_start",
    "watch",
    "crash",
    "reading",
    "questions",
    "learners",
    "quiz_night",
    "standings",
    "challenge_bots",
    "charts",
)


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; returns the number that failed."""
    failed = 0
    for name in names or ALL:
        print(f"== {name}", flush=True)
        failed += subprocess.run((sys.executable, "-m", f"benchmarks.{name}"), check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
