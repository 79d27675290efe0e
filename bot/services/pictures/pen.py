"""The words, figures and times of one picture."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol

from bot.charts.spec import Caption, Level, LevelKind, Look, Theme
from bot.content.formats import Formats
from bot.core.texts import N_
from bot.core.wording import Wording

PAPER = N_("PAPER")
LEVELS = {
    LevelKind.ENTRY: N_("Entry"),
    LevelKind.MARK: N_("Mark"),
    LevelKind.LIQUIDATION_ISOLATED: N_("Liquidation, isolated"),
    LevelKind.LIQUIDATION_CROSS: N_("Liquidation, cross"),
    LevelKind.STOP: N_("Stop-loss"),
    LevelKind.TAKE_PROFIT: N_("Take-profit"),
    LevelKind.OTHER: N_("Price"),
}
MODES = {"isolated": N_("Isolated"), "cross": N_("Cross")}


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes in one language and time zone, the figures as the answers' templates write them."""

    wording: Wording
    formats: Formats
    look: Look
    language: str
    zone: str

    def word(self, message: str, **values: str) -> str:
        """A message in the language, its placeholders filled."""
        return self.wording.text(message, self.language, **values)

    def at(self, when: str) -> datetime:
        """A kept time in the reader's zone."""
        return datetime.fromisoformat(when).astimezone(ZoneInfo(self.zone))

    def caption(self, title: str, subtitle: str = "", note: str = "") -> Caption:
        """The words around a picture; each says PAPER."""
        return Caption(title, self.word(PAPER), subtitle, note)

    def level(self, kind: str, price: str, symbol: str, label: str = "") -> Level:
        """A price with its name."""
        which = LevelKind(kind)
        return Level(which, float(price), label or self.word(LEVELS[which]), self.price(price, symbol))

    def price(self, value: str, symbol: str) -> str:
        """A price with the decimals of its contract."""
        return self.formats.price(Decimal(value), symbol)


def look_of(language: str, theme: str) -> Look:
    """How a language writes numbers, days and lists."""
    locale = Locale.parse(language)
    short = str(locale.date_formats["short"].pattern)
    month_first = short.lower().find("m") < short.find("d")
    return Look(
        Theme(theme),
        get_decimal_symbol(locale),
        get_group_symbol(locale),
        "%m/%d" if month_first else "%d/%m",
        "%H:%M",
        locale.text_direction == "rtl",
    )
