"""Badges: told with the result, for how somebody traded and not for what it brought; and the season's table."""

from datetime import timedelta

from tests.harness import Talk, talking, text

DEN = "den"


async def begun(talk: Talk, *others: str) -> None:
    """A live challenge in the den in which everybody trades without previews."""
    await talk.say("/challenge create live 10000 20x all 1d", "ada", DEN)
    for who in others:
        await talk.say("/join", who, DEN)
    for who in ("ada", *others):
        await talk.say("/settings confirm off", who)
    await talk.bot.control.clock(timedelta(minutes=11))


async def ended(talk: Talk) -> dict[str, str]:
    """What each member was told at the end."""
    await talk.bot.control.clock(timedelta(days=1, minutes=1))
    told = [(to.user, reply) for to, reply in talk.postbox.delivered]
    return {who: text(reply) for who, reply in told if reply.answer.template == "challenge_result"}


def earned(shown: str) -> set[str]:
    return {line.split("✓ ")[1].split(":")[0] for line in shown.splitlines() if "✓ " in line}


async def test_they_are_for_how_somebody_traded() -> None:
    async with talking() as talk:
        await begun(talk, "bob", "eve")
        for _ in range(3):
            await talk.dialogue(
                "/plan btc long hand 2% trend", "/open btc long 2x isolated 1000usdt", who="ada"
            )
            await talk.say("/close btc", "ada")
        await talk.dialogue("/plan btc long stop margin feeling", "/open btc long 20x 5000usdt", who="bob")
        await talk.dialogue("/plan eth long hand 2% trend", "/open eth long 2x isolated 2000usdt", who="ada")
        await talk.price("btc", 45_000)
        told = await ended(talk)
        assert "Badges: Survivor, Planner, Measured, Thrifty" in told["ada"]
        assert "Badges" not in told["bob"], "a liquidation earns none"
        assert "Badges" not in told["eve"], "who was not in the market earned nothing"
        assert earned(text(await talk.say("/badges", "ada"))) == {
            "Survivor",
            "Planner",
            "Measured",
            "Thrifty",
        }
        assert earned(text(await talk.say("/badges", "bob"))) == set()


async def test_a_lesson_learnt_meanwhile_is_one() -> None:
    async with talking() as talk:
        await begun(talk)
        await talk.dialogue("/plan btc long hand 2% trend", "/open btc long 2x isolated 2000usdt", who="ada")
        await talk.say("/lesson 1 page=8", "ada")
        assert "Learner" in (await ended(talk))["ada"]


async def test_the_season_ranks_who_took_part() -> None:
    async with talking() as talk:
        assert "No challenge of this season has ended yet" in text(await talk.say("/season", "ada", DEN))
        await begun(talk, "bob", "eve")
        await talk.dialogue("/plan btc long hand 2% trend", "/open btc long 2x isolated 2000usdt", who="ada")
        await talk.dialogue("/plan btc long stop margin feeling", "/open btc long 20x 5000usdt", who="bob")
        await talk.price("btc", 45_000)
        await ended(talk)
        shown = text(await talk.say("/season", "zoe", DEN))
        assert "1 · ada" in shown
        assert "2 · bob" in shown
        assert "1 liquidation" in shown
        assert "eve" not in shown
        assert "No challenge of this season" in text(await talk.say("/season 2020-01", "zoe", DEN))
        assert "ask for it there" in text(await talk.say("/season", "zoe"))
