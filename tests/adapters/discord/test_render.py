"""Any reply becomes messages that Discord takes, and what people wrote is shown as they wrote it."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.adapters.discord.markdown import clean, escape, markdown
from bot.adapters.discord.render import TABLE_WIDTH, block_text, render
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
    text_of,
)
from bot.core.reply import Answer, Reply, ReplyButton, Style
from tests.fakes.discord_rules import is_empty, message_faults

TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="*_~`|<>@#-+.:[]()\\/ \n1aé漢😀\u200b", max_size=60),
    st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=12), st.integers(1, 900)),
)
LINES = st.lists(st.builds(Span, TEXTS, st.frozensets(st.sampled_from(Look), max_size=3)), max_size=4).map(
    tuple
)
COLUMNS = st.integers(1, 5)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Title, LINES),
    st.builds(Paragraph, LINES),
    st.builds(Quote, LINES),
    st.builds(Footer, LINES),
    st.builds(Preformatted, TEXTS),
    st.builds(Facts, st.lists(st.builds(Fact, LINES, LINES), min_size=1, max_size=8).map(tuple)),
    st.builds(Bullets, st.lists(LINES, min_size=1, max_size=6).map(tuple), st.booleans()),
    COLUMNS.flatmap(
        lambda columns: st.builds(
            Table,
            st.tuples(*[LINES] * columns),
            st.lists(st.tuples(*[LINES] * columns), max_size=5).map(tuple),
        )
    ),
)
BUTTONS = st.builds(ReplyButton, TEXTS, st.text(max_size=120), st.sampled_from(Style), st.booleans())
REPLIES = st.builds(
    Reply,
    st.lists(BLOCKS, max_size=8).map(tuple),
    st.lists(st.lists(BUTTONS, max_size=8).map(tuple), max_size=8).map(tuple),
    answer=st.builds(Answer, st.just("any"), ok=st.booleans()),
)


@settings(max_examples=60)
@given(REPLIES)
@example(Reply((Title((Span("*" * 250),)), Paragraph((Span("x" * 4096),)), Footer((Span("f" * 3000),)))))
@example(Reply((Title((Span("😀" * 300),)),)))
@example(Reply(()))
async def test_any_reply_becomes_messages_that_discord_takes(reply: Reply) -> None:
    pages = render(reply)
    assert pages
    for page in pages:
        view = page.view()
        data = {"embeds": [page.embed.to_dict()], "components": view.to_components() if view else []}
        assert list(message_faults(data)) == []
        assert not is_empty(data)
        assert view is None or view.is_finished()  # so that the library keeps nothing of it
    assert all(not page.buttons for page in pages[:-1])


MARK = re.compile(r"\\([^0-9A-Za-z\s])")
LIVE = re.compile(
    r"[*_~`|\[\]<@\\]"  # emphasis, code, spoilers, links, mentions, timestamps
    r"|^[ ]*(?:[-+]|-#|#{1,3}|>{1,3}|[0-9]+[.)])(?=\s|$)"  # lists, headings, quotes
    r"|https?://|:[A-Za-z0-9_]+:",  # addresses, emoji
    re.MULTILINE,
)


def read_plain(source: str) -> str:
    """What Discord shows of markdown without any live mark."""
    hidden = MARK.sub("¤", source)
    assert not LIVE.search(hidden), hidden
    return MARK.sub(r"\1", source)


@given(st.text(alphabet="*_~`|<>@#-+.:[]()\\/ \n1a9é", max_size=60) | st.text(max_size=60))
@example("# heading\n> quote\n- list\n1. one\n-# small")
@example("[click](https://evil.example) <@1> <t:1:R> </open:1> @everyone :smile: ||x||")
@example("\\*not bold\\*")
def test_plain_text_is_shown_as_it_was_written(text: str) -> None:
    assert read_plain(escape(text)) == clean(text)


@given(LINES)
def test_marks_come_of_looks_alone(spans: tuple[Span, ...]) -> None:
    bare = tuple(Span(each.text) for each in spans)
    assert read_plain(markdown(bare)) == clean(text_of(bare))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<p>plain <b>bold</b> <i>italic</i></p>", "plain **bold** *italic*"),
        ("<p><b>a</b><i>b</i></p>", "**a**\u200b*b*"),
        ("<p><b> a </b>b</p>", "**a** b"),
        ("<p><code>a_b`c</code></p>", "`a_bˋc`"),
        ("<p><tg-spoiler>a|b</tg-spoiler></p>", "||a\\|b||"),
        ("<p><b>one<br>two</b></p>", "**one**\n**two**"),
        ("<p><b><i>x</i></b> <u>u</u> <s>s</s></p>", "***x*** __u__ ~~s~~"),
        ("<blockquote>a<br>b</blockquote>", "> a\n> b"),
        ("<ul><li>a<br>b</li><li>c</li></ul>", "- a\n  b\n- c"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<dl><dt>Entry</dt><dd>50,000.5</dd></dl>", "**Entry**: 50,000.5"),
        ("<pre>a *b*\n```</pre>", "```\na *b*\nˋˋˋ\n```"),
        ("<p>0.1 BTC</p>", "0.1 BTC"),
        ("<p>-5 USDT</p>", "-5 USDT"),
        ("<p>- 5</p>", "\\- 5"),
        ("<p>10:30:45 at 1. a-b −5</p>", "10\\:30:45 at 1. a-b −5"),
    ],
)
def test_blocks_as_markdown(source: str, shown: str) -> None:
    assert block_text(parse(source)[0]) == shown


def table(*rows: tuple[str, ...]) -> str:
    cells = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    return block_text(parse(f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>")[0])


def test_a_narrow_table_is_aligned() -> None:
    assert table(("", "Isolated", "Cross"), ("Liq.", "45,205.8", "40,100"), ("漢字", "1", "2")) == (
        "```\n      Isolated   Cross\nLiq.  45,205.8  40,100\n漢字         1       2\n```"
    )


def test_a_wide_table_is_a_paragraph_a_row() -> None:
    label = "L" * TABLE_WIDTH
    assert table(("", "Isolated", "Cross"), (label, "45,205.8", "40,100")) == (
        f"**{label}**\nIsolated: **45,205.8** · Cross: **40,100**"
    )


def test_a_card_has_its_title_text_and_footer_where_discord_has_them() -> None:
    reply = Reply(
        parse("<h1>A &lt;card&gt;</h1><p>Text</p><blockquote>Note</blockquote><footer>PAPER *</footer>")
    )
    (page,) = render(reply)
    assert page.embed.title == "A \\<card>"
    assert page.embed.description == "Text\n\n> Note"
    assert page.embed.footer.text == "PAPER *"


def test_later_titles_and_early_footers_are_in_the_text() -> None:
    (page,) = render(Reply(parse("<footer>small</footer><p>a</p><h1>Later</h1>")))
    assert page.embed.description == "-# small\n\na\n\n**Later**"


def test_links_into_a_chat_and_doubles_are_left_out() -> None:
    rows = (
        (ReplyButton("a", "1|||a"), ReplyButton("deep", "xabc", deep=True), ReplyButton("b", "1|||a")),
        (ReplyButton("long", "p" * 101), ReplyButton("none", "")),
    )
    (page,) = render(Reply(parse("<p>x</p>"), rows))
    assert [[each.label for each in row] for row in page.buttons] == [["a"]]


def test_buttons_are_no_more_than_fit_and_labels_are_cut() -> None:
    row = tuple(ReplyButton(f"{n} " + "w" * 100, f"1|||{n}", Style.GO) for n in range(40))
    (page,) = render(Reply(parse("<p>x</p>"), (row,)))
    assert [len(each) for each in page.buttons] == [5, 5, 5, 5, 5]
    assert {len(each.label) for row in page.buttons for each in row} == {80}
