"""The HTML report of a selection: complete, escaped and self-contained."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasty import POOL

from entropylaw import ZipSelector
from entropylaw import errors as e
from entropylaw.render.excerpts import excerpt, visible
from entropylaw.render.page import table
from entropylaw.selection import SelectionResult

VOID = {"meta", "br", "img", "link"}


class Outline(HTMLParser):
    """Elements in order; checks that tags are balanced."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def outline(page):
    found = Outline(page.read_text(encoding="utf-8"))
    assert not found.open
    return found


def test_nothing_is_loaded_and_nothing_runs(outline, page):
    tags = {tag for tag, _ in outline.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    for tag, attrs in outline.elements:
        assert not [name for name in attrs if name.startswith("on")]
        for name in ("src", "href", "xlink:href", "action", "data"):
            assert attrs.get(name, "#").startswith("#"), (tag, attrs)
    text = page.read_text(encoding="utf-8")
    assert "@import" not in text
    assert set(re.findall(r"url\((.)", text)) <= {"#"}


def test_ids_are_distinct_and_links_resolve(outline):
    ids = [attrs["id"] for _, attrs in outline.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in outline.elements:
        for name in ("href", "xlink:href"):
            assert attrs.get(name, "#")[1:] in {*ids, ""}
        assert attrs.get("aria-labelledby", ids[0]) in ids


def test_accessible(outline):
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for tag, attrs in outline.elements:
        assert tag != "th" or attrs["scope"] in ("row", "col")
        assert tag != "svg" or (attrs["role"], bool(attrs["aria-label"])) == ("img", True)
    assert ("html", {"lang": "en"}) in outline.elements


def test_the_same_numbers_as_the_result(result, page):
    text = page.read_text(encoding="utf-8")
    for row in result.compare(draws=2, n_jobs=1).table()[1]:
        cells = "".join(f"<td>{cell}</td>" for cell in row[1:])
        assert f'<tr><th scope="row">{row[0]}</th>{cells}</tr>' in text
    assert f"{result.ratio:.3f}" in text
    assert result.manifest.selected.fingerprint in text
    for line in result.manifest.outcomes_of("guard"):
        assert f'<tr><th scope="row">{line.item}</th>' in text
    assert '<tr><th scope="row">forbidden</th><td>2</td></tr>' in text


def test_records_are_shown_as_text(outline, page):
    shown = "".join(outline.text)
    assert "<script>alert(1)</script>" in shown
    assert "<script" not in page.read_text(encoding="utf-8")
    assert not set("\0\x1b\x07\u202e\u2066") & set(page.read_text(encoding="utf-8"))


def test_the_page_is_reproducible(result, page, tmp_path):
    result.report(tmp_path / "again.html", draws=2, n_jobs=2)
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_a_loaded_result(result, page, tmp_path):
    result.save(tmp_path / "r.zip")
    loaded = SelectionResult.load(tmp_path / "r.zip")
    with pytest.raises(e.InputError, match="data="):
        loaded.report(tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()
    loaded.report(tmp_path / "page.html", POOL, draws=2, n_jobs=1)
    assert (tmp_path / "page.html").read_bytes() == page.read_bytes()


def test_a_failed_write_leaves_the_old_page(result, tmp_path, monkeypatch):
    page = tmp_path / "page.html"
    page.write_text("as it was")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        result.report(page, draws=1, n_jobs=1)
    assert page.read_text() == "as it was"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    with pytest.raises(e.ConfigError, match="no folder"):
        result.report(tmp_path / "nowhere" / "page.html")


def test_a_selection_without_groups_or_controls(tmp_path):
    texts = [f"record {i**5} {i % 3}" for i in range(80)]
    ZipSelector(20, n_jobs=1).select(texts).report(tmp_path / "p.html", draws=1, n_jobs=1)
    assert "not grouped" in (tmp_path / "p.html").read_text()


def test_owned_records_count_as_known(tmp_path):
    texts = ["the same long sentence, again and again"] + [f"{i**9} {i}" for i in range(60)]
    result = ZipSelector(40, k1=60, k2=60, k3=40, n_jobs=1).select(
        [*texts, texts[0] + "!"], initial_subset=[0], required=[61]
    )
    result.report(tmp_path / "p.html", draws=1, n_jobs=1)
    text = (tmp_path / "p.html").read_text()
    first = text[text.index("The most redundant") :]
    assert first.index("again and again!") < first.index("</li>")


def test_a_group_that_no_manifest_could_name():
    with pytest.raises(e.InputError, match="lone surrogate"):
        ZipSelector(1).select(["a", "b"], groups=["x", "\ud800"])


def test_plotting_needs_matplotlib(result, tmp_path, monkeypatch):
    monkeypatch.setattr("entropylaw.render.selection_plots.find_spec", lambda name: None)
    with pytest.raises(e.MissingExtraError, match=r"entropylaw\[plot\]"):
        result.report(tmp_path / "p.html")
    with pytest.raises(e.MissingExtraError, match=r"entropylaw\[plot\]"):
        result.plot()


def test_plots(result):
    figure = result.plot(draws=3)
    growth, lengths, composition = figure.axes
    curve = growth.lines[1].get_ydata()
    assert curve[-1] == pytest.approx(result.ratio)
    assert len(growth.collections) == 1
    assert lengths.get_xscale() == "log"
    labels = [label.get_text() for label in composition.get_yticklabels()]
    assert "<b>bold</b>" in labels
    figure.canvas.draw()


def test_long_tables_are_folded():
    rows = [[str(i), "x"] for i in range(30)]
    assert "The other 18" in table(["a", "b"], rows, caption="c")
    assert "<details>" not in table(["a", "b"], rows[:20], caption="c")


@given(st.text(st.characters(), max_size=60))
def test_everything_shown_is_visible_and_can_be_written(text):
    shown = visible(text)
    shown.encode()
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in shown)
    assert visible(text.replace("\n", ""), keep_lines=True).count("\n") == 0
    assert len(excerpt("a" * 500, 100)) <= 105
