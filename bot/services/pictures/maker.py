"""Makes the pictures of answers: data to a spec, and the spec to a file."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.charts.spec import ChartSpec
from bot.content.formats import Formats
from bot.core.reply import PNG, Attachment
from bot.core.wording import Wording
from bot.services.pictures.account_specs import debrief, equity, money, postmortem
from bot.services.pictures.pen import Pen, look_of
from bot.services.pictures.price_specs import candles, contagion, modes
from bot.services.pictures.study_specs import progress, quiz, standings

Builder = Callable[[Mapping[str, Any], Pen], ChartSpec]
BUILDERS: Mapping[str, Builder] = {
    "candles": candles,
    "contagion": contagion,
    "debrief": debrief,
    "equity": equity,
    "modes": modes,
    "money": money,
    "postmortem": postmortem,
    "progress": progress,
    "quiz": quiz,
    "standings": standings,
}
"""What pictures there are, by the `what` of the data."""


class PictureMaker:
    """Implements services.files.FileMaker. `draw` makes a PNG of a spec, `describe` a few lines of text.

    `places` tells how many decimals each contract's price is shown with.
    """

    def __init__(
        self,
        draw: Callable[[ChartSpec], Awaitable[bytes]],
        describe: Callable[[ChartSpec], tuple[str, ...]],
        wording: Wording,
        places: Mapping[str, int],
    ) -> None:
        self._draw = draw
        self._describe = describe
        self._wording = wording
        self._places = places

    async def __call__(
        self, wanted: Mapping[str, Any], person_id: str, language: str, zone: str
    ) -> Attachment:
        """The picture; raises KeyError for data that is none, and what `draw` raises."""
        spec = self.spec(wanted, language, zone)
        content = await self._draw(spec)
        return Attachment(f"{wanted['what']}.png", PNG, content, self._describe(spec))

    def spec(self, wanted: Mapping[str, Any], language: str, zone: str) -> ChartSpec:
        """The spec of a picture, its words in a language and its times in a zone."""
        formats = Formats(language, self._places)
        look = look_of(language, wanted.get("theme", "light"))
        return BUILDERS[wanted["what"]](wanted, Pen(self._wording, formats, look, language, zone))
