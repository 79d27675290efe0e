"""One unit of work: all of it or nothing, guarded, in order."""

import asyncio
from decimal import Decimal

import pytest

from bot.core.identity import Platform, new_id
from bot.storage import (
    AlreadyProcessed,
    AlreadySpent,
    AmountRefused,
    NotFound,
    RowRefused,
    Store,
    ValueRefused,
    VersionConflict,
    accounts,
    conversation,
    journal,
    people,
    previews,
)
from bot.storage.batches import Batches
from bot.storage.previews import Preview
from bot.storage.tables import accounts as account_table
from bot.storage.tables import events
from engine.events import Deposited
from tests.storage.scene import AT, empty_account, identity, learner, person


async def test_a_unit_commits_at_the_end_of_its_block(store: Store) -> None:
    who, owner = identity(), person()
    async with store.unit() as unit:
        assert not unit.changed
        people.create(unit, who, owner)
        assert unit.changed
        assert await people.find(unit, who) is None  # collected, not yet written
    async with store.unit() as unit:
        assert await people.find(unit, who) == owner


async def test_an_exception_discards_the_unit(store: Store) -> None:
    who = identity()
    called: list[str] = []

    async def fail() -> None:
        async with store.unit() as unit:
            people.create(unit, who, person())
            unit.on_commit(lambda: called.append("committed"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.unit() as unit:
        assert await people.find(unit, who) is None
    assert called == []


async def test_callbacks_follow_the_commit(store: Store) -> None:
    seen: list[str] = []
    async with store.unit() as unit:
        people.create(unit, identity(), person())
        unit.on_commit(lambda: seen.append("committed"))
        await unit.commit()
        assert seen == ["committed"]
    assert seen == ["committed"]


async def test_a_committed_unit_takes_no_more_rows(store: Store) -> None:
    async with store.unit() as unit:
        await unit.commit()
        with pytest.raises(RuntimeError):
            people.create(unit, identity(), person())


async def test_one_refused_row_keeps_everything_out(store: Store) -> None:
    who, twin = identity(), person()
    async with store.unit() as unit:
        people.create(unit, who, person())

    async def take_over() -> None:
        async with store.unit() as unit:
            people.create(unit, identity(), twin)
            people.link(unit, who, twin.id)

    with pytest.raises(RowRefused):
        await take_over()
    async with store.unit() as unit:
        assert await people.identities(unit, twin.id) == ()


async def test_an_amount_out_of_range_keeps_everything_out(store: Store) -> None:
    _, account = await learner(store)
    for amount in ("92233720368.54775808", "0.000000001"):
        with pytest.raises(AmountRefused):
            async with store.unit() as unit:
                accounts.record(unit, account, [Deposited(Decimal(amount))], AT)
    async with store.unit() as unit:
        assert await accounts.load(unit, account.id) == account
        assert await journal.ledger_sum(unit) == 0


async def test_text_that_is_no_text_is_refused(store: Store) -> None:
    with pytest.raises(ValueRefused):
        async with store.unit() as unit:
            people.create(unit, identity(), person(time_zone="\ud800"))


async def test_an_account_moves_on_only_from_the_version_that_was_read(store: Store) -> None:
    _, account = await learner(store)
    async with store.unit() as unit:
        after = accounts.record(unit, account, [Deposited(Decimal(5))], AT)
    with pytest.raises(VersionConflict) as caught:
        async with store.unit() as unit:
            accounts.record(unit, account, [Deposited(Decimal(7))], AT)
    assert caught.value.data["account"] == account.id
    async with store.unit() as unit:
        assert await accounts.load(unit, account.id) == after
        assert len(await journal.entries(unit, account.id)) == 2


async def test_two_recordings_in_one_unit_follow_each_other(store: Store) -> None:
    _, account = await learner(store)
    async with store.unit() as unit:
        between = accounts.record(unit, account, [Deposited(Decimal(5))], AT)
        after = accounts.record(unit, between, [Deposited(Decimal(7)), Deposited(Decimal(9))], AT)
    assert after.state.version == 4
    async with store.unit() as unit:
        assert await accounts.load(unit, account.id) == after
        assert await journal.replayed(unit, account.id) == after.state


async def test_an_archived_account_makes_room_and_takes_nothing_more(store: Store) -> None:
    owner, old = await learner(store)
    async with store.unit() as unit:
        accounts.archive(unit, old, AT)
        new = empty_account(owner)
        accounts.create(unit, new)
        new = accounts.record(unit, new, [Deposited(Decimal(10))], AT)
    async with store.unit() as unit:
        assert await accounts.main_of(unit, owner.id) == new
        assert (await accounts.load(unit, old.id)).archived_at == AT
    with pytest.raises(VersionConflict):
        async with store.unit() as unit:
            accounts.record(unit, old, [Deposited(Decimal(1))], AT)


async def test_a_person_has_one_main_account(store: Store) -> None:
    owner, _ = await learner(store)
    with pytest.raises(RowRefused):
        async with store.unit() as unit:
            accounts.create(unit, empty_account(owner))


async def test_an_unknown_account_is_not_found(store: Store) -> None:
    async with store.unit() as unit:
        with pytest.raises(NotFound):
            await accounts.load(unit, "nothing")


async def test_a_second_answer_to_an_update_meets_the_first(store: Store) -> None:
    _, account = await learner(store)
    async with store.unit() as unit:
        conversation.mark(unit, Platform.TELEGRAM, "77", {"template": "opened", "price": "50000.10"}, AT)

    async def answer_again() -> None:
        async with store.unit() as unit:
            accounts.record(unit, account, [Deposited(Decimal(5))], AT)
            conversation.mark(unit, Platform.TELEGRAM, "77", {"template": "other"}, AT)

    with pytest.raises(AlreadyProcessed) as caught:
        await answer_again()
    assert caught.value.answer == {"template": "opened", "price": "50000.10"}
    async with store.unit() as unit:
        assert await accounts.load(unit, account.id) == account
        conversation.mark(unit, Platform.DISCORD, "77", {}, AT)  # another platform counts for itself


async def test_a_preview_is_spent_once(store: Store) -> None:
    owner, account = await learner(store)
    preview = Preview(new_id(20), account.id, owner.id, {"quantity": "0.1"}, AT)
    async with store.unit() as unit:
        previews.put(unit, preview)

    async def press() -> bool:
        async with store.unit() as unit:
            current = await accounts.load(unit, account.id)
            previews.spend(unit, preview.id)
            accounts.record(unit, current, [Deposited(Decimal(1))], AT)
            return True

    outcomes = await asyncio.gather(*(press() for _ in range(8)), return_exceptions=True)
    assert outcomes.count(True) == 1
    assert all(outcome is True or isinstance(outcome, VersionConflict) for outcome in outcomes)
    with pytest.raises(AlreadySpent):
        await press()
    async with store.unit() as unit:
        stored = await previews.get(unit, preview.id)
        assert stored is not None
        assert stored.spent
        assert stored.body == preview.body
        assert (await accounts.load(unit, account.id)).state.version == 2


async def test_a_preview_that_is_gone_cannot_be_spent(store: Store) -> None:
    with pytest.raises(AlreadySpent):
        async with store.unit() as unit:
            previews.spend(unit, "gone")


async def test_two_processes_answer_one_update_once(shared: tuple[Store, Store]) -> None:
    _, account = await learner(shared[0])

    async def answer(store: Store) -> bool:
        async with store.unit() as unit:
            current = await accounts.load(unit, account.id)
            conversation.mark(unit, Platform.TELEGRAM, "1", {"by": "one of us"}, AT)
            accounts.record(unit, current, [Deposited(Decimal(1))], AT)
            return True

    outcomes = await asyncio.gather(*(answer(each) for each in shared * 4), return_exceptions=True)
    assert outcomes.count(True) == 1
    assert all(each is True or isinstance(each, AlreadyProcessed | VersionConflict) for each in outcomes)
    async with shared[0].unit() as unit:
        assert (await accounts.load(unit, account.id)).state.version == 2


def test_rows_of_one_statement_are_written_together() -> None:
    insert = events.insert()
    batches = Batches()
    for seq in range(3):
        batches.add(insert, {"seq": seq})
    assert [len(batch.rows) for batch in batches] == [3]


async def test_many_accounts_share_a_transaction_and_its_statements(store: Store) -> None:
    learners = [await learner(store) for _ in range(20)]
    async with store.unit() as unit:
        await unit.lock(*(f"account:{account.id}" for _, account in learners))
        for _, account in learners:
            accounts.record(unit, account, [Deposited(Decimal(1)), Deposited(Decimal(2))], AT)
        assert [len(batch.rows) for batch in unit._batches] == [20, 40, 80]
    async with store.unit() as unit:
        for _, account in learners:
            assert (await accounts.load(unit, account.id)).state.wallet == 10003


def test_rows_of_one_table_keep_their_order() -> None:
    insert, delete = events.insert(), events.delete()
    batches = Batches()
    for statement in (insert, delete, insert):
        batches.add(statement, {})
    assert [batch.statement for batch in batches] == [insert, delete, insert]


def test_children_do_not_overtake_a_parent_that_comes_later() -> None:
    child, parent = events.insert(), account_table.insert()
    batches = Batches()
    for statement in (child, parent, child, parent):
        batches.add(statement, {})
    assert [batch.statement for batch in batches] == [child, parent, child]
