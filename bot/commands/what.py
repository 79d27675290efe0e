"""The glossary in the chat: what a word means, where it is taught, and which words are close to it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.commands.kinds import TEXT
from bot.commands.learn_cards import lesson_button
from bot.commands.learn_words import LINE
from bot.content.glossary import Term
from bot.core.command import Command
from bot.core.params import param
from bot.core.questions import rows_of
from bot.core.reply import Answer, Button
from bot.core.texts import N_
from bot.core.words import shown
from bot.services.school.curricula import Curricula
from bot.services.turn import BotTurn

MOST_RELATED = 6
SUGGESTED = 6
CARDS = MappingProxyType(
    {
        "positions": (
            *("entry-price", "mark-price", "unrealised-pnl", "roe", "isolated-wallet", "initial-margin"),
            *("liquidation-price", "margin-ratio", "margin-mode"),
        ),
        "preview": (
            *("margin", "notional", "leverage", "fee", "order-cost", "liquidation-price", "margin-mode"),
            *("risk-per-trade", "stop-loss", "bracket"),
        ),
        "portfolio": (
            *("wallet", "equity", "available", "unrealised-pnl", "cross-wallet", "margin-balance"),
            *("maintenance-margin", "margin-ratio"),
        ),
        "traded": ("fill", "fee", "isolated-wallet", "liquidation-price", "available"),
        "liq": (
            "liquidation-price",
            "bankruptcy-price",
            "bracket",
            "maintenance-amount",
            "maintenance-margin",
        ),
        "max": ("notional", "bracket", "available", "order-cost", "leverage"),
        "whatif": ("equity", "margin-ratio", "liquidation-price", "contagion"),
        "funding": ("funding", "funding-rate", "notional", "mark-price"),
        "compare": ("isolated-margin", "cross-margin", "liquidation-price", "equity", "cross-wallet"),
        "liquidated": (
            *("liquidation", "mark-price", "last-price", "maintenance-margin", "clearance-fee"),
            *("insurance-fund", "our-model"),
        ),
        "margin_warning": ("margin-ratio", "maintenance-margin", "margin-balance", "liquidation-price"),
    }
)
"""The terms on cards whose `?` button asks for them."""
FIGURES = MappingProxyType(
    {
        "liquidation": "liquidation-price",
        "bankruptcy": "bankruptcy-price",
        "break-even": "break-even-price",
        "margin-ratio": "margin-ratio",
        "maintenance": "maintenance-margin",
        "initial": "initial-margin",
        "pnl": "pnl",
        "roe": "roe",
        "order-cost": "order-cost",
        "available": "available",
        "equity": "equity",
        "funding": "funding",
        "clearance-fee": "clearance-fee",
        "max-open": "leverage",
    }
)
"""The term of each figure that `/why` explains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatWords:
    """What `/what` takes."""

    term: str | None = param(LINE, N_("Which word, such as maintenance margin"), default=None)
    card: str | None = param(TEXT, N_("The words on which card"), default=None, hidden=True)


def ask_about(line: str) -> Button:
    """The small button of a card that asks for its words, `card=positions`, or for one: `roe card=why`. The card stays."""
    return Button("?", f"what {line}")


class WhatCommands:
    """The handler of `/what`."""

    def __init__(self, curricula: Curricula) -> None:
        self._curricula = curricula

    def commands(self) -> tuple[Command[BotTurn], ...]:
        """The declaration."""
        return (
            Command(
                name="what",
                summary=N_("What a word of margin trading means"),
                handler=self.what,
                arguments=WhatWords,
                topic="learn",
                aliases=("glossary", "term", "define"),
                examples=("what maintenance margin", "what funding"),
            ),
        )

    async def what(self, turn: BotTurn, words: WhatWords) -> Answer:
        """A term, the terms that may be meant, those of a card, or all."""
        glossary = self._curricula.of(turn.language).glossary
        if words.term is None:
            ids = CARDS.get(words.card or "")
            if ids is None:
                return Answer("what_all", {"content": [each.term for each in glossary.terms.values()]})
            named = [glossary.terms[each] for each in ids if each in glossary.terms]
            return Answer("what_card", {"card": words.card}, rows_of(_buttons(named), 2), fresh=True)
        said = words.term.strip("?¿!. ")
        found = glossary.find(said)
        if found is None:
            near = glossary.near(said, SUGGESTED)
            data = {"word": shown(words.term), "near": bool(near)}
            return Answer("what_near", data, rows_of(_buttons(near), 2), ok=False)
        return replace(self._term(turn, found), fresh=words.card is not None)

    def _term(self, turn: BotTurn, found: Term) -> Answer:
        curriculum = self._curricula.of(turn.language)
        lesson = curriculum.lessons[found.lesson]
        related = [curriculum.glossary.terms[each] for each in found.related[:MOST_RELATED]]
        data = {
            "content": {
                "term": found.term,
                "definition": found.definition,
                "formula": found.formula,
                "lesson": lesson.title,
            },
            "number": lesson.order,
        }
        opens = lesson_button(lesson, anyone=not turn.request.chat.private)
        return Answer("what", data).with_buttons(*rows_of(_buttons(related), 3), (opens,))


def _buttons(terms: Iterable[Term]) -> list[Button]:
    return [Button("{term}", f"what {each.id}", {"term": each.term}, anyone=True) for each in terms]
