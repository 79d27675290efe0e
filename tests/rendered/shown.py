"""Replies as people see them, in plain text: Telegram's HTML, Discord's embed, the terminal; buttons as `[labels]` below."""

from collections.abc import Callable, Iterable, Mapping

from bot.adapters.console.render import message_text
from bot.adapters.console.screen import Message
from bot.adapters.discord.render import render
from bot.adapters.telegram.quiz_polls import carries
from bot.adapters.telegram.render import pages
from bot.core.poll import Poll
from bot.core.reply import Reply
from tests.rendered.playing import Shown

NEXT = "--- next message"


def on_telegram(reply: Reply, poll: Poll | None) -> str:
    """The messages' HTML as it is sent, or a quiz poll: question, options, explanation."""
    if poll is not None and carries(poll):
        options = (f"( ) {each}" for each in poll.options)
        return _lines("A quiz poll:", poll.question, *options, f"Explanation: {poll.explanation}")
    return _messages(
        _lines(page.html, *_labelled(page.keyboard["inline_keyboard"] if page.keyboard else ()))
        for page in pages(reply, "bot")
    )


def on_discord(reply: Reply, _: Poll | None) -> str:
    """The embeds' parts, each under its name but for the description, which is markdown."""
    made = []
    for page in render(reply):
        embed = page.embed
        parts = [f"Title: {embed.title}"] if embed.title else []
        parts += [embed.description] if embed.description else []
        parts += [f"Field {each.name}: {each.value}" for each in embed.fields]
        parts += [f"Footer: {embed.footer.text}"] if embed.footer.text else []
        made.append(_lines(*parts, *(_row(each.label for each in row) for row in page.buttons)))
    return _messages(made)


def on_console(reply: Reply, _: Poll | None) -> str:
    """The lines of the terminal."""
    return message_text(Message("Ana", None, reply), "Ana")


def on(front: str, shown: Shown) -> str:
    """What a front shows under a heading; a press that only changes another message is not answered."""
    reply = shown.reply
    if reply is None:
        return ""
    if not reply.blocks and not reply.buttons:
        return "(no answer)"
    return FRONTS[front](reply, shown.poll)


FRONTS: Mapping[str, Callable[[Reply, Poll | None], str]] = {
    "telegram": on_telegram,
    "discord": on_discord,
    "console": on_console,
}


def _labelled(keyboard: Iterable[Iterable[Mapping[str, str]]]) -> Iterable[str]:
    return (_row(each["text"] for each in row) for row in keyboard)


def _row(labels: Iterable[str]) -> str:
    return " ".join(f"[{each}]" for each in labels)


def _lines(*parts: str) -> str:
    return "\n".join(parts)


def _messages(made: Iterable[str]) -> str:
    return f"\n{NEXT}\n".join(made)
