"""The living message of a quiz night: what it shows at each moment, and its buttons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.core.action import Action
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.services.school.night import Night, Phase, Standing, standings
from bot.services.school.question import Question
from bot.services.school.question_cards import question_data, verdict_data
from bot.storage.quiz_nights import NightAnswer

LEADERS, LISTED = 5, 30
"""So many places are shown between the rounds, and at the end: what a phone shows and one message carries."""


def card(night: Night, answers: Sequence[NightAnswer]) -> Answer:
    """The living message as it should be now."""
    mine = [each for each in answers if each.round == night.round]
    data: dict[str, Any] = {
        "phase": night.phase.value,
        "round": night.round,
        "rounds": night.rounds,
        "seconds": night.seconds,
        "players": len(night.players),
        "host": night.players.get(night.host, ""),
    }
    match night.phase:
        case Phase.LOBBY:
            data["names"] = list(night.players.values())[:LISTED]
        case Phase.ASKING:
            asked = {} if night.question is None else question_data(night.question)
            asked.pop("right", None)
            data |= {"card": asked, "answered": len(mine)}
        case Phase.REVEALED:
            data |= {"card": {} if night.question is None else _revealed(night.question, mine)}
            data |= {"answered": len(mine), **_board(night, answers, LEADERS)}
        case Phase.OVER:
            data |= {"stopped": night.stopped, **_board(night, answers, LISTED)}
    return Answer("night", data, _sealed(_buttons(night)))


def _revealed(question: Question, answers: Sequence[NightAnswer]) -> dict[str, Any]:
    """The question with its answer, how many chose what, and, explained, the wrong option that most of them chose."""
    chosen = Counter(each.choice for each in answers)
    wrong = [place for place in chosen if place != question.right]
    mistaken = max(wrong, key=lambda place: (chosen[place], -place), default=None)
    counts = [chosen[place] for place in range(len(question.choices))]
    choices = [each.data for each in question.choices]
    return {**verdict_data(question, mistaken), "choices": choices, "counts": counts}


def _board(night: Night, answers: Sequence[NightAnswer], most: int) -> dict[str, Any]:
    board = standings(night, answers)
    return {"board": [standing_data(each) for each in board[:most]], "others": max(0, len(board) - most)}


def standing_data(standing: Standing) -> dict[str, Any]:
    """A line of the scoreboard."""
    return {
        "name": standing.name,
        "place": standing.place,
        "right": standing.right,
        "spent": (Decimal(standing.milliseconds) / 1000).quantize(Decimal("0.1")),
    }


def _buttons(night: Night) -> tuple[tuple[Button, ...], ...]:
    stop = _button(N_("Stop"), f"night stop {night.id}", style=Style.STOP)
    mine = _button(N_("My result"), f"nightresult {night.id}")
    go = f"night next {night.id} r{night.round}"
    match night.phase:
        case Phase.LOBBY:
            join = _button(N_("Join"), f"night join {night.id}", style=Style.GO)
            return ((join, _button(N_("Start now"), go), stop),)
        case Phase.ASKING:
            count = len(night.question.choices) if night.question else 0
            options = [
                _button("{number}", f"night answer {night.id} r{night.round}c{place}", {"number": str(place)})
                for place in range(1, count + 1)
            ]
            reveal = () if night.seconds else (_button(N_("Show the answer"), go),)
            return (*rows_of(options, 4), (*reveal, stop))
        case Phase.REVEALED:
            last = night.round >= night.rounds
            label = N_("Scoreboard") if last else N_("Next question")
            onward = () if night.seconds else (_button(label, f"{go}s"),)
            return ((*onward, mine, stop),)
        case Phase.OVER:
            again = f"quiznight {night.rounds} " + (f"{night.seconds}s" if night.seconds else "untimed")
            return ((mine, _button(N_("Play again"), again)),)


def _button(
    label: str, line: str, values: Mapping[str, str] | None = None, style: Style = Style.PLAIN
) -> Button:
    return Button(label, line, values or {}, style, anyone=True)


def _sealed(rows: tuple[tuple[Button, ...], ...]) -> tuple[tuple[Button, ...], ...]:
    """The buttons with what the platform carries; all of them are for anyone."""
    return tuple(tuple(replace(each, payload=Action(each.line).encode()) for each in row) for row in rows)
