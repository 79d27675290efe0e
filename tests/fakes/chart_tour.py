"""The part of the walk that draws: charts of prices, of positions, of an account, and cards with their pictures."""

from datetime import timedelta

from bot.core.reply import Answer
from tests.harness import Talk

# An account with too long a history, and a picture of both modes where none of them has a price.
CHART_APART: tuple[Answer, ...] = (Answer("chart_equity", {"equity": "1", "wallet": "1", "curve": None}),)


async def charted(talk: Talk) -> None:
    """Somebody with isolated, cross, and shared positions looks at all of it."""
    who, elsewhere = "vera", "vito"
    for each in (who, elsewhere):
        await talk.say("/settings confirm off", each)
    for span in ("1h", "4h", "1d", "7d", "30d"):
        await talk.say(f"/chart eth {span}", who)
    await talk.say("/chart contagion btc", who)
    await talk.bot.control.clock(timedelta(minutes=3))
    await talk.say("/open btc long 10x isolated 300 sl=40000 tp=70000", who)
    await talk.say("/chart btc 1h", who)
    await talk.say("/chart contagion btc", who)
    await talk.say("/whatif btc -5% picture=on", who)
    await talk.say("/compare btc picture=on", who)
    await talk.say("/open eth short 5x cross 300", elsewhere)
    await talk.say("/chart contagion eth", elsewhere)
    await talk.say("/open btc long 5x cross 300", elsewhere)
    await talk.say("/chart contagion eth by btc", elsewhere)
    await talk.say("/open btc long 50x cross 5000", elsewhere)
    await talk.say("/chart contagion eth by btc", elsewhere)
    for line in ("/chart equity", "/portfolio picture=on", "/chart", "/settings theme dark"):
        await talk.say(line, elsewhere)
    await talk.say("/settings confirm on", who)
    await talk.say("/open btc long 10x isolated 300", who)
    preview = next(each for each in talk.shown().all_buttons() if "chart preview" in each.payload)
    await talk.send(preview.payload, who)
