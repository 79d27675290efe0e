"""The README says what is true: its conversation is real output, its commands and paths exist."""

import re
import shlex
import subprocess
from itertools import takewhile
from pathlib import Path

import pytest

from tests.e2e.running import PATIENCE, PROGRAM, ROOT, environment
from tests.fakes.spoken import registry

README = (ROOT / "README.md").read_text()
_WHEN = re.compile(r"\b\d{1,2} [A-Z][a-z]{2,3} \d\d:\d\d UTC")
_ROW = re.compile(r"\| `/(\w+)` \| (.+?) \|\s*(?:`/(.+?)`)?\s*\|")
_FOLDER = re.compile(r"(?<![\w/.])[\w.]+(?:/[\w.]+)*/(?![\w*])")
_FILE = re.compile(r"(?<![\w/.])(?:\w+/)*\w+\.(?:md|toml|yml|py|po)\b")


def section(title: str) -> str:
    """What stands under a heading."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_conversation_is_what_the_bot_says(tmp_path: Path) -> None:
    (block,) = re.findall(r"```console\n\$ (.*?)```", README, re.DOTALL)
    lines = block.splitlines(keepends=True)
    head = list(takewhile(lambda line: line.endswith("\\\n"), lines))
    command = "".join(lines[: len(head) + 1])
    assert "python -m bot " in command
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace("python -m bot", shlex.join(PROGRAM))],
        capture_output=True,
        cwd=tmp_path,
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    shown = "".join(lines[len(head) + 1 :])
    assert timeless(done.stdout.decode()) == timeless(shown)


def timeless(output: str) -> list[str]:
    """The messages without times; one that had some also without its line breaks, which depend on a time's length."""
    messages = []
    for each in output.strip("\n").split("\n\n"):
        plain, times = _WHEN.subn("TIME", each)
        messages.append(" ".join(plain.split()) if times else plain)
    return messages


def test_the_table_of_commands_is_the_registry() -> None:
    rows = _ROW.findall(section("Commands"))
    assert len(rows) == section("Commands").count("\n| `")
    assert [(name, summary) for name, summary, _ in rows] == [
        (each.name, each.summary) for each in registry().listed
    ]
    examples = {each.name: each.examples for each in registry().listed}
    for name, _, example in rows:
        assert not example or example in examples[name] or example == "help open", example


def test_every_path_of_the_map_exists() -> None:
    found = _FOLDER.findall(section("Map of the code"))
    assert {"engine/", "bot/core/", "bot/services/", "locales/", "tests/fakes/", "docs/adr/"} <= set(found)
    for each in found:
        assert (ROOT / each).is_dir(), each
    for each in _FILE.findall(section("Map of the code")):
        assert (ROOT / each).is_file(), each
    adapters = section("Map of the code").split("bot/adapters/")[1].split(":")[0]
    assert {each.name for each in (ROOT / "bot" / "adapters").iterdir() if each.is_dir()} - {
        "__pycache__"
    } == set(adapters.replace(",", " ").split())


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!https?://)([^)#]+)", README))))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"(?:^    |`)make ([a-z]+)", README, re.MULTILINE)) | {"bench"}
    assert {"run", "test", "serve"} <= named
    for each in named:
        assert f"\n{each}: " in makefile, each
