"""A question as a platform's own quiz poll: its texts, and the two calls by which a front tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.core.markup import Bullets, Footer, Paragraph, Title, text_of
from bot.core.reply import Reply
from bot.core.request import Called
from bot.core.wording import Wording

TEMPLATE = "quiz_poll"
"""Words the same data as the question's card: a paragraph asks, a numbered list offers, the footer explains."""
POLLED = "polled"
VOTED = "voted"


@dataclass(frozen=True, slots=True)
class Poll:
    """What a quiz poll shows; `right` is the place of the right option, from 0."""

    question: str
    options: tuple[str, ...]
    right: int
    explanation: str


def poll_of(reply: Reply, wording: Wording) -> Poll | None:
    """The poll that a worded question makes; None where the answer asks none. Needs `right` in the answer's data."""
    answer = reply.answer
    if not answer.poll:
        return None
    worded = wording.word(replace(answer, template=TEMPLATE, buttons=(), banner={}), reply.language, "UTC")
    asked: list[str] = []
    explained: list[str] = []
    options: tuple[str, ...] = ()
    for block in worded.blocks:
        match block:
            case Title(spans) | Paragraph(spans):
                asked.append(text_of(spans))
            case Bullets(items, first) if first is not None:
                options = tuple(text_of(item) for item in items)
            case Footer(spans):
                explained.append(text_of(spans))
            case _:
                return None  # what is more than words does not fit a poll
    return Poll("\n\n".join(asked), options, int(answer.data["right"]), "\n".join(explained))


def polled(question: str, poll: str) -> Called:
    """The call that notes which poll shows a question."""
    return Called(POLLED, {"question": question, "poll": poll})


def voted(poll: str, choice: int) -> Called:
    """The call of somebody who chose an option of a poll, from 0."""
    values: Mapping[str, str] = {"poll": poll, "choice": str(choice)}
    return Called(VOTED, values)
