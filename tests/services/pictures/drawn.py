"""What a picture shows, read off its spec: the figures that are printed, and the spec of an answer's picture."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from bot.charts.spec import ChartSpec
from bot.charts.text import text_chart
from bot.content.wording import CatalogueWording
from bot.core.reply import Answer, Reply
from bot.services.pictures.maker import PictureMaker
from tests.harness import places, spoken, text

PRINTED = {"figure", "liquidation_figure", "total"}
"""The fields of specs whose text is drawn as it is."""


_NUMBER = re.compile(r"[−+]?[0-9][0-9.,]*(?:.%)?")


def maker() -> PictureMaker:
    """A maker that draws nothing."""

    async def draw(spec: ChartSpec) -> bytes:
        return b"PNG"

    return PictureMaker(draw, text_chart, CatalogueWording(spoken(), places(), "en"), places())


def spec_of(reply: Reply, language: str = "en", zone: str = "UTC") -> Any:
    """The spec of a reply's only picture, from its answer as it would be kept; it can be drawn as text, too."""
    kept = Answer.from_json(json.loads(json.dumps(reply.answer.to_json())))
    (wanted,) = kept.files
    spec = maker().spec(wanted, language, zone)
    assert text_chart(spec)
    return spec


def printed(spec: object) -> Iterator[str]:
    """All figures that a picture prints."""
    for field in fields(spec) if is_dataclass(spec) else ():
        value = getattr(spec, field.name)
        if field.name in PRINTED and value:
            yield from _NUMBER.findall(value)
        for each in value if isinstance(value, tuple) else (value,):
            yield from printed(each)


def untold(reply: Reply, language: str = "en") -> list[str]:
    """The figures of a reply's picture that its text does not have."""
    said, figures = text(reply), printed(spec_of(reply, language))
    return [each for each in figures if _blank(each) not in said]


def _blank(figure: str) -> str:
    return figure.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
