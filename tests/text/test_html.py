"""Claims about the text of HTML fragments: words stay apart, what is no text goes, nothing takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.text.html import fragment_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Maji <b>yali</b>panda.</p><p>Watu walihama.</p>", "Maji yalipanda.\nWatu walihama."),
        ("rise<br>fall<br/>rest", "rise\nfall\nrest"),
        ("<ul><li>wheat<li>millet</ul>", "wheat\nmillet"),
        (
            "<dl><dt>Wind</dt><dd>calm</dd></dl><figure><img><figcaption>A boat</figcaption></figure>Then",
            "Wind\ncalm\nA boat\nThen",
        ),
        ("<table><tr><th>Town</th><th>Level</th></tr><tr><td>Mto</td><td>3 m</td></tr></table>", "Town Level\nMto 3 m"),
        ("<p>one\n  wrapped\nline</p>", "one wrapped line"),
        ("<pre>two\nlines</pre>", "two\nlines"),
        ("A <em>first</em> line\nand a second\n\nand a third", "A first line\nand a second\nand a third"),
        ("<h2>Head</h2>First paragraph,\nwrapped.\n\nSecond one.", "Head\nFirst paragraph, wrapped.\nSecond one."),
        ("<!-- wp:paragraph --><p>Block</p><!-- /wp:paragraph --><!--more-->rest", "Block\nrest"),
        ("<script>run('<p>')</script><style>p{}</style><p>Kept</p><noscript>no</noscript>", "Kept"),
        ("<svg><title>Logo</title></svg><p>Kept</p>", "Kept"),
        ("<title>Head</title><article><p>Kept</p></article>", "Kept"),
        ("<head><title>Head</title><main>Kept</main><nav>Menu</nav>too", "Kept\ntoo"),
        ("<p>बाढी&nbsp;आयो &amp; गयो&#8212;<b>फेरि</b>", "बाढी आयो & गयो—फेरि"),
        ("Fish &amp; chips &lt; &#163;9", "Fish & chips < £9"),
        ("if a<b and c > d then x<y, <3", "if a<b and c > d then x<y, <3"),
        ("R&D in the U.S.", "R&D in the U.S."),
        ("  plain \n\n text\t here ", "plain\ntext here"),
        ('<p>open <a href="x">link', "open link"),
        ("<P CLASS=x>Upper</P><BR>case", "Upper\ncase"),
        ("", ""),
        ("<p></p>", ""),
    ],
)
def test_a_fragment_has_the_text_that_a_reader_sees(html: str, text: str) -> None:
    assert fragment_text(html) == text


def test_a_deep_fragment_is_read_to_its_end() -> None:
    assert fragment_text("<div>" * 5_000 + "deep" + "</div>" * 5_000 + "<p>after") == "deep\nafter"


@pytest.mark.parametrize(
    "flood", ["<!--", "<a", '<a x="', "<!doctype ", "&#", "<p>", "</p>", "&lt", "<b ", "<![CDATA[", "<?", "\n ", "<a ="]
)
def test_a_flood_of_broken_markup_ends_at_once(flood: str) -> None:
    started = time.process_time()
    fragment_text("<p>text</p>" + flood * (1_000_000 // len(flood)))
    fragment_text(flood * (1_000_000 // len(flood)))
    assert time.process_time() - started < 5  # a tenth of a second; what grows with the square takes minutes


@given(st.text())
def test_text_without_markup_is_itself_but_for_white_space(text: str) -> None:
    text = text.replace("<", "").replace("&", "")
    assert fragment_text(text).split() == text.split()


@given(
    st.lists(st.sampled_from(["<", ">", "!", "[", "--", "/", "p", "a", "&", "#", ";", "?", "'", "x", "\ud800", "\0"]))
)
def test_any_markup_has_a_text(parts: list[str]) -> None:
    assert isinstance(fragment_text("".join(parts)), str)
    assert isinstance(fragment_text("<p>" + "".join(parts)), str)
