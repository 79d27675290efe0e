"""Wording: an answer's template, in somebody's language, parsed to a reply."""

import string
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.content.catalogue import DEFAULT_LANGUAGE, Language
from bot.content.figures import Figure, FigureKind, shown
from bot.content.formats import Formats
from bot.core.markup import parse
from bot.core.reply import Answer, Button, Reply, ReplyButton, plain

ANSWERS = Path(__file__).parent / "answers"
SUFFIX = ".html.j2"
BANNER = f"_banner{SUFFIX}"


def template_names() -> tuple[str, ...]:
    """The names of all answers that can be worded."""
    return tuple(sorted(path.name.removesuffix(SUFFIX) for path in ANSWERS.glob(f"[a-z]*{SUFFIX}")))


class CatalogueWording:
    """Words answers from the templates and the catalogues of languages."""

    def __init__(self, languages: Mapping[str, Language], places: Mapping[str, int], default: str) -> None:
        self._languages = languages
        self._default = default if default in languages else DEFAULT_LANGUAGE
        self._formats = lru_cache(maxsize=None)(lambda language: Formats(language, places))
        self._environment = lru_cache(maxsize=None)(self._build_environment)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages spoken, the default first."""
        return (self._default, *(code for code in self._languages if code != self._default))

    def name_of(self, language: str) -> str:
        """A language's own name."""
        return self._languages[language].name

    def language(self, wanted: str | None) -> str:
        """The language spoken for a platform's language tag (`es-419` → `es`), or the default."""
        base = (wanted or "").replace("_", "-").partition("-")[0].lower()
        return base if base in self._languages else self._default

    def command(self, name: str, language: str) -> str:
        """What a command is called in a language; its own name where that has none for it."""
        return self._languages[language].commands.get(name, name)

    def text(self, message: str, language: str, **values: str) -> str:
        """A message in a language with its `{placeholders}` filled."""
        worded = self._languages[language].messages.gettext(message)
        return string.Formatter().vformat(worded, (), values) if values else worded

    def word(self, answer: Answer, language: str, time_zone: str) -> Reply:
        """The worded reply; raises where template and data do not fit."""
        template = self._environment(language).get_template(answer.template + SUFFIX)
        source = template.render(plain(answer.data), zone=time_zone)
        if answer.banner:
            banner = self._environment(language).get_template(BANNER)
            source = banner.render(plain(answer.banner), zone=time_zone) + source
        rows = tuple(tuple(self._button(each, language) for each in row) for row in answer.buttons)
        return Reply(parse(source), rows, private=answer.private, answer=answer, language=language)

    def _button(self, button: Button, language: str) -> ReplyButton:
        formats = self._formats(language)
        values = {name: formats.in_label(value) for name, value in button.values.items()}
        label = self.text(button.label, language, **values)
        return ReplyButton(label, button.payload, button.style, button.deep)

    def _build_environment(self, language: str) -> Environment:
        formats = self._formats(language)
        environment = Environment(
            loader=FileSystemLoader(ANSWERS),
            autoescape=True,
            finalize=formats.inserted,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.policies["ext.i18n.trimmed"] = True
        messages = self._languages[language].messages
        environment.install_gettext_callables(messages.gettext, messages.ngettext, newstyle=True)  # type: ignore[attr-defined]
        environment.filters.update(formats.filters())
        environment.filters["figure"] = lambda it: shown(
            Figure(Decimal(it["value"]), FigureKind(it["kind"]), it["symbol"]), formats
        )
        environment.filters["text"] = lambda message: Markup(messages.gettext(message)) if message else ""  # noqa: S704
        return environment
