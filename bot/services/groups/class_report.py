"""The class report: what a group believes and can do, in numbers that tell of nobody (docs/groups.md).

Every number of people is rounded down to a multiple of LEAST, which is also the fewest that are shown. So there is no cell
of fewer people, a total does not tell how many are missing from a part, and one person more or less mostly changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bot.content.skills import SKILL_NAMES, Skill
from bot.services.school import mastery
from bot.storage.beliefs import KeptBelief

LEAST = 5
"""No number under this is shown; ours."""


@dataclass(frozen=True, slots=True)
class SkillCount:
    """How many answered questions of a skill, and how many have mastered it; 0: fewer than LEAST."""

    skill: Skill
    answered: int
    mastered: int


@dataclass(frozen=True, slots=True)
class ClassReport:
    """Of `people`, so many hold each misconception (by id, the most common first; none with 0) and know each skill."""

    people: int
    held: Mapping[str, int]
    skills: Sequence[SkillCount]

    def rows(self) -> list[dict[str, Any]]:
        """The report as a flat table, for a file: kind, name and the two numbers of people."""
        held = [{"kind": "misconception", "name": each, "people": n} for each, n in self.held.items()]
        answered = [
            {"kind": "answered", "name": each.skill.value, "people": each.answered} for each in self.skills
        ]
        mastered = [
            {"kind": "mastered", "name": each.skill.value, "people": each.mastered} for each in self.skills
        ]
        return [{"kind": "all", "name": "people", "people": self.people}, *held, *answered, *mastered]


def rounded(people: int) -> int:
    """The number that is shown for so many people."""
    return people - people % LEAST


def class_report(rows: Sequence[KeptBelief]) -> ClassReport | None:
    """The report of what is believed of people, whose rows stand together; None where they are fewer than LEAST."""
    people = [mastery.from_kept(each) for _, each in groupby(rows, key=lambda row: row.person_id)]
    if len(people) < LEAST:
        return None
    held: dict[str, int] = {}
    for each in people:
        for name in each.open:
            held[name] = held.get(name, 0) + 1
    shown = {name: rounded(count) for name, count in held.items() if count >= LEAST}
    return ClassReport(
        rounded(len(people)),
        dict(sorted(shown.items(), key=lambda item: (-item[1], item[0]))),
        tuple(_of_skill(skill, people) for skill in SKILL_NAMES),
    )


def _of_skill(skill: Skill, people: Sequence[mastery.Beliefs]) -> SkillCount:
    found = [each.skill(skill) for each in people]
    return SkillCount(
        skill,
        rounded(sum(each.answers > 0 for each in found)),
        rounded(sum(each.mastered for each in found)),
    )
