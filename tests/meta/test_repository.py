"""What a newcomer and an operator meet first: the files around the code say what is true."""

import os
import re
import stat
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]

SETTINGS = {
    "TELEGRAM_TOKEN",
    "TELEGRAM_BASE_URL",
    "TELEGRAM_BASE_FILE_URL",
    "TELEGRAM_WEBHOOK_URL",
    "TELEGRAM_WEBHOOK_SECRET",
    "DISCORD_TOKEN",
    "DISCORD_API_BASE",
    "DISCORD_GATEWAY_URL",
    "DATABASE_URL",
    "MARKET",
    "MARKET_PRICES",
    "MARKET_TAPE",
    "MARKET_SPEED",
    "MARKET_SEED",
    "MARKET_WS_URL",
    "STALE_AFTER",
    "PAPER_BALANCE",
    "DEFAULT_LANG",
    "ADMINS",
    "ALLOWED_CHATS",
    "HTTP_HOST",
    "HTTP_PORT",
    "LOG_LEVEL",
}


def git_files() -> list[Path]:
    """Every file that is or would be tracked."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in git_files():
        try:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def compose() -> Any:
    return yaml.safe_load(read("docker-compose.yml"))


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", read(f"requirements/{name}.txt"), re.MULTILINE))


def normal(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[._-]+", "-", name[0]).lower()


# Settings


def test_env_example_names_every_setting_once_and_nothing_else() -> None:
    named = re.findall(r"^#?([A-Z][A-Z_]*)=", read(".env.example"), re.MULTILINE)
    assert sorted(named) == sorted(SETTINGS)


def test_env_example_sets_nothing_by_itself() -> None:
    assert [line for line in read(".env.example").splitlines() if line and not line.startswith("#")] == []


def test_the_operators_table_explains_every_setting() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)`", read("docs/operating.md"), re.MULTILINE)) == SETTINGS


# Containers


def test_compose_sets_only_settings_that_exist() -> None:
    assert set(compose()["services"]["bot"]["environment"]) <= SETTINGS


def test_compose_runs_a_checked_bot_on_a_named_volume() -> None:
    bot = compose()["services"]["bot"]
    assert "profiles" not in bot
    assert (ROOT / bot["build"] / "Dockerfile").is_file()
    assert bot["env_file"] == ".env"
    assert "/healthz" in bot["healthcheck"]["test"][-1]
    assert [volume.split(":")[0] for volume in bot["volumes"]] == ["data"]


def test_compose_starts_postgresql_in_the_profile_scale_only() -> None:
    services = compose()["services"]
    assert {name for name, each in services.items() if each.get("profiles") == ["scale"]} == {"postgres"}
    assert services["bot"]["depends_on"]["postgres"] == {"condition": "service_healthy", "required": False}


def test_compose_declares_the_volumes_it_uses() -> None:
    services = compose()["services"].values()
    used = {volume.split(":")[0] for each in services for volume in each.get("volumes", [])}
    assert used == set(compose()["volumes"])


def test_the_image_copies_what_exists_and_what_the_ignore_file_lets_in() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+) ", read("Dockerfile"), re.MULTILINE)
    let_in = {line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")}
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert set(copied) == let_in


def test_the_image_runs_without_root_on_a_supported_python() -> None:
    text = read("Dockerfile")
    oldest = tomllib.loads(read("pyproject.toml"))["project"]["requires-python"].removeprefix(">=3.")
    assert all(
        int(minor) >= int(oldest) for minor in re.findall(r"^FROM python:3\.(\d+)", text, re.MULTILINE)
    )
    assert re.search(r"^USER [1-9]\d*", text, re.MULTILINE)
    assert "--require-hashes" in text


# Locks


@pytest.mark.parametrize("name", ["run", "dev"])
def test_a_lock_holds_names_versions_and_hashes_and_no_address(name: str) -> None:
    line = re.compile(r"[a-z0-9-]+==[\w.]+( ; [^/@]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    strange = [text for text in read(f"requirements/{name}.txt").splitlines() if not line.fullmatch(text)]
    assert strange == []


def test_the_locks_cover_what_the_project_asks_for() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    assert {normal(each) for each in project["project"]["dependencies"]} <= set(pins("run"))
    assert {normal(each) for each in project["dependency-groups"]["dev"]} <= set(pins("dev"))


def test_what_runs_is_what_is_tested() -> None:
    assert pins("run").items() <= pins("dev").items()


# Make


def test_the_targets_of_the_readme_exist() -> None:
    needed = {"help", "venv", "run", "serve", "test", "check", "lock", "bench"}
    assert needed <= targets()


def test_no_document_names_a_target_that_is_missing() -> None:
    wanted = {
        (str(path), name)
        for path, text in texts()
        if path.suffix in {".md", ".yaml"} or path.name == "run"
        for name in re.findall(r"(?:^|`|entry: )make ([a-z][a-z-]*)", text, re.MULTILINE)
    }
    assert {(path, name) for path, name in wanted if name not in targets()} == set()


def test_ci_runs_the_check_and_the_check_runs_the_tests() -> None:
    assert "set -euo pipefail" in read(".ci/run")
    assert read(".ci/run").rstrip().endswith("make check")
    assert (ROOT / ".ci/run").stat().st_mode & stat.S_IXUSR
    check = re.search(r"^check: ([^#]+)", read("Makefile"), re.MULTILINE)
    assert check
    assert {"formatted", "lint", "types", "layers", "test"} <= set(check[1].split())


@pytest.mark.parametrize(
    ("interpreter", "said"),
    [
        ("exit 127", "Found no Python"),
        ("exit 3", "too old"),
        ("exit 1", "python3-venv"),
    ],
)
def test_make_says_which_python_is_missing(tmp_path: Path, interpreter: str, said: str) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{interpreter}\n")
    python.chmod(0o755)
    made = subprocess.run(
        ["make", "venv", f"VENV={tmp_path / 'venv'}", f"PYTHON={python}"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        check=False,
        capture_output=True,
        text=True,
    )
    assert made.returncode != 0
    assert said in made.stderr
    assert not (tmp_path / "venv").exists()


# Texts


def test_links_between_documents_lead_somewhere() -> None:
    lost = [
        (str(path), link)
        for path, text in texts()
        if path.suffix == ".md"
        for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
        if not (ROOT / path.parent / link).exists()
    ]
    assert lost == []


def test_decisions_are_numbered_without_gaps_and_say_why() -> None:
    found = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in found] == list(range(len(found)))
    for path in found:
        assert re.search(r"^## Why", path.read_text(encoding="utf-8"), re.MULTILINE), path.name


def test_no_file_names_a_registry_or_somebodys_folders() -> None:
    hosts = "|".join(
        r"\.".join(parts) for parts in (("pypi", "org"), ("python" + "hosted", "org"), ("npmjs", "(org|com)"))
    )
    folders = r"(?<![\w.~$}>-])/(home|root|work|Users)/\w"
    named = [str(path) for path, text in texts() if re.search(rf"{hosts}|{folders}", text)]
    assert named == []


def test_no_second_lock_is_kept() -> None:
    assert [
        path.name for path in git_files() if path.name in {"uv.lock", "poetry.lock", "Pipfile.lock"}
    ] == []
