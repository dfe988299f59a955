"""Errors about several options, or about options and data, name every line at fault.

In each file of options the lines at fault end in ``#!``; the test counts lines by itself.
"""

import re
import zlib

import pytest
from command_runs import run, write_records
from hypothesis import given
from hypothesis import strategies as st

from entropylaw import register_compressor
from entropylaw.cli.config import load_settings
from entropylaw.cli.select import selector_of
from entropylaw.compressors import registry
from entropylaw.errors import ConfigError


@pytest.fixture
def folder(words, tmp_path, monkeypatch):
    """Go to a folder with a pool, and records that are owned."""
    write_records(tmp_path / "pool.jsonl", words[:60])
    write_records(tmp_path / "owned.jsonl", words[:1])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(folder, command, options, *typed):
    """Run a command with a file of options, and return its error."""
    (folder / "run.toml").write_text(options)
    output = [] if "output" in options or command == "audit" else ["-o", "typed.jsonl"]
    done = run(command, "pool.jsonl", "--config", "run.toml", *output, *typed, ok=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    return done.stderr


def marked(options):
    """Return the numbers of the lines with a mark, as an error lists them."""
    lines = enumerate(options.split("\n"), start=1)
    return ", ".join(str(number) for number, line in lines if line.endswith("#!"))


SELECT = [
    # the options alone
    ("k1 k2 k3", "k1 = 50 #!; budget = 9; k2 = 60 #!; k3 = 7 #!"),
    ("k1", "budget = 9; k1 = 50 #!"),  # k2 and k3 are defaults
    ("max_bytes min_bytes", 'budget = 9; max_bytes = 40 #!;; "min_bytes" = 50 #!'),
    ("render text", 'budget = 9; render = "alpaca" #!; text = [ #!; "text",; ]'),
    ("tokens bytes_per_token", 'budget = "9 tokens"; tokens = "n" #!; bytes_per_token = 4 #!'),
    ("budget", 'budget = "900 tokens" #!'),
    ("budget tokens", 'budget = 9 #!; k3 = 5; tokens = "n_tokens" #!'),
    ("quotas.maximum quotas.shares", 'budget = 9; groups = "source"; [select.quotas]; '
     'maximum = 0.9 #!; # of each; shares = "equal" #!'),
    ("quotas.shares quotas.maximum", 'budget = 9; quotas = {maximum = 1, shares = "equal"} #!'),
    ("quotas", 'budget = 9; [select.quotas] #!; shares = "equal"'),
    ("quotas", 'budget = 9; quotas = "equal" #!'),
    ("compare_within", 'budget = 9; compare_within = "group" #!'),
    ("screening quotas", 'budget = 9; screening = "lazy" #!; groups = "source"; '
     'quotas.shares = "equal" #!'),
    ("quality", 'budget = 9; [select.quality] #!; column = "score"'),
    ("quality", "budget = 9; [select.quality] #!; minimum = 0.5"),
    ("quality.weight", 'budget = 9; [select.quality]; column = "score"; weight = 50 #!'),
    ("target", "budget = 9; target = { weight = 0.5 } #!"),
    ("output", 'budget = 9; initial_subset = "owned.jsonl"; output = "owned.jsonl" #!'),
    ("report", 'budget = 9; report = "pool.jsonl" #!'),
    ("guards.noise_deviations", 'budget = 9; [select.guards]; exact = "drop"; '
     "noise_deviations = -1.5 #!"),
    # the options and the pool
    ("text", 'budget = 9; text = "txet" #!'),
    ("quality.column", 'budget = 9; quality = { column = "source", minimum = 1 } #!'),
    ("budget", "budget = 61 #!"),
    ("groups", 'budget = 9; groups = "sorce" #!'),
    ("budget tokens", 'budget = "9 tokens" #!; k1 = 300; tokens = "n_tok" #!'),
    ("quotas.minimum quotas.maximum", 'budget = 10; groups = "source"; [select.quotas]; '
     "minimum = { code = 0.6 } #!; maximum = 0.5 #!"),
    ("budget quotas.minimum", 'budget = 10 #!; groups = "source"; quotas.minimum = 6 #!; '
     "quotas.maximum = 8"),
    ("budget quotas.maximum", 'budget = 10 #!; groups = "source"; quotas.minimum = 2; '
     "quotas.maximum = 4 #!"),
    ("quotas.minimum", 'budget = 10; groups = "source"; quotas.maximum = 8; '
     "quotas.minimum.cod = 2 #!"),
    ("quotas.shares", 'budget = 10; groups = "source"; [select.quotas.shares] #!; code = 2'),
    ("budget quotas.shares", 'budget = 50 #!; groups = "source"; [select.quotas]; '
     "shares = { code = 1, web = 0 } #!"),
    ("budget quotas", 'budget = 59 #!; groups = "source"; quotas = "equal" #!'),
]  # fmt: skip
"""The keys at fault in the order of their lines, and the table with its lines behind ``;``."""

AUDIT = [
    ("text render", 'text = "text" #!; render = "alpaca" #!'),
    ("plot", 'plot = "run.toml" #!'),
]

STREAM = [
    ("keep budget", 'keep = 0.1 #!; cost = "bytes"; budget = 9 #!'),
    ("keep expected", "keep = 0.1 #!; expected = 90 #!"),
    ("budget", "budget = 9 #!"),
    ("budget expected", "budget = 9 #!; expected = 8 #!"),
    ("recent_bytes", "keep = 0.1; recent_bytes = 99 #!"),
    ("compressor recent_bytes", 'keep = 0.1; compressor = "zlib" #!; recent_bytes = 50_000 #!'),
    ("state", 'keep = 0.1; output = "out.jsonl"; state = "pool.jsonl" #!'),
]

CASES = [
    (command, *case)
    for command, cases in (("select", SELECT), ("audit", AUDIT), ("stream", STREAM))
    for case in cases
]


@pytest.mark.parametrize(("command", "keys", "table"), CASES)
def test_every_line_at_fault_is_named(folder, command, keys, table):
    options = f"[{command}]\n" + "\n".join(line.strip() for line in table.split(";"))
    error = refused(folder, command, options)
    named = ", ".join(f"{command}.{key}" for key in keys.split())
    assert error.startswith(f"error: run.toml:{marked(options)}: {named}: ")


def test_keys_on_one_line(folder):
    error = refused(folder, "select", "select = { budget = 9, max_bytes = 4, min_bytes = 5 }")
    assert error.startswith("error: run.toml:1: select.min_bytes, select.max_bytes: min_bytes")


MIXED = [
    (["--k2", "60"], "k2", "k1 = 50 #!"),
    (["--text", "text"], "text", "render = 'alpaca' #!"),
    (["--minimum", "code=0.9"], "quotas.minimum", "groups = 'source'\nquotas.maximum = 0.6 #!"),
    (["--quotas", "pool"], "quotas", "screening = 'lazy' #!"),
    # options that the command line replaces are not at fault
    (["-b", "9 tokens", "--tokens", "n"], None, "bytes_per_token = 4"),
    (["-o", "owned.jsonl"], None, "initial_subset = 'owned.jsonl'"),
    (["--k1", "50", "--k2", "60", "--k3", "9"], None, "k1 = 100"),
]
"""Options of the command line, those of them that the error names, and the table [select]."""


@pytest.mark.parametrize(("typed", "named", "table"), MIXED)
def test_options_of_the_command_line_are_named_without_a_line(folder, typed, named, table):
    options = f"[select]\nbudget = 9\n{table}\n"
    error = refused(folder, "select", options, *typed)
    if named is None:
        assert "run.toml" not in error and "select." not in error
    else:
        found = re.match(r"error: run\.toml:(.*?): select\.[\w.]+ with (.*?) on the command", error)
        assert (found[1], found[2]) == (marked(options), named)


@pytest.mark.parametrize("quotas", ['{ shares = "pool" }', '"pool"'])
def test_a_replaced_table_is_not_blamed(folder, quotas):
    options = f"[select]\nbudget = 9\ngroups = 'source'\nquotas = {quotas}\n"
    error = refused(folder, "select", options, "--minimum", "0.9")
    assert error.startswith("error: run.toml:2: select.budget with quotas.minimum on the command")


def test_options_that_a_manifest_contains(folder):
    run("select", "pool.jsonl", "-b", 9, "-o", "out.jsonl")
    options = '[select]\nn_jobs = 1\nk3 = 9\ncompressor = "zstd"\noutput = "again.jsonl"\n'
    typed = ["--manifest", "out.jsonl.manifest.json", "--packing", "lazy"]
    error = refused(folder, "select", options, *typed)
    assert error.startswith(
        "error: run.toml:3, 4: select.k3, select.compressor with packing on the command line: "
    )
    assert "saw compressor, k3, packing" in error
    error = refused(folder, "select", "[select]\nbudget = 9\n", *typed[:2])
    assert error.startswith("error: run.toml:2: select.budget: budget: expected either --budget N")


def test_options_that_differ_from_a_saved_stream(folder):
    options = '[stream]\nkeep = 0.5\nstate = "crawl.state"\noutput = "out.jsonl"\n'
    (folder / "run.toml").write_text(options)
    run("stream", "pool.jsonl", "--config", "run.toml")
    error = refused(folder, "stream", options.replace("0.5", "0.4"))
    assert error.startswith("error: run.toml:2, 3: stream.keep, stream.state: keep: expected 0.5")
    error = refused(folder, "stream", options, "--keep", "0.4")
    assert error.startswith("error: run.toml:3: stream.state with keep on the command line: ")


class Held:
    """A compressor that holds the interpreter's lock."""

    name = "held"

    def compressed_size(self, data, /):
        return len(zlib.compress(data))


def test_threads_for_a_compressor_that_cannot_use_them(folder, monkeypatch):
    monkeypatch.setattr(registry, "_registered", {})
    register_compressor("held", Held)
    options = '[select]\nworkers = "threads" #!\nbudget = 9\ncompressor = "held" #!\n'
    error = refused(folder, "select", options)
    assert error.startswith(
        f"error: run.toml:{marked(options)}: select.workers, select.compressor: "
    )


GOOD = ['compressor = "zstd"', "n_jobs = 1", 'groups = "a"', "text = [\n'a',\n]", "# k3 = 4", ""]


@given(
    st.permutations([*GOOD, "k1 = 50", "k2 = 60", "k3 = 5"]), st.sampled_from(["", "[audit]\n\n"])
)
def test_lines_of_several_keys_wherever_they_are(tmp_path_factory, statements, before):
    text = before + "\n".join(["[select]", "budget = 9", *statements])
    path = tmp_path_factory.getbasetemp() / "several.toml"
    path.write_text(text)
    at_fault = ["k1 = 50", "k2 = 60", "k3 = 5"]
    lines = {text[: text.index(f"\n{one}") + 1].count("\n") + 1: one[:2] for one in at_fault}
    numbers = ", ".join(map(str, sorted(lines)))
    keys = ", ".join(f"select.{lines[number]}" for number in sorted(lines))
    with pytest.raises(ConfigError) as caught, load_settings(path, "select", {}) as settings:
        selector_of(settings.select)
    assert str(caught.value).startswith(f"{path}:{numbers}: {keys}: ")
