"""Options in a file: their effect, precedence, and the location of an error."""

import json

import pytest
from command_runs import run
from hypothesis import given
from hypothesis import strategies as st

from entropylaw import Bytes, Guards, Quality, Quotas, Target, Tokens, ZipSelector
from entropylaw.cli.config import load_settings
from entropylaw.cli.select import selector_of
from entropylaw.errors import BudgetError, ConfigError


@pytest.fixture
def config(tmp_path):
    """Return a function that writes a file of options and returns its path."""

    def write(text):
        path = tmp_path / "run.toml"
        path.write_text(text)
        return path

    return write


def read(path, typed=None):
    """Return the options of a file and the command line of `select`."""
    with load_settings(path, "select", typed or {}) as settings:
        return settings.select


def chosen(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_option_has_the_effect_it_has_in_python(words, words_pool, config, tmp_path):
    (tmp_path / "target.jsonl").write_text('{"text": "north south"}\n')
    path = config("""
        [select]
        budget = "900 tokens"
        tokens = "n_tokens"
        compressor = "zstd:6"
        k1 = 150
        k2 = 40
        k3 = 20
        variant = "reference"
        packing = "lazy"
        groups = "source"
        quotas = { minimum = { code = 0.3 }, maximum = 0.8 }
        compare_within = "group"
        min_bytes = 20
        max_bytes = 200
        text = ["text"]
        n_jobs = 1
        order = "original"
        output = "out.jsonl"

        [select.quality]
        column = "score"
        minimum = 0.1
        weight = 0.2

        [select.guards]
        exact = "drop"
        noise = "off"
        repetitive_deviations = 2.5

        [select.target]
        data = "target.jsonl"
        weight = 0.4
    """)
    run("select", words_pool, "--config", path)
    result = ZipSelector(
        Tokens(900, counts="n_tokens"),
        compressor="zstd:6",
        k1=150,
        k2=40,
        k3=20,
        variant="reference",
        packing="lazy",
        groups="source",
        quotas=Quotas(minimum={"code": 0.3}, maximum=0.8),
        compare_within="group",
        min_bytes=20,
        max_bytes=200,
        text=["text"],
        quality=Quality("score", minimum=0.1, weight=0.2),
        guards=Guards(exact="drop", noise="off", repetitive_deviations=2.5),
        target=Target([{"text": "north south"}], weight=0.4),
    ).select(words)
    assert chosen(tmp_path / "out.jsonl") == result.take(words, order="original")
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    assert manifest == json.loads(result.manifest.to_json())


def test_the_command_line_takes_precedence_key_by_key(words_pool, config, tmp_path):
    path = config("""
        [select]
        budget = "900 tokens"
        tokens = "n_tokens"
        k1 = 150
        k2 = 40
        groups = "source"
        quotas = { shares = "equal" }
        quality = { column = "score", weight = 0.2 }
        guards = { noise = "drop" }
        text = "text"
    """)
    out = tmp_path / "out.jsonl"
    run(
        "select", words_pool, "--config", path, "-o", out, "-b", 30, "--k2", 60, "--k3", 9,
        "--maximum", "0.9", "--quality-weight", 0.5, "--guards", "warn",
    )  # fmt: skip
    asked = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())["options"]
    assert (asked["budget"], asked["k1"], asked["k2"], asked["k3"]) == (30, 150, 60, 9)
    assert asked["quotas"] == {"type": "Quotas", "shares": None, "minimum": None, "maximum": 0.9}
    assert (asked["quality"]["column"], asked["quality"]["weight"]) == ("score", 0.5)
    assert asked["guards"]["noise"] == asked["guards"]["encoded"] == "warn"
    assert len(chosen(out)) == 30


def test_a_budget_in_tokens_is_counted_as_in_the_file(config):
    path = config('[select]\nbudget = "900 tokens"\ntokens = "n"\n')
    for typed, tokens in (({"budget": "5% tokens"}, "n"), ({"budget": "5"}, None)):
        assert read(path, typed).tokens == tokens


@pytest.mark.parametrize(
    ("table", "options"),
    [
        ('budget = "10%"\nguards = "drop"', {"budget": 0.1, "guards": Guards.all("drop")}),
        (
            'budget = "200 tokens"\ntokens = "n_tokens"',
            {"budget": Tokens(200, counts="n_tokens")},
        ),
        (
            'budget = "5% bytes"\ngroups = "source"\nquotas = "pool"',
            {"budget": Bytes(0.05), "quotas": Quotas(shares="pool")},
        ),
        (
            'budget = 20\ngroups = "source"\nquotas = "equal"',
            {"budget": 20, "quotas": Quotas(shares="equal")},
        ),
    ],
)
def test_strings_of_the_command_line_are_accepted_in_a_file(config, table, options):
    selector = selector_of(read(config(f"[select]\n{table}\n")))
    assert {name: getattr(selector, name) for name in options} == options


def test_a_string_for_a_table_and_options_of_the_command_line(config):
    path = config('[select]\nbudget = 9\ngroups = "source"\nquotas = "equal"\n')
    assert selector_of(read(path, {"quotas": {"maximum": 0.6}})).quotas == Quotas(maximum=0.6)
    assert selector_of(read(path, {"quotas": {"shares": "pool"}})).quotas == Quotas(shares="pool")


def test_paths_of_the_file_start_at_its_folder_and_typed_ones_here(
    words_pool, tmp_path, monkeypatch
):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    (there / "owned.jsonl").write_text(words_pool.read_text().splitlines()[0] + "\n")
    (there / "run.toml").write_text(
        '[select]\nbudget = 5\ninitial_subset = "owned.jsonl"\noutput = "out.jsonl"\n'
    )
    monkeypatch.chdir(here)
    run("select", words_pool, "--config", there / "run.toml")
    assert (there / "out.jsonl").exists()
    run("select", words_pool, "--config", "../there/run.toml", "-o", "typed.jsonl")
    assert (here / "typed.jsonl").read_bytes() == (there / "out.jsonl").read_bytes()


FILE = """\
# how we choose

[select]
budget = 1000
compressor = "zstd:6:long"
"packing" = "lazy"
text = [
  "question",
  "answer",
]
k1 = 500
"""

ERRORS = {
    # of the wrong kind
    "budget = 1000|budget = true": "4: select.budget: expected a valid integer or a valid number "
    "or a valid string; saw true.",
    '"packing" = "lazy"|"packing" = "quick"': "6: select.packing: expected 'full' or 'lazy'; "
    'saw "quick".',
    '"answer"|5': "7: select.text.1: expected a valid string; saw 5.",
    "k1 = 500|k1 = 0": "11: select.k1: expected a number greater than or equal to 1; saw 0.",
    'k1 = 500|k1 = "500"': '11: select.k1: expected a valid integer; saw "500".',
    "k1 = 500|target = {weight = 11}": "11: select.target.weight: expected a number less than or",
    "k1 = 500|quality = 'score'": '11: select.quality: expected a table; saw "score".',
    "k1 = 500|guards = 'dorp'": "11: select.guards: expected 'warn' or 'drop' or a table; "
    'saw "dorp".',
    "k1 = 500|quotas = 'pol'": "11: select.quotas: expected 'pool' or 'equal' or a table; "
    'saw "pol".',
    "k1 = 500|guards.noise = 'dorp'": "11: select.guards.noise: expected 'off', 'warn' or 'drop'",
    "k1 = 500|quotas.minimum.code = '5'": "11: select.quotas.minimum.code: expected a valid "
    'integer or a valid number; saw "5".',
    "k1 = 500|[audit]\nshare = 1": "12: audit.share: expected a number less than 1; saw 1",
    "k1 = 500|[stream]\nkeep = 0": "12: stream.keep: expected a number greater than 0; saw 0",
    # not accepted by the library
    'budget = 1000|budget = "5 apples"': "4: select.budget: ",
    "budget = 1000|budget = 1.5": "4: select.budget: ",
    "zstd:6:long|zstd:99": "5: select.compressor: ",
    '"answer"|"question"': "7: select.text: ",
    "k1 = 500|n_jobs = 0": "11: select.n_jobs: ",
    "k1 = 500|render = 'alpacca'": "11: select.render: ",
    "k1 = 500|guards.near_similarity = 2": "11: select.guards.near_similarity: ",
    "k1 = 500|quality = {column = 's'}": "11: select.quality: ",
    "k1 = 500|quality = {column = 's', weight = 11}": "11: select.quality.weight: ",
    "k1 = 500|quotas.minimum.code = 1.5": "11: select.quotas.minimum: ",
    # unknown
    "k1 = 500|k_1 = 500": "11: select.k_1: no such key. Did you mean k1?",
    "k1 = 500|colour = 1": "11: select.colour: no such key. There are: compressor, render, text",
    "k1 = 500|guards.nois = 'off'": "11: select.guards.nois: no such key. Did you mean noise?",
    "k1 = 500|[select.quotas]\n shres = 'pool'": "12: select.quotas.shres: no such key. Did you "
    "mean shares?",
    "k1 = 500|target = {dta = 'x'}": "11: select.target.dta: no such key. Did you mean data?",
    "[select]|[selct]": "3: selct: no such key. Did you mean select?",
    # no TOML
    "k1 = 500|k1 500": "11: not valid TOML: ",
    "k1 = 500|budget = 3": "11: not valid TOML: ",
    "k1 = 500|text2 = [": "11: not valid TOML: ",
}
"""Changes to the file, and the beginning of the error behind its path."""


@pytest.mark.parametrize("change", ERRORS)
def test_errors_point_at_the_line(config, change):
    before, after = change.split("|")
    assert FILE.count(before) == 1
    path = config(FILE.replace(before, after))
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:{ERRORS[change]}")


GOOD = ['budget = "5%"', "k2 = 3", 'groups = "a"', "min_bytes = 1", "text = [\n'a',\n]", "# k3", ""]
BAD = {"k3": "'x'", "n_jobs": "1.5", "workers": "'many'", "order": "7", "progress": "'yes'"}


@given(st.permutations(GOOD), st.integers(0, len(GOOD)), st.sampled_from(sorted(BAD)))
def test_the_line_of_the_key_wherever_it_is(tmp_path_factory, good, place, key):
    statements = ["[select]", *good[:place], f"{key} = {BAD[key]}", *good[place:]]
    line = "\n".join(statements[: place + 1]).count("\n") + 2
    path = tmp_path_factory.getbasetemp() / "generated.toml"
    path.write_text("\n".join(statements))
    with pytest.raises(ConfigError, match=rf"generated\.toml:{line}: select\.{key}: expected "):
        read(path)


def test_an_error_on_the_command_line_does_not_name_the_file(config):
    path = config("[select]\nbudget = 5\nk1 = 900\n")
    with pytest.raises(BudgetError, match=r"^budget\b"):
        read(path, {"budget": "5 apples"})
    with pytest.raises(
        ConfigError, match=r"^k1: expected a number greater than or equal to 1; saw 0\.$"
    ):
        read(path, {"k1": 0})


def test_files_that_cannot_be_used(words_pool, config):
    path = config("[audit]\nshare = 0.2\n")
    done = run("select", words_pool, "-b", 5, "--config", path, "--dry-run", ok=False)
    assert "expected a table [select]" in done.stderr
    done = run("select", words_pool, "-b", 5, "--config", "nowhere.toml", "--dry-run", ok=False)
    assert "nowhere.toml" in done.stderr and done.returncode == 1
    path.write_bytes(b"[select]\nrender = '\xff'\n")
    done = run("select", words_pool, "--config", path, "--dry-run", ok=False)
    assert "expected TOML in UTF-8" in done.stderr


def test_a_manifest_cannot_be_changed_by_options(words_pool, config, tmp_path):
    out = tmp_path / "out.jsonl"
    run("select", words_pool, "-b", 5, "-o", out)
    manifest = tmp_path / "out.jsonl.manifest.json"
    for options in (["--k1", 9], ["--config", config('[select]\nk1 = 9\noutput = "x.jsonl"\n')]):
        done = run("select", words_pool, "--manifest", manifest, "-o", out, *options, ok=False)
        assert "manifest: expected no option that it contains; saw k1." in done.stderr
    run("select", words_pool, "--manifest", manifest, "-o", out, "--n-jobs", 1)


def test_no_input_is_written_over(words_pool, config, tmp_path):
    owned = tmp_path / "owned.jsonl"
    owned.write_bytes(words_pool.read_bytes())
    path = config("[select]\nbudget = 5\n")
    for options in (
        ["-o", owned, "--initial-subset", owned],
        ["-o", owned, "--target", owned],
        ["-o", tmp_path / "out.jsonl", "--report", path],
    ):
        done = run("select", words_pool, "--config", path, *options, ok=False)
        assert "also an input" in done.stderr
    assert owned.read_bytes() == words_pool.read_bytes()


def test_the_selection_of_a_target_is_repeated_with_it(words_pool, tmp_path):
    target, out, again = (tmp_path / f"{name}.jsonl" for name in ("target", "out", "again"))
    target.write_text('{"text": "north north far"}\n')
    run("select", words_pool, "-b", 9, "-o", out, "--target", target, "--target-weight", 0.7)
    manifest = tmp_path / "out.jsonl.manifest.json"
    assert json.loads(manifest.read_text())["options"]["target"]["weight"] == 0.7
    run("select", words_pool, "--manifest", manifest, "--target", target, "-o", again)
    assert again.read_bytes() == out.read_bytes()
    done = run("select", words_pool, "--manifest", manifest, "-o", again, ok=False)
    assert "target=" in done.stderr
    done = run("select", words_pool, "-b", 9, "-o", again, "--target-weight", 0.7, ok=False)
    assert "--target FILE" in done.stderr
