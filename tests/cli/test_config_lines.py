"""Errors about several keys, or about keys and data, name every line of the file that they are about.

In each file of options the statements at fault are marked; the test counts lines by itself.
"""

import json
import random
import re
import zlib

import pytest
from command_runs import run
from hypothesis import given
from hypothesis import strategies as st

from entropylaw import register_compressor
from entropylaw.cli.config import settings_of
from entropylaw.cli.select_job import selector_of
from entropylaw.compressors import registry
from entropylaw.errors import ConfigError

WORDS = ["north", "south", "east", "west", "up", "down", "in", "out", "near", "far", "now", "then"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Go to a folder with a pool, and records that are owned."""
    rng = random.Random(0)
    records = [
        {
            "text": " ".join(rng.choices(WORDS, k=rng.randint(3, 40))),
            "source": rng.choice(["web", "code"]),
        }
        for _ in range(60)
    ]
    (tmp_path / "pool.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    (tmp_path / "owned.jsonl").write_text(json.dumps(records[0]) + "\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(folder, command, options, *typed):
    """Run a command with a file of options, and return its error."""
    (folder / "run.toml").write_text(options)
    named = [] if "output" in options or command == "audit" else ["-o", "typed.jsonl"]
    arguments = ["--config", "run.toml", *named, *typed]
    done = run(command, "pool.jsonl", *arguments, ok=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    return done.stderr


def marked(options):
    """Return the numbers of the lines with a mark, as an error lists them."""
    lines = options.split("\n")
    return ", ".join(str(place) for place, line in enumerate(lines, start=1) if "# here" in line)


SELECT = {
    "k1 >= k2 >= k3 is expected; got k1=50 (screened), k2=60": """
        [select]
        k1 = 50  # here
        budget = 9
        k2 = 60  # here
        k3 = 7   # here
    """,
    "k1 >= k2 >= k3 is expected; got k1=50 (screened), k2=200": """
        [select]
        budget = 9
        k1 = 50  # here: the others are defaults
    """,
    "min_bytes=50 is above max_bytes=40": """
        [select]
        budget = 9
        max_bytes = 40  # here

        "min_bytes" = 50  # here
    """,
    "both say what the text is": """
        [select]
        budget = 9
        render = "alpaca"  # here
        text = [  # here
            "text",
        ]
    """,
    "know how to count them, in one way": """
        [select]
        budget = "900 tokens"
        tokens = "n_tokens"  # here
        bytes_per_token = 4  # here
    """,
    "must know how to count them": """
        [select]
        budget = "900 tokens"  # here
    """,
    "tokens are counted, but the budget is not in tokens": """
        [select]
        budget = 9  # here
        k3 = 5
        tokens = "n_tokens"  # here
    """,
    "minimum and maximum have no place beside": """
        [select]
        budget = 9
        groups = "source"

        [select.quotas]
        maximum = 0.9  # here
        # of each
        shares = "equal"  # here
    """,
    "minimum and maximum have no place beside them. Give either": """
        [select]
        budget = 9
        quotas = { maximum = 0.9, shares = "equal" }  # here
    """,
    "quotas is about groups of records": """
        [select]
        budget = 9
        [select.quotas]  # here
        shares = "equal"
    """,
    "compare_within is about groups of records": """
        [select]
        budget = 9
        compare_within = "group"  # here
    """,
    "promising records of all groups together": """
        [select]
        budget = 9
        screening = "adaptive"  # here
        groups = "source"
        quotas.shares = "equal"  # here
    """,
    "this Quality does nothing": """
        [select]
        budget = 9
        [select.quality]  # here
        column = "score"
    """,
    "say which column holds the quality": """
        [select]
        budget = 9
        [select.quality]  # here
        minimum = 0.5
    """,
    "the weight of quality must be a number from 0": """
        [select]
        budget = 9
        [select.quality]
        column = "score"
        weight = 50  # here
    """,
    "say which file holds the examples": """
        [select]
        budget = 9
        [select.target]  # here
        weight = 0.5
    """,
    "say which file holds the examples to be close to": """
        [select]
        budget = 9
        target = { weight = 0.5 }  # here
    """,
    "the output owned.jsonl is also an input": """
        [select]
        budget = 9
        initial_subset = "owned.jsonl"
        output = "owned.jsonl"  # here
    """,
    "cannot write .xml files": """
        [select]
        budget = 9
        output = "out.xml"  # here
    """,
    "the output pool.jsonl is also an input": """
        [select]
        budget = 9
        report = "pool.jsonl"  # here
    """,
    "noise_deviations: expected a finite number above 0": """
        [select]
        budget = 9
        [select.guards]
        exact = "drop"
        noise_deviations = -1.5  # here
    """,
    "random_state: expected an integer": """
        [select]
        budget = 9
        [select.guards]
        random_state = -1  # here
    """,
}
"""Errors that the options alone make."""

OF_DATA = {
    "no column 'txet'": """
        [select]
        budget = 9
        text = "txet"  # here
    """,
    "quality scores must be numbers": """
        [select]
        budget = 9
        quality = { column = "source", minimum = 1 }  # here
    """,
    "budget of 61 records, but the pool has only 60": """
        [select]
        budget = 61  # here
    """,
    "budget of 99,999 bytes, but": """
        [select]
        budget = "99999 bytes"  # here
    """,
    "no column 'sorce'": """
        [select]
        budget = 9
        groups = "sorce"  # here
    """,
    "no column 'score'": """
        [select]
        budget = 9
        quality = { column = "score", minimum = 1 }  # here
    """,
    "no column 'n_tok'": """
        [select]
        budget = "9 tokens"  # here
        k1 = 300
        tokens = "n_tok"  # here
    """,
    "group 'code': its minimum of 6 is above its maximum": """
        [select]
        budget = 10
        groups = "source"
        [select.quotas]
        minimum = { code = 0.6 }  # here
        maximum = 0.5  # here
    """,
    "the minima of all groups are 12 records together": """
        [select]
        budget = 10  # here
        groups = "source"
        quotas.minimum = 6  # here
        quotas.maximum = 8
    """,
    "the maxima leave no more than 8 records": """
        [select]
        budget = 10  # here
        groups = "source"
        quotas.minimum = 2
        quotas.maximum = 4  # here
    """,
    "quotas name groups that the pool does not have: 'cod'": """
        [select]
        budget = 10
        groups = "source"
        quotas.maximum = 8
        quotas.minimum.cod = 2  # here
    """,
    "shares name no weight for 'web'": """
        [select]
        budget = 10
        groups = "source"
        [select.quotas.shares]  # here
        code = 2
    """,
    "groups with less than their quota": """
        [select]
        budget = 50  # here
        groups = "source"
        [select.quotas]
        shares = { code = 1, web = 0 }  # here
    """,
}
"""Errors that the options and the pool make together."""

AUDIT = {
    "both say what the text is": """
        [audit]
        text = "text"  # here
        render = "alpaca"  # here
    """,
    "no column 'sorce'": """
        [audit]
        groups = "sorce"  # here
    """,
    "the output run.toml is also an input": """
        [audit]
        plot = "run.toml"  # here
    """,
}

STREAM = {
    "say how much to keep, in one of two ways": """
        [stream]
        keep = 0.1  # here
        cost = "bytes"
        budget = 9  # here
    """,
    "expected=90 belongs to budget=": """
        [stream]
        keep = 0.1  # here
        expected = 90  # here
    """,
    "budget=9 needs expected=": """
        [stream]
        budget = 9  # here
    """,
    "budget=9 is more than expected=8": """
        [stream]
        budget = 9  # here
        expected = 8  # here
    """,
    "recent_bytes must be an integer of at least 4096": """
        [stream]
        keep = 0.1
        recent_bytes = 99  # here
    """,
    "recent_bytes=50,000 is more than zlib:9 can see": """
        [stream]
        keep = 0.1
        compressor = "zlib"  # here
        recent_bytes = 50_000  # here
    """,
    "both say what the text is": """
        [stream]
        keep = 0.1
        render = "alpaca"  # here
        text = "text"  # here
    """,
    "is also an input": """
        [stream]
        keep = 0.1
        output = "out.jsonl"
        state = "pool.jsonl"  # here
    """,
}

CASES = [
    (command, message, options)
    for command, errors in (
        ("select", SELECT | OF_DATA),
        ("audit", AUDIT),
        ("stream", STREAM),
    )
    for message, options in errors.items()
]


@pytest.mark.parametrize(("command", "message", "options"), CASES)
def test_every_line_at_fault_is_named(folder, command, message, options):
    error = refused(folder, command, options)
    assert error.startswith(f"error: run.toml:{marked(options)}: {command}.")
    assert message in error and "command line" not in error


def test_keys_are_named_in_the_order_of_their_lines(folder):
    error = refused(folder, "select", "[select]\nbudget = 9\nk2 = 60\nk1 = 50\n")
    assert error.startswith("error: run.toml:3, 4: select.k2, select.k1: the stages narrow down")
    error = refused(folder, "select", "select = { budget = 9, max_bytes = 4, min_bytes = 5 }")
    assert error.startswith("error: run.toml:1: select.min_bytes, select.max_bytes: min_bytes=5")


MIXED = [
    (["--k2", "60"], "k2", "[select]\nbudget = 9\nk1 = 50 # here\n"),
    (["--min-bytes", "50"], "min_bytes", "[select]\nbudget = 9\nmax_bytes = 40 # here\n"),
    (["--text", "text"], "text", "[select]\nbudget = 9\nrender = 'alpaca' # here\n"),
    (["-b", "9 tokens", "--tokens", "n"], None, "[select]\nbytes_per_token = 4\n"),
    (["--tokens", "n_tokens"], "tokens", "[select]\nbudget = 9 # here\n"),
    (["--minimum", "code=0.9"], "quotas.minimum", "[select]\nbudget = 9\ngroups = 'source'\n"
     "[select.quotas]\nmaximum = 0.6 # here\n"),
    (["--quotas", "pool"], "quotas", "[select]\nbudget = 9\nscreening = 'adaptive' # here\n"),
    (["-o", "owned.jsonl"], None, "[select]\nbudget = 9\ninitial_subset = 'owned.jsonl'\n"),
    (["--k1", "50", "--k2", "60", "--k3", "9"], None, "[select]\nbudget = 9\nk1 = 100\n"),
]  # fmt: skip
"""What is typed, what of it is named behind the lines of the file, and the file."""


@pytest.mark.parametrize(("typed", "named", "options"), MIXED)
def test_what_is_typed_is_named_without_a_line(folder, typed, named, options):
    error = refused(folder, "select", options, *typed)
    if "# here" in options:
        found = re.match(r"error: run\.toml:(.*?): select\.\w+(\.\w+)* beside (.*?) of the", error)
        assert (found[1], found[3]) == (marked(options), named)
    else:
        assert "run.toml" not in error and "select." not in error


def test_an_option_that_was_set_aside_is_not_blamed(folder):
    options = "[select]\nbudget = 9\ngroups = 'source'\n[select.quotas]\nshares = 'pool'\n"
    error = refused(folder, "select", options, "--minimum", "0.9")
    assert error.startswith("error: run.toml:2: select.budget beside quotas.minimum of the command")


def test_a_manifest_names_the_lines_of_what_it_says_itself(folder):
    run("select", "pool.jsonl", "-b", 9, "-o", "out.jsonl")
    options = '[select]\nn_jobs = 1\nk3 = 9\ncompressor = "zstd"\noutput = "again.jsonl"\n'
    typed = ["--manifest", "out.jsonl.manifest.json", "--packing", "lazy"]
    error = refused(folder, "select", options, *typed)
    assert error.startswith(
        "error: run.toml:3, 4: select.k3, select.compressor beside packing of the command line: "
        "a manifest says all about the selection, so compressor, k3, packing has no place"
    )
    error = refused(folder, "select", "[select]\nbudget = 9\n", *typed[:2])
    assert error.startswith("error: run.toml:2: select.budget: say either --budget N or")


def test_a_stream_that_goes_on_in_another_way(folder):
    options = '[stream]\nkeep = 0.5\nstate = "crawl.state"\noutput = "out.jsonl"\n'
    (folder / "run.toml").write_text(options)
    run("stream", "pool.jsonl", "--config", "run.toml")
    error = refused(folder, "stream", options.replace("0.5", "0.4"))
    assert error.startswith("error: run.toml:2, 3: stream.keep, stream.state: the stream of ")
    error = refused(folder, "stream", options, "--keep", "0.4")
    assert error.startswith("error: run.toml:3: stream.state beside keep of the command line: ")


class Held:
    """A compressor of somebody else, which does not let go of the interpreter."""

    name = "held"

    def compressed_size(self, data, /):
        return len(zlib.compress(data))


def test_threads_for_a_compressor_that_cannot_bear_them(folder, monkeypatch):
    monkeypatch.setattr(registry, "_registered", {})
    register_compressor("held", Held)
    options = """
        [select]
        workers = "threads"  # here
        budget = 9
        compressor = "held"  # here
    """
    error = refused(folder, "select", options)
    assert error.startswith(
        f"error: run.toml:{marked(options)}: select.workers, select.compressor: compressor 'held'"
    )


GOOD = ['compressor = "zstd"', "n_jobs = 1", 'groups = "a"', "text = [\n'a',\n]", "# k3 = 4", ""]


@given(
    st.permutations([*GOOD, "k1 = 50", "k2 = 60", "k3 = 5"]), st.sampled_from(["", "[audit]\n\n"])
)
def test_the_lines_are_those_of_the_keys_wherever_they_stand(tmp_path_factory, statements, before):
    text = before + "\n".join(["[select]", "budget = 9", *statements])
    path = tmp_path_factory.getbasetemp() / "several.toml"
    path.write_text(text)
    lines = {text[: text.index(f"\n{key} = ") + 1].count("\n") + 1: key for key in ("k1", "k2")}
    lines[text[: text.index("\nk3 = 5") + 1].count("\n") + 1] = "k3"
    numbers = ", ".join(map(str, sorted(lines)))
    keys = ", ".join(f"select.{lines[number]}" for number in sorted(lines))
    with pytest.raises(ConfigError) as caught, settings_of(path, "select", {}) as settings:
        selector_of(settings.select)
    assert str(caught.value).startswith(f"{path}:{numbers}: {keys}: the stages narrow down")
