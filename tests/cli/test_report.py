"""`entropylaw report` and `select --report`."""

import json
import random

import pytest
from command_runs import run

from entropylaw import ZipSelector

WORDS = ["of", "all", "the", "books", "in", "that", "house", "none", "was", "ever", "read", "but"]


@pytest.fixture
def pool(tmp_path):
    rng = random.Random(1)
    path = tmp_path / "pool.jsonl"
    records = [
        {"text": " ".join(rng.choices(WORDS, k=rng.randint(4, 40))), "source": rng.choice("ab")}
        for _ in range(200)
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_select_with_a_page_and_the_same_page_from_its_manifest(pool, tmp_path):
    out, first, again = tmp_path / "out.jsonl", tmp_path / "a.html", tmp_path / "b.html"
    done = run("select", pool, "-b", "40", "--groups", "source", "-o", out, "--report", first)
    assert f"{first}" in done.stderr
    assert '<section id="compared"' in first.read_text()
    manifest = tmp_path / "out.jsonl.manifest.json"
    run("report", manifest, pool, "-o", again)
    assert again.read_bytes() == first.read_bytes()
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text("".join(pool.read_text().splitlines(keepends=True)[1:]))
    done = run("report", manifest, wrong, "-o", tmp_path / "c.html", ok=False)
    assert "not that of the manifest" in done.stderr
    assert not (tmp_path / "c.html").exists()


def test_a_saved_result(pool, tmp_path):
    ZipSelector(40, groups="source", n_jobs=1).select(pool).save(tmp_path / "r.zip")
    run("report", tmp_path / "r.zip", pool, "-o", tmp_path / "page.html")
    assert "Selection of 40 records" in (tmp_path / "page.html").read_text()


def test_what_is_neither_and_an_output_that_is_an_input(pool, tmp_path):
    done = run("report", pool, pool, "-o", tmp_path / "page.html", ok=False)
    assert "no manifest of a selection" in done.stderr
    before = pool.read_bytes()
    done = run("report", pool, pool, "-o", pool, ok=False)
    assert "also an input" in done.stderr
    assert pool.read_bytes() == before
