"""Fitting: whatever is said comes through whole and in order, in messages that each fit."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.limits import Limits, cut, fit, fit_buttons, utf16
from bot.core.markup import (
    Block,
    Bullets,
    Fact,
    Facts,
    Footer,
    Line,
    Look,
    Paragraph,
    Preformatted,
    Quote,
    Span,
    Table,
    Title,
)
from bot.core.reply import Reply, ReplyButton
from tests.harness import lines_of

words = st.text(st.sampled_from("abc dé😀"), min_size=1, max_size=40).map(lambda each: f"{each}a")
spans = st.builds(Span, words, st.frozensets(st.sampled_from(list(Look)), max_size=2))
lines: st.SearchStrategy[Line] = st.lists(spans, min_size=1, max_size=2).map(tuple)


def table(columns: int, rows: int) -> st.SearchStrategy[Table]:
    row = st.tuples(*[lines] * columns)
    return st.builds(Table, row, st.lists(row, min_size=rows, max_size=rows).map(tuple))


blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, lines),
    st.builds(Quote, lines),
    st.builds(Footer, lines),
    st.builds(
        Preformatted,
        st.text(st.sampled_from("ab \n😀"), min_size=1, max_size=120).map(lambda each: f"{each}a"),
    ),
    st.builds(Facts, st.lists(st.builds(Fact, lines, lines), min_size=1, max_size=3).map(tuple)),
    st.builds(Bullets, st.lists(lines, min_size=1, max_size=3).map(tuple), st.none() | st.integers(1, 3)),
    st.tuples(st.integers(1, 3), st.integers(0, 3)).flatmap(lambda size: table(*size)),
)
buttons = st.lists(
    st.lists(st.builds(ReplyButton, words, st.just("1|||x")), min_size=1, max_size=5).map(tuple), max_size=7
).map(tuple)


def limits(text: int) -> Limits:
    return Limits(text=text, title=20, row=3, rows=5, label=10, length=utf16)


def measure(block: Block) -> int:
    return sum(utf16(each) + 1 for each in lines_of(block))


def letters(given: tuple[Block, ...]) -> str:
    """All that is said, without blanks; of tables the rows, since every part of one repeats its header."""
    said = ""
    for block in given:
        if isinstance(block, Table):
            said += "".join(span.text for row in block.rows for cell in row for span in cell)
        elif isinstance(block, Facts):
            said += "".join(
                span.text for row in block.rows for line in (row.label, row.value) for span in line
            )
        elif isinstance(block, Bullets):
            said += "".join(span.text for item in block.items for span in item)
        else:
            said += "".join(lines_of(block))
    return "".join(said.split())


def within(part: str, whole: str) -> bool:
    """Whether all of a text is in another, in its order."""
    rest = iter(whole)
    return all(letter in rest for letter in part)


@given(st.lists(blocks, max_size=3).map(tuple), buttons, st.integers(24, 400), st.booleans())
def test_nothing_is_lost_and_every_message_fits(
    given_blocks: tuple[Block, ...], given_buttons: tuple[tuple[ReplyButton, ...], ...], most: int, edit: bool
) -> None:
    reply = Reply(given_blocks, given_buttons, private=True, edit=edit)
    pages = fit(reply, limits(most), measure)
    for page in pages:
        assert sum(measure(block) for block in page.blocks) <= most
        assert page.private
    assert all(page.blocks for page in pages) or not given_blocks
    assert within(letters(given_blocks), letters(sum((page.blocks for page in pages), ())))
    assert all(not page.buttons for page in pages[:-1])
    assert pages[-1].buttons == fit_buttons(given_buttons, limits(most))
    assert [page.edit for page in pages] == [edit] + [False] * (len(pages) - 1)


@given(st.lists(blocks, max_size=4).map(tuple), st.integers(24, 200))
def test_what_fits_is_left_as_it_is(given_blocks: tuple[Block, ...], most: int) -> None:
    (once,) = fit(Reply(given_blocks), limits(10_000), measure)
    assert once.blocks == given_blocks
    for page in fit(Reply(given_blocks), limits(most), measure):
        assert fit(page, limits(most), measure) == (page,)


@given(lines)
def test_a_title_is_cut(spans_: Line) -> None:
    (page,) = fit(Reply((Title(spans_),)), limits(1000), measure)
    (title,) = page.blocks
    assert isinstance(title, Title)
    (said,) = lines_of(title)
    whole = "".join(span.text for span in spans_)
    assert utf16(said) <= 20
    assert (
        said == whole if utf16(whole) <= 20 else said.endswith("…") and whole.startswith(said[:-1].rstrip())
    )


@given(buttons)
def test_buttons_keep_their_order_and_fit(rows: tuple[tuple[ReplyButton, ...], ...]) -> None:
    fitted = fit_buttons(rows, limits(100))
    assert len(fitted) <= 5
    assert all(1 <= len(row) <= 3 and all(utf16(each.label) <= 10 for each in row) for row in fitted)
    flat = [each for row in rows for each in row]
    shown = [each for row in fitted for each in row]
    assert [each.payload for each in shown] == [each.payload for each in flat[: len(shown)]]
    assert all(cut(old.label, 10, utf16) == new.label for old, new in zip(flat, shown, strict=False))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50), st.integers(1, 50))
def test_a_cut_text_fits_and_begins_like_the_whole(said: str, most: int) -> None:
    shown = cut(said, most, utf16)
    assert utf16(shown) <= most
    assert shown == said if utf16(said) <= most else said.startswith(shown[:-1]) and shown.endswith("…")
