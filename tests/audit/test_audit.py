"""Audits of pools with known risks, and of degenerate pools."""

import json
import random
import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest

from entropylaw import Corpus, ZipSelector, audit, auditing
from entropylaw.auditing import AuditReport
from entropylaw.errors import (
    ColumnError,
    ConfigError,
    EmptyPoolError,
    InputError,
    ShortMemoryWarning,
)
from entropylaw.guards import Guards

LOOK = replace(Guards.all("off"), encoded="warn", exact="warn", normalised="warn")
"""Guards with certain results; the others have tests of their own."""


def mixed(**parts):
    """Records with a source, in random order."""
    records = [
        {"text": text, "source": source} for source, texts in parts.items() for text in texts
    ]
    random.Random(3).shuffle(records)
    return records


def harms(report):
    return {risk.harm: risk for risk in report.reasons}


@pytest.fixture(scope="module")
def noisy(english, noise, templates):
    pool = mixed(docs=english, base64=noise, orders=templates)
    return pool, audit(pool, groups="source", text="text", guards=LOOK)


def test_base64_and_what_it_crowds_out_are_named_with_their_shares(noisy):
    pool, report = noisy
    assert isinstance(report, AuditReport)
    assert report.verdict == "likely"
    found = harms(report)
    assert {"encoded", "starved"} <= found.keys()
    encoded, starved = found["encoded"], found["starved"]
    assert encoded.level == "likely"
    assert encoded.remedy == 'guards=Guards(encoded="drop")'
    size = sum(len(record["text"].encode()) for record in pool)
    planted = sum(len(r["text"]) for r in pool if r["source"] == "base64")
    assert f"{100 * planted / size:.1f} % of the pool" in encoded.finding
    assert "docs" in starved.about
    assert "docs" in starved.finding and "of the pool to" in starved.finding
    assert 'groups="source", quotas=Quotas(shares="pool")' in starved.remedy


def test_the_remedies_are_tried_and_work(noisy):
    report = noisy[1]
    remedied = report.remedied
    assert 'encoded="drop"' in remedied.options and 'shares="pool"' in remedied.options
    encoded = next(drift for drift in remedied.caught if drift.name == "encoded")
    assert encoded.choice == 0
    docs = next(drift for drift in remedied.groups if drift.name == "docs")
    assert docs.choice > docs.pool - 0.1
    assert remedied.coverage.choice < report.forecast.coverage.choice
    # base64 is dropped on purpose, so its low share is not a risk
    assert not {"encoded", "starved", "crowded"} & {risk.harm for risk in report.remaining}
    assert "With all remedies: " in report.summary()


def test_remedies_that_leave_too_little_are_noted(english):
    report = audit([text for text in english[:30] for _ in range(6)], share=0.5, guards=LOOK)
    assert harms(report)["copies"].level == "likely"
    assert report.remedied is None
    assert "too little of the sample" in report.notes[0]


def test_the_forecast_is_what_a_selection_of_the_whole_pool_does(noisy):
    pool, report = noisy
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ShortMemoryWarning)
        result = ZipSelector(0.1, text="text", progress=False).select(pool)
    sizes = np.array([len(record["text"].encode()) for record in pool])
    is_base64 = np.array([record["source"] == "base64" for record in pool])
    chosen = result.indices
    truth = sizes[chosen[is_base64[chosen]]].sum() / sizes[chosen].sum()
    forecast = next(drift for drift in report.forecast.groups if drift.name == "base64")
    assert abs(forecast.choice - truth) < 0.1
    assert truth > 3 * forecast.pool


def test_a_clean_pool_of_one_kind(english):
    report = audit(english)
    assert report.verdict == "unlikely"
    assert report.reasons == () and report.remedied is None
    assert report.forecast.coverage.choice < 1.02 * report.forecast.coverage.random
    assert "Harm from selecting by ratio: unlikely." in report.summary()


def test_copies_far_apart_are_chosen_by_a_compressor_that_forgets():
    rng = random.Random(2)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(400)]
    plain = [" ".join(rng.choices(words, k=60)) for _ in range(300)]
    dense = [f"{rng.getrandbits(1600):x}" for _ in range(80)]
    pool = [*plain, *dense * 10]
    rng.shuffle(pool)
    report = audit(pool, share=0.3, guards=replace(LOOK, encoded="off"))
    found = harms(report)
    assert found["copies"].level == "likely"
    assert found["copies"].remedy == 'guards=Guards(exact="drop", normalised="drop")'
    assert report.pool.share_caught("exact", "normalised") == pytest.approx(720 / 1100)
    assert found["redundancy"].level == "likely"
    assert "more redundant than random" in found["redundancy"].finding
    assert report.forecast.ratio.choice > report.forecast.ratio.random
    assert 'exact="drop", normalised="drop"' in report.remedied.options
    assert report.remedied.copies.choice == 0


def test_templates_that_a_small_window_lets_in_are_named(english, templates):
    pool = mixed(docs=english, orders=templates)
    report = audit(pool, groups="source", text="text", guards=LOOK)
    crowded = harms(report)["crowded"]
    assert crowded.about == ("orders",)
    orders = next(drift for drift in report.forecast.groups if drift.name == "orders")
    assert orders.choice > 2 * orders.pool
    assert report.part("orders").whole_ratio > 4 * report.part("docs").whole_ratio


def test_parts_add_up_and_are_counted_right(noisy):
    pool, report = noisy
    sizes = {}
    for record in pool:
        sizes.setdefault(record["source"], []).append(len(record["text"].encode()))
    assert report.groups == ("base64", "docs", "orders")
    for group, of_group in sizes.items():
        part = report.part(group)
        assert (part.records, part.bytes) == (len(of_group), sum(of_group))
        inside = [p for p in report.parts if p.group == group and p.length is not None]
        assert sum(p.records for p in inside) == part.records
        assert sum(p.caught["encoded"] for p in inside) == part.caught["encoded"]
    assert report.pool.bytes == sum(map(sum, sizes.values()))
    ranges = [p for p in report.parts if p.group is None and p.length is not None]
    assert len(ranges) == 4
    assert max(p.records for p in ranges) < 1.2 * min(p.records for p in ranges)
    assert report.part("orders").whole_ratio > report.part("docs").whole_ratio
    with pytest.raises(KeyError):
        report.part("poems")


def test_the_same_random_state_gives_the_same_report_whatever_the_threads(noisy):
    pool = noisy[0]
    one, two = (
        audit(
            pool,
            groups="source",
            text="text",
            guards=LOOK,
            forecast_records=200,
            random_state=1,
            n_jobs=jobs,
        )
        for jobs in (1, 2)
    )
    assert one.to_dict() == two.to_dict()
    assert one.forecast.sample_records == 200
    assert one.verdict == "likely"


def test_progress_of_every_step(noisy, capsys):
    audit(noisy[0], groups="source", text="text", forecast_records=60, progress=True)
    shown = capsys.readouterr().err
    assert all(f"{step}: 100%" in shown for step in ("measure", "select", "parts"))


def test_every_form_of_the_report(noisy):
    report = noisy[1]
    plain = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert plain["verdict"] == "likely"
    assert plain["reasons"][0]["remedy"] and plain["window"]["needed"] == report.window.needed
    assert str(report) == report.summary()
    for group in report.groups:
        assert group in report.summary()
    assert repr(report).startswith("AuditReport(840 records, ")
    assert repr(report).endswith(" KiB, 3 groups, harm likely)")
    assert "<table>" in report._repr_html_()
    assert len(report.to_frame()) == len(report.parts)
    assert report.to_markdown().count("\n| ") == 10 and "the pool &" in report.to_latex()
    parts = (report.pool, report.reasons[0], report.window, report.forecast, report.forecast.ratio)
    for part in (*parts, report.forecast.copies):
        assert repr(part).startswith(type(part).__name__) and "\n" not in repr(part)
        assert str(part) and "<table>" in part._repr_html_() and len(part.to_frame())
        json.dumps(part.to_dict(), allow_nan=False)


def test_the_plot(noisy):
    pytest.importorskip("matplotlib")
    figure = noisy[1].plot()
    assert [ax.get_xlabel() for ax in figure.axes] == [
        "window",
        "share of bytes, %",
        "share of records, %",
    ]
    assert figure.axes[0].get_lines()[0].get_xdata().tolist() == list(noisy[1].window.windows)
    assert audit(["alone"]).plot().axes


def test_groups_may_be_given_as_values(noisy):
    pool, report = noisy
    sources = [record["source"] for record in pool]
    by_values = audit(
        [record["text"] for record in pool], groups=sources, guards=LOOK, forecast_records=50
    )
    assert by_values.parts == report.parts
    assert by_values.column is None


@pytest.mark.parametrize(
    "pool", [["one record"], [""], ["", ""], ["same"] * 500, ["same"] * 19 + ["other"]]
)
def test_pools_with_nothing_to_choose_from(pool):
    report = audit(pool)
    assert report.forecast is None and report.reasons == ()
    assert "No forecast" in report.notes[0] and "No forecast" in report.summary()
    assert report.pool.records == len(pool)
    json.dumps(report.to_dict(), allow_nan=False)


def test_an_empty_pool():
    with pytest.raises(EmptyPoolError):
        audit([])


def test_groups_of_one_row_and_rows_without_text(english):
    texts = [*english[:200], "", ""]
    report = audit(texts, groups=list(range(202)))
    assert len(report.groups) == 202
    assert report.pool.empty == 2
    assert report.part("201").own_ratios is None and report.part("201").whole_ratio is None
    assert "smaller groups are not shown" in report.summary()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"share": 0}, ConfigError, "above 0 and below 1"),
        ({"share": True}, ConfigError, "share=0.1"),
        ({"length_bins": 0}, ConfigError, "length_bins"),
        ({"forecast_records": 3}, ConfigError, "at least 20"),
        ({"window_bytes": 1.5}, ConfigError, "window_bytes"),
        ({"random_state": -1}, ConfigError, "random_state"),
        ({"guards": "all"}, ConfigError, "guards"),
        ({"progress": 1}, ConfigError, "progress"),
        ({"groups": ["a"]}, InputError, "one group for each"),
        ({"groups": "source"}, ColumnError, "source"),
    ],
)
def test_wrong_options_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        audit([{"text": "a"}, {"text": "b"}], **options)


def test_numpy_options_are_stored_as_plain_values():
    report = audit(["a", "b"], share=np.float32(0.5), random_state=np.int64(3), guards="drop")
    assert type(report.share) is float and type(report.random_state) is int
    assert {finding.action for finding in report.guards.findings} == {"drop"}
    json.dumps(report.to_dict())


def test_the_old_name_of_a_risk_warns():
    with pytest.warns(DeprecationWarning, match="Risk") as warned:
        assert auditing.Reason is auditing.Risk
    assert warned[0].filename == __file__


def test_a_corpus_and_a_custom_compressor(english):
    class Slow:
        name = "slow"

        def compressed_size(self, data):
            return len(set(bytes(data))) + len(data) // 3

    report = audit(Corpus.from_rows([t.encode() for t in english[:60]]), compressor=Slow())
    assert report.compressor.priming == "recompress"
    assert report.forecast.compressor == "slow" and report.whole_set is None


def test_the_command_line(noisy, tmp_path):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-c", "from entropylaw.cli import main; main()", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=120,
        )

    pool = tmp_path / "pool.jsonl"
    pool.write_text("".join(json.dumps(record) + "\n" for record in noisy[0][::4]))
    done = run(
        "audit", pool, "--groups", "source", "--json", "--share", "0.2", "--plot",
        tmp_path / "audit.png",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    plain = json.loads(done.stdout)
    assert plain["share"] == 0.2 and plain["column"] == "source"
    assert {part["group"] for part in plain["parts"]} == {None, "docs", "orders", "base64"}
    assert (tmp_path / "audit.png").read_bytes().startswith(b"\x89PNG")
    done = run("audit", pool, "--groups", "sauce")
    assert done.returncode == 1 and "Did you mean 'source'?" in done.stderr
