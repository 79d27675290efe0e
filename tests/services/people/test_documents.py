"""Documents without somebody."""

from typing import Any

import pytest

from bot.services.people.documents import Marks, holds, renamed, without

MARKS = Marks(frozenset({"p1p1p1", "telegram:42"}), frozenset({"Ann", "ann", "long"}))

CASES: list[tuple[Any, Any]] = [
    ({"players": [["p1p1p1", "Ann"], ["q2", "Bob"]]}, {"players": [["q2", "Bob"]]}),
    ({"host": "p1p1p1"}, {"host": "former"}),
    ({"invited": ["p1p1p1"]}, {"invited": ["former"]}),
    ({"rows": [{"name": "Ann", "side": "long"}]}, {"rows": [{"name": "", "side": "long"}]}),
    ({"name": "Anna", "why": "Ann"}, {"name": "Anna", "why": "Ann"}),
    ({"rules": {"name": "Ann"}}, {"rules": {"name": "Ann"}}),
    ({"by_person": {"p1p1p1": 1, "q2": 2}}, {"by_person": {"q2": 2}}),
    ({"who": "telegram:42", "at": 3, "ok": None}, {"who": "former", "at": 3, "ok": None}),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_ids_go_everywhere_and_names_where_people_are_named(before: Any, after: Any) -> None:
    assert without(before, MARKS) == after


def test_what_holds_a_mark() -> None:
    assert holds({"a": [{"b": "Ann"}]}, MARKS)
    assert holds({"payload": "1|p1p1p1||confirm"}, MARKS)
    assert holds({"p1p1p1": 1}, MARKS)
    assert not holds({"a": "Anna", "b": 3, "c": None}, MARKS)


def test_another_id_stands_in_its_place() -> None:
    kept = {"players": [["p1p1p1", "Ann"]], "p1p1p1": 2, "line": "x p1p1p1 y", "n": 3}
    assert renamed(kept, "p1p1p1", "q2") == {"players": [["q2", "Ann"]], "q2": 2, "line": "x q2 y", "n": 3}
