"""What a quiz poll of Telegram carries."""

from bot.adapters.telegram import limits
from bot.core.poll import Poll


def carries(poll: Poll) -> bool:
    """Whether a poll is within Telegram's limits; one that is not is asked with buttons."""
    texts = [(poll.question, limits.POLL_QUESTION), (poll.explanation, limits.POLL_EXPLANATION)]
    texts += [(each, limits.POLL_OPTION) for each in poll.options]
    return (
        all(limits.length(text) <= most for text, most in texts)
        and all(each.strip() for each in (poll.question, *poll.options))
        and len(set(poll.options)) == len(poll.options)
        and len(poll.options) in limits.POLL_OPTIONS
        and 0 <= poll.right < len(poll.options)
        and poll.explanation.count("\n") <= limits.POLL_EXPLANATION_BREAKS
    )
