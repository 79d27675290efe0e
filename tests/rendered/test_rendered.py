"""What every command answers, in every language and on every front, as files that a translator can read."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pytest
import pytest_asyncio
from syrupy.assertion import SnapshotAssertion

from bot.content.catalogue import LOCALES
from tests.fakes.spoken import registry
from tests.fakes.study_tour import STUDY_APART
from tests.fakes.tour import APART
from tests.harness import START, talking
from tests.rendered.playing import Shown, Stage
from tests.rendered.scenes.every import SCENES, played_in, scene_of
from tests.rendered.shown import FRONTS, on
from tests.rendered.still import still, undrawn
from tests.rendered.transcript import ROOT, Transcript

LISTED = registry().listed
LANGUAGES = sorted(each.parent.name for each in LOCALES.glob("*/messages.po"))
TOPICS = tuple(dict.fromkeys(each.topic for each in LISTED))
FAULTS = "faults"
"""Answers that no scene leads to: faults, and what operators get."""
AGAIN = 'make test ARGS="tests/rendered --snapshot-update"'


@dataclass(frozen=True, slots=True)
class Played:
    """All scenes in one language, by command."""

    language: str
    scenes: Mapping[str, Sequence[Shown]]
    apart: Sequence[Shown]

    def transcript(self, front: str, topic: str) -> str:
        """What a front shows of a topic: `#` before each command, `=` before each line that is said."""
        parts = []
        for command in LISTED:
            if command.topic == topic:
                parts += [_title(command.name), *_sections(front, self.scenes[command.name])]
        parts += _sections(front, self.apart) if topic == FAULTS else []
        return "\n\n".join(parts) + "\n"


def _sections(front: str, shown: Iterable[Shown]) -> list[str]:
    return [f"==== {each.heading}\n{on(front, each)}".rstrip("\n") for each in shown]


def _title(command: str) -> str:
    return f"######## /{command}"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=LANGUAGES)
async def played(request: pytest.FixtureRequest) -> AsyncIterator[Played]:
    with still(START) as chance:
        async with talking(language=request.param, start=START) as talk:
            undrawn(talk.bot)
            stage = Stage(talk, chance)
            scenes = {each.name: await stage.play(each.name, scene_of(each)) for each in played_in(LISTED)}
            said = {each.reply.answer.template for scene in scenes.values() for each in scene if each.reply}
            words = partial(talk.bot.wording.word, language=request.param, time_zone="UTC")
            apart = [
                Shown(each.template, words(each))
                for each in APART
                if each.template not in said and each not in STUDY_APART
            ]
    yield Played(request.param, scenes, apart)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("topic", [*TOPICS, FAULTS])
async def test_every_answer(played: Played, topic: str, front: str, snapshot: SnapshotAssertion) -> None:
    """If the difference is meant, `AGAIN` writes the files anew."""
    kept = snapshot.use_extension(Transcript)(name=f"{played.language}/{front}/{topic}")
    assert played.transcript(front, topic) == kept


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_there(language: str, front: str) -> None:
    files = (ROOT / language / front).glob("*.txt")
    titles = {line for file in files for line in file.read_text(encoding="utf-8").splitlines()}
    missing = [each.name for each in LISTED if _title(each.name) not in titles]
    assert not missing, f"no answers of /{', /'.join(missing)} in {ROOT.name}/{language}/{front}: {AGAIN}"


def test_every_scene_is_of_a_command() -> None:
    assert set(SCENES) <= {each.name for each in LISTED}
