"""The class report: who counts, what is shown, and that no number tells of anybody."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.skills import Skill
from bot.core.identity import Platform
from bot.services.groups.class_report import LEAST, ClassReport, class_report
from bot.storage import beliefs, chat_people, quiz_nights
from bot.storage.beliefs import MISCONCEPTION, SKILL, KeptBelief
from tests.fakes.groups import ROOM, GroupTalk, group_talking
from tests.harness import text

AT = datetime(2026, 3, 2, tzinfo=UTC)


def skill(who: int | str, name: Skill = Skill.PNL, *, mastered: bool = False) -> KeptBelief:
    body = {"known": "0.500000", "answers": 3, "mastered_at": AT.isoformat() if mastered else None}
    return KeptBelief(str(who), SKILL, name.value, body, AT)


def held(who: int | str, name: str = "leverage-is-profit", *, open_: bool = True) -> KeptBelief:
    return KeptBelief(str(who), MISCONCEPTION, name, {"open": open_, "chosen": 1, "rights": {}}, AT)


def report(*rows: KeptBelief) -> ClassReport:
    found = class_report(sorted(rows, key=lambda each: each.person_id))
    assert found is not None
    return found


def test_fewer_than_five_get_no_report() -> None:
    assert class_report([]) is None
    assert class_report([skill(each) for each in range(LEAST - 1)]) is None
    assert report(*(skill(each) for each in range(LEAST))).people == LEAST


def test_small_cells_are_not_shown_and_others_rounded_down() -> None:
    rows = [skill(each, mastered=each < 4) for each in range(13)]
    rows += [held(each, "common") for each in range(11)] + [held(each, "rare") for each in range(4)]
    rows += [held(each, "closed", open_=False) for each in range(13)]
    found = report(*rows)
    assert found.people == 10
    assert found.held == {"common": 10}
    pnl = next(each for each in found.skills if each.skill is Skill.PNL)
    assert (pnl.answered, pnl.mastered) == (10, 0)


@given(
    st.lists(st.tuples(st.booleans(), st.booleans()), min_size=LEAST, max_size=40),
    st.tuples(st.booleans(), st.booleans()),
)
def test_no_cell_is_small_and_one_more_person_changes_a_number_by_nothing_or_a_whole_step(
    people: list[tuple[bool, bool]], more: tuple[bool, bool]
) -> None:
    def rows(of: list[tuple[bool, bool]]) -> list[KeptBelief]:
        made = []
        for number, (wrong, mastered) in enumerate(of):
            made += [skill(f"{number:03}", mastered=mastered), held(f"{number:03}", open_=wrong)]
        return made

    before, after = report(*rows(people)).rows(), report(*rows([*people, more])).rows()
    for cells in (before, after):
        assert all(each["people"] == 0 or each["people"] >= LEAST for each in cells)
        assert all(each["people"] % LEAST == 0 for each in cells)
    named = {(each["kind"], each["name"]): each["people"] for each in before}
    for each in after:
        change = each["people"] - named.get((each["kind"], each["name"]), 0)
        assert change in {0, LEAST}


async def learnt(talk: GroupTalk, people: int, room: str = ROOM) -> None:
    """So many people who took part and hold a belief; some more who did not."""
    for number in range(people + 3):
        await talk.say("/start", f"p{number}")
    async with talk.bot.store.unit() as unit:
        for number in range(people + 3):
            person = (await talk.main(f"p{number}", talk.board.platform)).person_id
            beliefs.put(unit, skill(person))
            beliefs.put(unit, held(person))
            if number < people:
                chat_people.took_part(unit, f"{talk.board.platform}:{room}", person, AT)
                chat_people.took_part(unit, f"{talk.board.platform}:{room}", person, AT)


async def test_an_admin_gets_numbers_and_a_file_alone() -> None:
    async with group_talking(platform=Platform.DISCORD) as talk:
        await learnt(talk, 7)
        assert (await talk.say("/classreport", "p1", ROOM)).answer.data["what"] == "admins"
        shown = await talk.say("/classreport", "boss", ROOM)
        assert shown.private
        assert "Of 5 people or some more" in text(shown)
        assert not any(f"p{number}" in text(shown) for number in range(10))
        (file,) = shown.files
        assert (file.name, file.media) == ("classreport.csv", "text/csv")
        rows = list(csv.DictReader(io.StringIO(file.content.decode())))
        assert {"kind": "misconception", "name": "leverage-is-profit", "people": "5"} in rows


async def test_where_a_group_would_see_it_it_is_opened_in_private_for_admins_alone() -> None:
    async with group_talking() as talk:
        await learnt(talk, 6)
        there = await talk.say("/classreport", "boss", ROOM, whispers=False)
        assert there.answer.template == "in_private"
        assert "Of 5 people" not in text(there)
        line = there.answer.buttons[0][0].line
        assert "Of 5 people" in text(await talk.say(f"/{line}", "boss"))
        assert (await talk.say(f"/{line}", "p1")).answer.data["what"] == "admins"
        assert (await talk.say("/classreport", "boss")).answer.data["what"] == "group"


@pytest.mark.parametrize("people", [0, 4])
async def test_a_small_group_gets_none(people: int) -> None:
    async with group_talking() as talk:
        await learnt(talk, people)
        shown = await talk.say("/classreport", "boss", ROOM)
        assert (shown.answer.ok, shown.answer.data["what"], shown.files) == (False, "few", ())


async def test_those_who_play_quiz_nights_count() -> None:
    async with group_talking() as talk:
        opened = await talk.say("/quiznight 2", "ann", ROOM)
        assert opened.answer.ok
        async with talk.bot.store.unit() as unit:
            night = (await quiz_nights.running(unit))[0].id
        for who in ("ben", "ben", "eve"):
            await talk.send(f"1|||night join {night}", who, ROOM)
        async with talk.bot.store.unit() as unit:
            assert await chat_people.count(unit, talk.chat().key) == 3
