"""Pictures of learning and of contests: progress, a quiz's result, standings."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.charts.spec import (
    CalibrationPoint,
    Progress,
    QuizResult,
    QuizRow,
    SkillBar,
    StandingRow,
    Standings,
)
from bot.core.texts import N_
from bot.services.pictures.pen import Pen

PROGRESS = N_("Your progress")
KNOWN = N_("How likely each skill is known")
ESTIMATE = N_("An estimate from your answers, not a mark")
KNOW_WHAT = N_("How well you know what you know")
SAID = N_("Said")
RIGHT = N_("Right")
PERFECT = N_("as sure as right")
OWN = N_("you")
SAID_SHARE = {"sure": 0.95, "think": 0.75, "guess": 0.5}
"""How often each confidence would be right if it were deserved: ours."""
RIGHT_ANSWERS = N_("right")
WRONG_ANSWERS = N_("wrong")
SCORE = N_("{right} of {asked} right")


def progress(it: Mapping[str, Any], pen: Pen) -> Progress:
    """Skills, and whether the learner's confidence is deserved."""
    return Progress(
        pen.look,
        pen.caption(pen.word(PROGRESS), note=pen.word(ESTIMATE)),
        pen.word(KNOWN),
        tuple(
            SkillBar(
                pen.word(each["skill"]),
                float(each["known"]),
                pen.formats.percent(Decimal(each["known"]), 0),
                each["mastered"],
            )
            for each in it["rows"]
        ),
        pen.word(KNOW_WHAT),
        pen.word(SAID),
        pen.word(RIGHT),
        pen.word(PERFECT),
        pen.word(OWN),
        tuple(
            CalibrationPoint(SAID_SHARE[each["confidence"]], float(each["share"]), each["answers"])
            for each in it["calibration"]
        ),
    )


def quiz(it: Mapping[str, Any], pen: Pen) -> QuizResult:
    """How a quiz went: `title` is a text, `rows` have a message id as `label`, `right` and `asked`."""
    right, asked = (sum(each[name] for each in it["rows"]) for name in ("right", "asked"))
    return QuizResult(
        pen.look,
        pen.caption(pen.word(it["title"])),
        pen.word(SCORE, right=str(right), asked=str(asked)),
        pen.word(RIGHT_ANSWERS),
        pen.word(WRONG_ANSWERS),
        tuple(QuizRow(pen.word(each["label"]), each["right"], each["asked"]) for each in it["rows"]),
    )


def standings(it: Mapping[str, Any], pen: Pen) -> Standings:
    """A challenge's table: `title` is its name, `rows` have `place`, `name`, `score`, and `own` for the reader's.

    `remark` is a message id or empty, `values` fill it. Scores are printed with 3 decimals, as the table has them.
    """
    return Standings(
        pen.look,
        pen.caption(it["title"]),
        tuple(
            StandingRow(
                each["place"],
                each["name"],
                float(each["score"]),
                pen.formats.number(each["score"], 3, 3),
                pen.word(each["remark"], **each.get("values", {})) if each.get("remark") else "",
                each.get("own", False),
            )
            for each in it["rows"]
        ),
        pen.word(OWN),
    )
