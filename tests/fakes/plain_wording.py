"""Wording without catalogues: templates with braces, enough to show what a front makes of any answer."""

import html
from collections.abc import Mapping
from typing import Any

from bot.core.markup import parse
from bot.core.reply import Answer, Reply, ReplyButton

# An answer without a template here is worded by its own `html`, or as the facts of its data.
TEMPLATES: Mapping[str, str] = {
    "ask": "<p>Which {param} for /{command}?</p>",
    "did_you_mean": "<p>Did you mean <code>/{line}</code>?</p>",
    "unclear": "<p>What is <code>{words}</code> in /{command}?</p>",
    "twice": "<p>One {param}, please: {words}.</p>",
    "ambiguous": "<p>What is {number}?</p>",
    "unknown_command": "<p>I do not know <code>{word}</code>.</p>",
    "bad_word": "<p><code>{word}</code> does not fit ({code}).</p>",
    "button_unknown": "<p>This button is not mine.</p>",
    "button_expired": "<p>This button has expired.</p>",
    "not_yours": "<p>This button belongs to somebody else.</p>",
    "in_private": "<p>Let us do this in private.</p>",
    "too_long": "<p>At most {most} characters, please.</p>",
    "busy": "<p>Busy, please try again.</p>",
    "fault": "<p>Something broke, incident {incident}.</p>",
}

SPANISH: Mapping[str, str] = {
    "<p>Which {param} for /{command}?</p>": "<p>¿Qué {param} para /{command}?</p>",
    "<p>This button belongs to somebody else.</p>": "<p>Este botón es de otra persona.</p>",
    "Hello": "Hola",
    "Say hello": "Saludar",
    "Count one more": "Contar uno más",
    "Continue in private": "Continuar en privado",
}


class PlainWording:
    """Implements core.wording.Wording in English and, for a few messages, Spanish."""

    languages = ("en", "es")

    def __init__(self, templates: Mapping[str, str] | None = None) -> None:
        self._templates = {**TEMPLATES, **(templates or {})}

    def word(self, answer: Answer, language: str, time_zone: str) -> Reply:
        data = {name: _shown(value) for name, value in answer.data.items()}
        template = self._templates.get(answer.template)
        if template is not None:
            source = self.text(template, language).format_map(data)
        elif "html" in answer.data:
            source = str(answer.data["html"])
        else:
            rows = "".join(f"<dt>{html.escape(name)}</dt><dd>{value}</dd>" for name, value in data.items())
            source = f"<h1>{html.escape(self.text(answer.template, language))}</h1><dl>{rows}</dl>"
        buttons = tuple(
            tuple(
                ReplyButton(self.text(b.label, language, **b.values), b.payload, b.style, b.deep) for b in row
            )
            for row in answer.buttons
        )
        return Reply(parse(source), buttons, answer.private, answer=answer, language=language)

    def language(self, wanted: str | None) -> str:
        short = (wanted or "").split("-")[0].lower()
        return short if short in self.languages else self.languages[0]

    def command(self, name: str, language: str) -> str:
        return {"count": "contar"}.get(name, name) if language == "es" else name

    def text(self, message: str, language: str, **values: str) -> str:
        worded = SPANISH.get(message, message) if language == "es" else message
        return worded.format(**values) if values else worded


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_shown(each) for each in value)
    return html.escape(str(value), quote=False)
