"""A made-up language of a real direction: every English message in Arabic letters, a third longer, with its placeholders."""

import gettext
import re
import shutil
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.content.catalogue import DEFAULT_LANGUAGE, LOCALES, Language, load_languages
from bot.content.direction import shielded

ARABIC = "ar"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_LETTERS = dict(zip(_LATIN, "ابتثجحخدذرزسشصضطظعغفقكلمنه", strict=True))
_STRETCH = "ـ"
_KEPT = re.compile(
    r"%\(\w+\)s|%%|\{\w*\}|<code>.*?</code>|</?[a-z-]+>|&\w+;|(?<!\w)/[a-z]+\b|\b[a-z]+=\S*|\bUSDT\b"
)


def mirrored(message: str) -> str:
    """A message in Arabic letters, a third longer; what nobody translates stays as it is."""
    whole, end = "", 0
    for found in _KEPT.finditer(message):
        whole += _lettered(message[end : found.start()]) + found[0]
        end = found.end()
    return whole + _lettered(message[end:])


def _lettered(text: str) -> str:
    made, letters = "", 0
    for each in text:
        letters += each.isalpha()
        made += _LETTERS.get(each.lower(), each).replace("→", "←") + (
            _STRETCH if each.isalpha() and letters % 3 == 0 else ""
        )
    return made


class Mirroring(gettext.NullTranslations):
    """Mirrors what the English catalogue does not have yet."""

    def gettext(self, message: str) -> str:
        return shielded(mirrored(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def pseudo_languages(folder: Path, code: str = ARABIC) -> dict[str, Language]:
    """English and the made-up language, which is written to a folder as a translator would and loaded like any other."""
    shutil.copytree(LOCALES / DEFAULT_LANGUAGE, folder / DEFAULT_LANGUAGE)
    with (LOCALES / DEFAULT_LANGUAGE / "messages.po").open("rb") as source:
        english = read_po(source, locale=DEFAULT_LANGUAGE)
    made = Catalog(locale=code, charset="utf-8")
    for each in english:
        if isinstance(each.id, str):
            if each.id:
                made.add(each.id, mirrored(each.id), flags=each.flags)
        else:
            one, many = map(mirrored, each.id)
            made.add(each.id, (many, one, *[many] * (made.num_plurals - 2)), flags=each.flags)
    (folder / code).mkdir()
    with (folder / code / "messages.po").open("wb") as target:
        write_po(target, made, width=0)
    languages = dict(load_languages(folder))
    languages[code].messages.add_fallback(Mirroring())
    return languages
