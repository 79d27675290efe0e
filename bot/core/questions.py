"""Bindings that are questions, as answers: what is missing, unclear, said twice or could mean two things."""

from typing import Any, assert_never

from bot.core.binder import Ambiguous, Missing, Twice, Unclear
from bot.core.command import Command
from bot.core.reply import Answer, Button, Style
from bot.core.texts import N_
from bot.core.words import Lexicon

ROW = 4


def rows_of(buttons: list[Button], width: int = ROW) -> tuple[tuple[Button, ...], ...]:
    """Buttons in rows of at most `width`."""
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))


def ask(
    command: Command[Any],
    question: Missing | Unclear | Twice | Ambiguous,
    lexicon: Lexicon,
    mark: str = "/",
) -> Answer:
    """The answer that asks what a binding left open."""
    data: dict[str, Any] = {"command": command.name}
    match question:
        case Missing(param, _, line):
            choices = param.kind.choices(lexicon)
            buttons = [Button(each.label, f"{line} {each.word}") for each in choices]
            data |= {
                "param": param.name,
                "kind": param.kind.name,
                "line": _without_hidden(command, line),
                "choices": bool(choices),
            }
            return Answer("ask", data, rows_of(buttons), ok=True)
        case Unclear(words, corrected):
            data |= {"words": list(words), "line": corrected}
            return did_you_mean(data, corrected) if corrected else Answer("unclear", data, ok=False)
        case Twice(param, words, lines):
            data |= {"param": param.name, "kind": param.kind.name, "words": list(words)}
            buttons = [
                Button("{word}", line, {"word": word}) for word, line in zip(words, lines, strict=True)
            ]
            return Answer("twice", data, rows_of(buttons), ok=False)
        case Ambiguous(number, _, readings):
            shown = [{"kind": param.kind.name, "word": word} for param, word, _ in readings]
            data |= {"number": number, "readings": shown}
            buttons = [
                Button("{word}", line, {"word": _unit(param.kind.name, word)})
                for param, word, line in readings
            ]
            return Answer("ambiguous", data, rows_of(buttons), ok=False)
        case _:
            assert_never(question)


def _without_hidden(command: Command[Any], line: str) -> str:
    """A line as it is shown: what only buttons carry is left out."""
    hidden = tuple(f"{each.name}=" for each in command.params if each.hidden)
    return " ".join(word for word in line.split() if not word.startswith(hidden)) if hidden else line


def did_you_mean(data: dict[str, Any], line: str) -> Answer:
    """The answer that offers a corrected line; pressing it leads to a preview, never straight to a trade."""
    yes = Button(N_("Yes: {line}"), line, {"line": f"/{line}"}, Style.GO, suggested=True)
    return Answer("did_you_mean", {**data, "line": line}, ((yes,),), ok=False)


def _unit(kind: str, word: str) -> str:
    return word.replace("x", "×") if kind == "leverage" else word.upper().replace("USDT", " USDT")
