"""Blocks as Telegram's HTML: how each looks, and that any of them fits and parses."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.telegram.limits import TABLE_WIDTH, length
from bot.adapters.telegram.render import Page, keyboard_of, page_of, pages
from bot.adapters.telegram.table import width
from bot.core.limits import utf16
from bot.core.markup import (
    Block,
    Bullets,
    Fact,
    Facts,
    Footer,
    Look,
    Paragraph,
    Preformatted,
    Quote,
    Span,
    Table,
    Title,
    parse,
)
from bot.core.reply import Reply, ReplyButton, Style
from tests.fakes.telegram_html import read_html
from tests.fakes.telegram_rules import message_of


def html_of(markup: str) -> str:
    return page_of(parse(markup)).html


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<h1>Long <i>BTC</i></h1>", "<b>Long BTC</b>"),
        ("<p>1 &lt; 2 &amp; 3 &gt; 2 \"q\"</p>", "1 &lt; 2 &amp; 3 &gt; 2 \"q\""),
        ("<p>a <b>b <i>c</i></b></p>", "a <b>b </b><b><i>c</i></b>"),
        ("<p><b>see <code>/open</code></b></p>", "<b>see </b><code>/open</code>"),
        ("<p><tg-spoiler><s>x</s></tg-spoiler></p>", "<s><tg-spoiler>x</tg-spoiler></s>"),
        ("<p>one<br>two</p>", "one\ntwo"),
        ("<dl><dt>Mark</dt><dd>50,000</dd><dt>Why</dt><dd><code>q</code></dd></dl>",
         "Mark: <b>50,000</b>\nWhy: <code>q</code>"),
        ("<ul><li>a</li><li><b>b</b></li></ul>", "• a\n• <b>b</b>"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<blockquote>Careful: <b>5×</b></blockquote>", "<blockquote>Careful: <b>5×</b></blockquote>"),
        ("<pre>  a\n b</pre>", "<pre>  a\n b</pre>"),
        ("<footer>PAPER <b>!</b></footer>", "<i>PAPER </i><b><i>!</i></b>"),
        ("<h1>T</h1><p>a</p><p>b</p><blockquote>q</blockquote><footer>f</footer>",
         "<b>T</b>\na\n\nb\n<blockquote>q</blockquote>\n<i>f</i>"),
    ],
)  # fmt: skip
def test_each_block_has_its_look(markup: str, expected: str) -> None:
    assert html_of(markup) == expected
    read_html(expected)


NARROW = """<table><tr><th></th><th>Isolated</th><th>Cross</th></tr>
<tr><td>Liquidation</td><td>45,205.80</td><td>40,180</td></tr>
<tr><td>清算</td><td>9.6 %</td><td>–</td></tr></table>"""


def test_a_narrow_table_is_aligned() -> None:
    assert html_of(NARROW) == (
        "<pre>              Isolated   Cross\nLiquidation  45,205.80  40,180\n清算             9.6 %       –</pre>"
    )
    rows = page_of(parse(NARROW)).text.splitlines()
    assert len({width(row) for row in rows}) == 1
    assert max(width(row) for row in rows) <= TABLE_WIDTH


PREVIEW = """<table><tr><th></th><th>Isolated ✓</th><th>Cross</th></tr>
<tr><td>Liquidation</td><td>45,205.82</td><td>— (no price does it)</td></tr>
<tr><td>Most you can lose</td><td>500.00</td><td>5,002.50</td></tr></table>"""


def test_long_cells_are_wrapped_so_that_columns_stay_side_by_side() -> None:
    assert page_of(parse(PREVIEW)).text == (
        "             Isolated ✓      Cross\n"
        "Liquidation   45,205.82      — (no\n"
        "                             price\n"
        "                          does it)\n"
        "Most you         500.00   5,002.50\n"
        "can lose"
    )


def test_a_table_too_wide_for_a_phone_becomes_lines() -> None:
    wide = NARROW.replace("Liquidation", "Liquidationpriceattheexchange")
    assert html_of(wide).startswith(
        "<b>Liquidationpriceattheexchange</b>\nIsolated: 45,205.80\nCross: 40,180\n<b>清算</b>"
    )


def test_a_label_keeps_its_figures_apart_from_the_next_block() -> None:
    assert html_of(f"<p>Both</p>{NARROW}<p>End</p>").startswith("Both\n<pre>")


def test_buttons_carry_payloads_links_and_styles() -> None:
    keyboard = keyboard_of(
        (
            (ReplyButton("Go", "1||n|go", Style.GO), ReplyButton("Stop", "1|||stop", Style.STOP)),
            (ReplyButton("Private", "xabc", deep=True), ReplyButton("Bot", "", deep=True)),
        ),
        "bot_name",
    )
    assert keyboard is not None
    assert keyboard["inline_keyboard"] == [
        [
            {"text": "Go", "callback_data": "1||n|go", "style": "success"},
            {"text": "Stop", "callback_data": "1|||stop", "style": "danger"},
        ],
        [
            {"text": "Private", "url": "https://t.me/bot_name?start=xabc"},
            {"text": "Bot", "url": "https://t.me/bot_name"},
        ],
    ]


def test_a_reply_that_says_nothing_makes_no_message() -> None:
    assert pages(Reply(()), "b") == ()
    assert pages(Reply((Paragraph((Span(" \u200b\u0000"),)),)), "b") == ()


def test_only_the_first_message_edits() -> None:
    made = pages(Reply((Paragraph((Span("word " * 2000),)),), edit=True), "b")
    assert [page.edit for page in made] == [True] + [False] * (len(made) - 1)
    assert len(made) > 1


def test_the_length_counts_what_telegram_counts() -> None:
    assert length("a😀é") == utf16("a😀é") == 4


texts = (
    st.text(max_size=60)
    | st.text(min_size=3000, max_size=5000)
    | st.sampled_from(["", " ", "\n", "&lt;", "😀" * 3000])
)
spans = st.lists(st.builds(Span, texts, st.frozensets(st.sampled_from(Look))), max_size=6).map(tuple)
many_spans = st.lists(
    st.builds(Span, st.sampled_from(["a", "é", "😀"]), st.just(frozenset({Look.BOLD, Look.ITALIC}))),
    min_size=150,
    max_size=200,
).map(tuple)
lines = spans | many_spans


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.integers(1, 4))
    row = st.tuples(*[spans] * columns)
    return Table(draw(row), tuple(draw(st.lists(row, max_size=6))))


blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Title, lines),
    st.builds(Paragraph, lines),
    st.builds(Quote, lines),
    st.builds(Footer, lines),
    st.builds(Preformatted, texts),
    st.builds(Facts, st.lists(st.builds(Fact, spans, spans), min_size=1, max_size=40).map(tuple)),
    st.builds(Bullets, st.lists(spans, min_size=1, max_size=40).map(tuple), st.booleans()),
    tables(),
)
buttons = st.builds(
    ReplyButton,
    st.text(max_size=100),
    st.text("abc|", min_size=1, max_size=64),
    st.sampled_from(Style),
    st.booleans(),
).map(lambda button: button if not button.deep else ReplyButton(button.label, "xab", button.style, deep=True))
rows = st.lists(st.lists(buttons, min_size=1, max_size=12).map(tuple), max_size=40).map(tuple)


@settings(max_examples=40, suppress_health_check=[HealthCheck.data_too_large])  # long replies are the point
@given(st.lists(blocks, max_size=6), rows)
def test_any_blocks_fit_and_parse(some: list[Block], keys: tuple[tuple[ReplyButton, ...], ...]) -> None:
    made = pages(Reply(tuple(some), keys), "a_bot")
    for page in made:
        body = message_of(_parameters(page), "message is too long")
        assert body["text"]
    assert all(page.keyboard is None for page in made[:-1])
    if keys:
        assert made[-1].keyboard is not None


def _parameters(page: Page) -> dict[str, Any]:
    given: dict[str, Any] = {"text": page.html, "parse_mode": "HTML"}
    if page.keyboard is not None:
        given["reply_markup"] = page.keyboard
    return given


@given(
    st.lists(
        st.builds(
            Paragraph, st.lists(st.builds(Span, st.text("ab<&😀 ", max_size=3000)), max_size=4).map(tuple)
        ),
        max_size=4,
    )
)
def test_nothing_that_is_said_is_lost_between_messages(some: list[Paragraph]) -> None:
    said = "".join(span.text for block in some for span in block.spans)
    shown = "".join(read_html(page.html)[0] for page in pages(Reply(tuple(some)), "b"))
    assert "".join(shown.split()) == "".join(said.split())
