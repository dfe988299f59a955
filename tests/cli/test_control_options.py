"""Controls on the command line, compared with the same controls in Python."""

from __future__ import annotations

import json

import pytest
from command_runs import run

from entropylaw import Guards, Quality, Quotas, Tokens, ZipSelector
from entropylaw.cli.options import parsed_bound
from entropylaw.errors import BudgetError, ConfigError
from entropylaw.selection.budget import as_budget, counted_by


def test_every_control_has_the_effect_it_has_in_python(words, words_pool, tmp_path):
    out = tmp_path / "out.jsonl"
    done = run(
        "select", words_pool, "-o", out, "-b", "900 tokens", "--tokens", "n_tokens",
        "--groups", "source", "--minimum", "code=30%", "--maximum", "0.8",
        "--compare-within", "group", "--quality", "score", "--quality-minimum", 0.1,
        "--quality-weight", 0.2, "--min-bytes", 20, "--max-bytes", 200, "--guards", "drop",
        "--text", "text",
    )  # fmt: skip
    expected = ZipSelector(
        Tokens(900, counts="n_tokens"),
        compressor="zlib:9",
        groups="source",
        quotas=Quotas(minimum={"code": 0.3}, maximum=0.8),
        compare_within="group",
        quality=Quality("score", minimum=0.1, weight=0.2),
        min_bytes=20,
        max_bytes=200,
        guards=Guards.all("drop"),
        text="text",
    ).select(words)
    chosen = [json.loads(line) for line in out.read_text().splitlines()]
    assert chosen == expected.take(words)
    assert "quotas" in done.stderr and "of 900 tokens" in done.stderr
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    assert manifest["outcomes"][0]["chosen"] == expected.manifest.budget.chosen


def test_columns_of_a_file_with_broken_lines_stay_aligned(words_pool, tmp_path):
    out, lines = tmp_path / "out.jsonl", words_pool.read_text().splitlines()
    words_pool.write_text("\n".join([*lines[:3], "{broken", *lines[3:]]))
    run(
        "select", words_pool, "-o", out, "-b", 40, "--groups", "source", "--quotas", "equal",
        "--text", "text", "--on-error", "skip",
    )  # fmt: skip
    sources = [json.loads(line)["source"] for line in out.read_text().splitlines()]
    assert sources.count("web") == sources.count("code") == 20


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-b", "5 apples"], "budget"),
        (["-b", "5", "--tokens", "n"], "expected a budget in tokens"),
        (["-b", "50 tokens"], "one way to count"),
        (["-b", "5", "--quotas", "pool"], "groups="),
        (["-b", "5", "--groups", "source", "--minimum", "a=x"], "expected a number"),
        (["-b", "5", "--groups", "source", "--minimum", "a", "--minimum", "b"], "GROUP=AMOUNT"),
        (["-b", "5", "--quality-minimum", "1"], "--quality COLUMN"),
    ],
)
def test_errors_name_what_to_type(words_pool, tmp_path, arguments, message):
    done = run("select", words_pool, "-o", tmp_path / "out.jsonl", *arguments, ok=False)
    assert done.returncode == 1
    assert message in done.stderr
    assert not (tmp_path / "out.jsonl").exists()


def test_parsing():
    assert counted_by(as_budget("200_000 tokens"), bytes_per_token=4).bytes_per_token == 4
    assert counted_by(as_budget("20% tokens"), counts="n").amount == 0.2
    assert counted_by(as_budget(0.5)) == 0.5
    assert parsed_bound("maximum", None) is None
    assert parsed_bound("maximum", ["a=5", "b=10%"]) == {"a": 5, "b": 0.1}
    with pytest.raises(BudgetError):
        as_budget("many")
    with pytest.raises(ConfigError, match="expected a budget in tokens"):
        counted_by(as_budget(100), counts="n")
