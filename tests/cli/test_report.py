"""`entropylaw report` and `select --report`."""

from command_runs import run

from entropylaw import ZipSelector


def test_select_with_a_report_and_the_same_report_from_its_manifest(words_pool, tmp_path):
    out, first, again = tmp_path / "out.jsonl", tmp_path / "a.html", tmp_path / "b.html"
    done = run("select", words_pool, "-b", "40", "--groups", "source", "-o", out, "--report", first)
    assert f"{first}" in done.stderr
    assert '<section id="compared"' in first.read_text()
    manifest = tmp_path / "out.jsonl.manifest.json"
    run("report", manifest, words_pool, "-o", again)
    assert again.read_bytes() == first.read_bytes()
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text("".join(words_pool.read_text().splitlines(keepends=True)[1:]))
    done = run("report", manifest, wrong, "-o", tmp_path / "c.html", ok=False)
    assert "pool: expected that of the manifest" in done.stderr
    assert not (tmp_path / "c.html").exists()


def test_a_saved_result(words_pool, tmp_path):
    ZipSelector(40, groups="source", n_jobs=1).select(words_pool).save(tmp_path / "r.zip")
    run("report", tmp_path / "r.zip", words_pool, "-o", tmp_path / "page.html")
    assert "Selection of 40 records" in (tmp_path / "page.html").read_text()


def test_inputs_that_are_no_selection_and_an_output_that_is_an_input(words_pool, tmp_path):
    done = run("report", words_pool, words_pool, "-o", tmp_path / "page.html", ok=False)
    assert "no manifest of a selection" in done.stderr
    before = words_pool.read_bytes()
    done = run("report", words_pool, words_pool, "-o", words_pool, ok=False)
    assert "also an input" in done.stderr
    assert words_pool.read_bytes() == before
