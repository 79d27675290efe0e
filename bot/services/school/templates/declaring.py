"""How a template is declared: above the function that drafts it."""

from collections.abc import Callable

from bot.content.skills import Skill
from bot.services.school.templates.kind import Kind, Make


def question(
    id_: str, skill: Skill, family: str, lesson: str, *misconceptions: str, own: bool = False
) -> Callable[[Make], Kind]:
    """Make a template of the function that drafts its questions."""

    def declare(make: Make) -> Kind:
        return Kind(id_, skill, family, lesson, misconceptions, make, own)

    return declare
