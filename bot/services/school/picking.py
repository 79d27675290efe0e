"""Which question comes next: what is due first, then what is believed wrongly, then what is new (order: ours)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from bot.content.skills import Skill
from bot.services.school.mastery import Beliefs
from bot.services.school.question import Question, Setting, Template
from bot.storage.cards import KeptCard

MOST_TRIED = 40
"""So many templates are tried at most, where the setting fits few of them."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: questions of a skill, of certain templates in their order, or anything; `group`: for several."""

    skill: Skill | None = None
    templates: tuple[str, ...] = ()
    group: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of who asks: their cards, the first due first, what is believed of them, and what was asked lately."""

    cards: Sequence[KeptCard] = ()
    beliefs: Beliefs = field(default_factory=lambda: Beliefs({}, {}))
    lately: Sequence[str] = ()


def pick(
    templates: Mapping[str, Template],
    hidden: Collection[str],
    wish: Wish,
    known: Known,
    setting: Setting,
    now: datetime,
    rng: Random,
) -> Question | None:
    """The next question; None where no template gives one."""
    usable = {
        each.id: each
        for each in templates.values()
        if each.id not in hidden
        and not (each.own and (wish.group or setting.account is None or not setting.account.positions))
        and (wish.skill is None or each.skill is wish.skill)
        and (not wish.templates or each.id in wish.templates)
    }
    if wish.templates:
        order = _wished(usable, wish, known)
    elif wish.group:
        order = _mixed(usable.values(), known, rng)
    else:
        order = _in_order(usable, known, now, rng)
    for number, template in enumerate(dict.fromkeys(order)):
        if number >= MOST_TRIED:
            return None
        question = usable[template].draw(setting, rng)
        if question is not None:
            return question
    return None


def _wished(usable: Mapping[str, Template], wish: Wish, known: Known) -> Iterator[str]:
    """The templates that were named, those not asked lately first."""
    last = {template: place for place, template in enumerate(reversed(known.lately))}
    yield from sorted(
        (each for each in wish.templates if each in usable), key=lambda each: last.get(each, -1)
    )


def _in_order(usable: Mapping[str, Template], known: Known, now: datetime, rng: Random) -> Iterator[str]:
    for card in known.cards:
        if card.due_at <= now:
            yield from _mixed(
                (each for each in usable.values() if (each.skill, each.family) == (card.skill, card.family)),
                known,
                rng,
            )
    wrong = set(known.beliefs.open)
    yield from _mixed((each for each in usable.values() if wrong & set(each.misconceptions)), known, rng)
    seen = {(card.skill, card.family) for card in known.cards}
    for new in (True, False):
        for skill in Skill:
            if skill not in known.beliefs.mastered:
                yield from _mixed(
                    (
                        each
                        for each in usable.values()
                        if each.skill is skill and new is ((each.skill, each.family) not in seen)
                    ),
                    known,
                    rng,
                )
    yield from _mixed(usable.values(), known, rng)


def _mixed(templates: Iterable[Template], known: Known, rng: Random) -> Iterator[str]:
    """In an order by chance: those about the own position first, those asked lately last."""
    found = sorted(templates, key=lambda each: each.id)
    rng.shuffle(found)
    found.sort(key=lambda each: (each.id in known.lately, not each.own))
    return (each.id for each in found)
