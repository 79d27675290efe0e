"""Marking of messages: the English sentence is the key under which every language keeps its own."""


def N_(message: str) -> str:  # noqa: N802 - the name that tools for translators look for
    """The message itself; marks it for extraction where it is worded later."""
    return message
